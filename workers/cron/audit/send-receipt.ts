import { checkedPost, isTaken } from "../../../schema/http/checked-post.ts";
import { webhookSignature } from "../../../schema/http/sign-webhook.ts";
import type { Effects } from "../../../schema/kernel/effects.ts";
import { canonicalJson } from "../../../schema/kernel/json.ts";
import type { AuditReceipt } from "../../../schema/wire/audit-rpc.ts";

export interface Webhook {
  readonly url: string;
  readonly secret: string;
  /** Whether it may be at a private address. */
  readonly allow_private: boolean;
}

/**
 * Sends a receipt to an org's webhook: a POST of the receipt as JSON, signed with the webhook's secret. Taken is what is
 * answered with 2xx within ten seconds. Answers what went wrong, or null; never anything of what was answered.
 */
export async function sendReceipt(
  webhook: Webhook,
  receipt: AuditReceipt,
  effects: Pick<Effects, "now" | "fetch">,
): Promise<string | null> {
  if (webhook.secret === "") return "there is no secret to sign with";
  const body = canonicalJson(receipt);
  const signature = await webhookSignature([webhook.secret], body, effects.now());
  const headers = { "content-type": "application/json", "user-agent": "ai-orchestrator/0.1", ...signature };
  const posted = await checkedPost({ url: webhook.url, headers, body }, webhook, effects);
  if (posted.status === "failed") return posted.problem;
  return isTaken(posted) ? null : `it answered with status ${posted.http_status}`;
}
