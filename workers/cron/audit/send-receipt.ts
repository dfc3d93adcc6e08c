import { hex } from "../../../schema/audit/sha256.ts";
import { checkUrl, URL_PROBLEMS } from "../../../schema/http/checked-url.ts";
import type { Effects } from "../../../schema/kernel/effects.ts";
import { canonicalJson } from "../../../schema/kernel/json.ts";
import type { AuditReceipt } from "../../../schema/wire/audit-rpc.ts";
import { problemOf } from "../problem-of.ts";

const TIMEOUT_MS = 10_000;

export interface Webhook {
  readonly url: string;
  readonly secret: string;
  /** Whether it may be at a private address. */
  readonly allow_private: boolean;
}

/**
 * Sends a receipt to an org's webhook: a POST of the receipt as JSON. `x-ao-timestamp` has the time of sending in
 * milliseconds, `x-ao-signature` is `v1=` and the hex digits of HMAC-SHA256, with the webhook's secret as its key, over
 * `<timestamp>.<body>`. Taken is what is answered with 2xx within ten seconds. Answers what went wrong, or null; never
 * anything of what was answered.
 */
export async function sendReceipt(
  webhook: Webhook,
  receipt: AuditReceipt,
  effects: Pick<Effects, "now" | "fetch">,
): Promise<string | null> {
  if (webhook.secret === "") return "there is no secret to sign with";
  const checked = checkUrl(webhook.url, { allow_private: webhook.allow_private });
  if (!checked.ok) return `the URL ${URL_PROBLEMS[checked.problem]}`;
  const body = canonicalJson(receipt);
  const timestamp = String(effects.now());
  const headers = {
    "content-type": "application/json",
    "user-agent": "ai-orchestrator/0.1",
    "x-ao-timestamp": timestamp,
    "x-ao-signature": `v1=${await hmacHex(webhook.secret, `${timestamp}.${body}`)}`,
  };
  try {
    // Redirects are not followed: who can make one would choose where the receipt goes.
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await effects.fetch(checked.url, { method: "POST", headers, body, redirect: "manual", signal });
    await response.body?.cancel();
    return response.ok ? null : `it answered with status ${response.status}`;
  } catch (error) {
    const timed_out = error instanceof Error && error.name === "TimeoutError";
    return timed_out ? `no answer in ${TIMEOUT_MS / 1000} seconds` : `it cannot be reached: ${problemOf(error)}`;
  }
}

async function hmacHex(secret: string, text: string): Promise<string> {
  const encoder = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), algorithm, false, ["sign"]);
  return hex(new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(text))));
}
