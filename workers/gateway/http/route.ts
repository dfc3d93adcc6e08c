import type { RouteDoc } from "../../../schema/openapi/route-doc.ts";
import type { RequestScope } from "./request-scope.ts";

export type RouteParams = Readonly<Record<string, string>>;

/** One route of the gateway. */
export interface Route extends RouteDoc {
  /** Whether the route reaches a provider, and so must pass the wallet's admission. */
  readonly spends: boolean;
  /** `params` are those of the path, decoded. */
  handle(request: Request, scope: RequestScope, params: RouteParams): Promise<Response> | Response;
}
