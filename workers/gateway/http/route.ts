import type * as z from "zod";
import type { ErrorCode } from "../../../schema/kernel/errors.ts";
import type { RequestScope } from "./request-scope.ts";

/** What a route answers with one status. */
export interface ResponseDoc {
  readonly description: string;
  readonly content_type?: string;
  readonly schema?: z.ZodType;
  readonly example?: unknown;
}

/**
 * One route of the gateway: what the router mounts and what /openapi.json says are the same declaration, so a route
 * without documentation cannot exist.
 */
export interface Route {
  readonly method: "get" | "post";
  readonly path: string;
  readonly operation_id: string;
  readonly tag: "Inference" | "Wallet" | "Platform";
  readonly summary: string;
  readonly description: string;
  /** `key`: a gateway key is needed. `none`: open to everybody. */
  readonly security: "key" | "none";
  /** Whether the route reaches a provider, and so must pass the wallet's admission. */
  readonly spends: boolean;
  /** Request headers that mean something here, with what they mean. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { readonly schema: z.ZodType; readonly example: unknown } | null;
  readonly responses: Readonly<Record<number, ResponseDoc>>;
  /** The refusals of our own; a provider's come on top with their status. */
  readonly errors: readonly ErrorCode[];
  handle(request: Request, scope: RequestScope): Promise<Response> | Response;
}
