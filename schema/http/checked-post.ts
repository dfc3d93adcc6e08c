import type { Effects } from "../kernel/effects.ts";
import { checkUrl, URL_PROBLEMS } from "./checked-url.ts";
import { parseRetryAfter } from "./retry-after.ts";

/**
 * POSTs to addresses that somebody configured: the address is checked, no redirect is followed, the answer is waited for
 * so long and read so far, and nothing is thrown.
 */

export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface PostPolicy {
  /** Whether plain http and private addresses may be reached. */
  readonly allow_private: boolean;
  /** Whether the beginning of an answer is read also when its status says yes. */
  readonly read_answer?: boolean;
  /** How long an answer is waited for, its body included; `POST_TIMEOUT_MS` unless given. */
  readonly timeout_ms?: number;
}

export type Posted =
  | {
      readonly status: "answered";
      readonly http_status: number;
      /** The beginning of the body, where it was read. */
      readonly text: string;
      readonly retry_after_ms: number | null;
    }
  /** Nothing was sent, or nobody knows what became of it. */
  | { readonly status: "failed"; readonly problem: string };

/** Whether an answer says yes. */
export const isTaken = (posted: Posted): boolean =>
  posted.status === "answered" && posted.http_status >= 200 && posted.http_status < 300;

export const POST_TIMEOUT_MS = 10_000;

/** What of an answer is read. A receiver's word to people is short. */
const ANSWER_BYTES = 2_048;

/** Makes one call. */
export async function checkedPost(
  { url, headers, body }: Post,
  policy: PostPolicy,
  effects: Pick<Effects, "fetch" | "now">,
): Promise<Posted> {
  const checked = checkUrl(url, policy);
  if (!checked.ok) return { status: "failed", problem: `the URL ${URL_PROBLEMS[checked.problem]}` };
  const timeout_ms = policy.timeout_ms ?? POST_TIMEOUT_MS;
  const signal = AbortSignal.timeout(timeout_ms);
  try {
    // Redirects are not followed: who can make one would choose where the message goes.
    const response = await effects.fetch(checked.url, { method: "POST", headers, body, redirect: "manual", signal });
    const wanted = !response.ok || policy.read_answer === true;
    const text = wanted ? await beginningOf(response) : await drop(response);
    const retry_after_ms = parseRetryAfter(response.headers, effects.now());
    return { status: "answered", http_status: response.status, text, retry_after_ms };
  } catch (error) {
    if (signal.aborted) return { status: "failed", problem: `no answer in ${timeout_ms / 1000} seconds` };
    const problem = error instanceof Error ? error.message : String(error);
    return { status: "failed", problem: `it cannot be reached: ${problem}` };
  }
}

async function drop(response: Response): Promise<string> {
  await response.body?.cancel();
  return "";
}

/** The status counts, so a body that breaks off or never ends is what came of it. */
async function beginningOf(response: Response): Promise<string> {
  if (response.body === null) return "";
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  try {
    while (bytes < ANSWER_BYTES) {
      const { done, value } = await reader.read();
      if (done) break;
      const piece = value.subarray(0, ANSWER_BYTES - bytes);
      bytes += piece.byteLength;
      text += decoder.decode(piece, { stream: true });
    }
  } catch {
    return text;
  }
  await reader.cancel().catch(() => undefined);
  return text;
}
