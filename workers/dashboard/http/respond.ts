import { errorResponse } from "../../../schema/http/error-response.ts";
import type { Refusal } from "../../../schema/kernel/errors.ts";
import type { ConsoleScope } from "./scope.ts";

/** A JSON answer of the console. Nothing of it may be kept by a cache: it is one actor's view. */
export function json(
  scope: ConsoleScope,
  body: unknown,
  options: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {},
): Response {
  return Response.json(body, {
    status: options.status ?? 200,
    headers: { ...requestHeaders(scope), ...options.headers },
  });
}

export const noContent = (scope: ConsoleScope): Response =>
  new Response(null, { status: 204, headers: requestHeaders(scope) });

export const refused = (scope: ConsoleScope, refusal: Refusal): Response =>
  errorResponse(refusal, scope.public_request_id, requestHeaders(scope));

/** Both ids: the caller's, when it sent one, and ours, by which the audit log knows the request. */
const requestHeaders = (scope: ConsoleScope): Record<string, string> => ({
  "x-request-id": scope.public_request_id,
  "x-ao-request-id": scope.request_id,
  "cache-control": "no-store",
});
