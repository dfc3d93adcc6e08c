import type { Permission } from "../access/permissions.ts";
import type { Refusal } from "../kernel/errors.ts";
import type { JsonObject } from "../kernel/json.ts";

/** The console's RPC, for the routes of the gateway that only an administrator may call. */
export interface ConsoleRpc {
  /**
   * Who calls, whether they may, and the audit entry of it, written before this answers. Expected refusals are values, as
   * the gateway answers them to the caller.
   */
  authorize(request: AuthorizeRequest): Promise<AuthorizeAnswer>;
}

export interface AuthorizeRequest {
  /** Of the request as it came in: the path decides nothing here, cookies and origin are checked. */
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly request_id: string;
  readonly permission: Permission;
  /** Null for what only reads. */
  readonly audit: {
    /** `provider.tested`. */
    readonly action: string;
    readonly target: { readonly type: string; readonly id: string };
    readonly details: JsonObject;
  } | null;
}

export type AuthorizeAnswer =
  | {
      readonly status: "authorized";
      readonly org_id: string;
      /** Key or user id, for the request's context. */
      readonly actor_id: string;
      /** What a paid call of this actor is charged to: the key's wallet, or the org's first one. Null when it has none. */
      readonly wallet_id: string | null;
    }
  | { readonly status: "refused"; readonly refusal: Refusal };
