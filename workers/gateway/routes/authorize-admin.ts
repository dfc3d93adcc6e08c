import { log } from "../../../schema/kernel/log.ts";
import type { AuthorizeAnswer, AuthorizeRequest } from "../../../schema/wire/console-rpc.ts";
import type { RequestScope } from "../http/request-scope.ts";

/** Whether the caller of an administrator's route may: the console's to decide, and to write the audit entry of it. */
export async function authorizeAdmin(
  http: Request,
  scope: RequestScope,
  wanted: Pick<AuthorizeRequest, "permission" | "audit">,
): Promise<AuthorizeAnswer> {
  try {
    const { method, url } = http;
    const { request_id } = scope;
    return await scope.env.CONSOLE.authorize({ method, url, headers: [...http.headers], request_id, ...wanted });
  } catch (error) {
    log("error", "console_failed", { request_id: scope.request_id, reason: String(error) });
    const message = "The console does not answer, so nobody could be authorised. Try again.";
    return { status: "refused", refusal: { code: "store_unavailable", message, retry_after_ms: 1_000 } };
  }
}
