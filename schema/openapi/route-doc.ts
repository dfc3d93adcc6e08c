import type * as z from "zod";
import type { ErrorCode } from "../kernel/errors.ts";

/** What a route answers with one status. */
export interface ResponseDoc {
  readonly description: string;
  readonly content_type?: string;
  readonly schema?: z.ZodType;
  readonly example?: unknown;
}

export const TAGS = [
  "Inference",
  "Wallet",
  "Identity",
  "Organisation",
  "Keys",
  "Wallets",
  "Providers",
  "Routing",
  "Cache",
  "Usage",
  "Alerts",
  "Audit",
  "Platform",
] as const;
export type Tag = (typeof TAGS)[number];

/**
 * Who may call a route. `none`: everybody. `key`: a gateway key with the scope `inference`. `session`: somebody who is
 * signed in, of any org or none. `admin`: a session or a key that has the route's permission.
 */
export type RouteSecurity = "none" | "key" | "session" | "admin";

/**
 * What is said of a route: the router mounts it and /openapi.json describes it from the same declaration, so a route
 * without documentation cannot exist.
 */
export interface RouteDoc {
  readonly method: "get" | "post" | "put" | "patch" | "delete";
  /** Parameters as `{id}`: `/v1/keys/{id}/rotate`. */
  readonly path: string;
  readonly operation_id: string;
  readonly tag: Tag;
  readonly summary: string;
  readonly description: string;
  readonly security: RouteSecurity;
  /** Path parameters, with what they mean. */
  readonly params?: Readonly<Record<string, string>>;
  /** Query parameters as one object schema; each property is a parameter. */
  readonly query?: z.ZodObject;
  /** Request headers that mean something here, with what they mean. */
  readonly headers: Readonly<Record<string, string>>;
  /** `optional`: an empty body is taken too. */
  readonly body: { readonly schema: z.ZodType; readonly example: unknown; readonly optional?: true } | null;
  readonly responses: Readonly<Record<number, ResponseDoc>>;
  /** The refusals of our own; a provider's come on top with their status. */
  readonly errors: readonly ErrorCode[];
}
