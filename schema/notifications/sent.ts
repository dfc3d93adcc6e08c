import type { Posted } from "../http/checked-post.ts";
import type { Sent } from "./channel.ts";

/** What of an answer is kept and shown. */
const ANSWER_CHARS = 500;

/** A try by what its call came to. `problem` is what the answer says of it, where the kind of channel can read it. */
export function sentOf(posted: Posted, taken: boolean, permanent: boolean, problem?: string | null): Sent {
  if (posted.status === "failed") {
    const { problem } = posted;
    return { taken: false, http_status: null, problem, answer: "", permanent: false, retry_after_ms: null };
  }
  const { http_status, retry_after_ms } = posted;
  const said = problem ?? null;
  const status =
    http_status >= 300 && http_status < 400 ? "a redirect, which is not followed" : `status ${http_status}`;
  return {
    taken,
    http_status,
    problem: taken ? null : `it answered with ${status}${said === null ? "" : `: ${said.slice(0, ANSWER_CHARS)}`}`,
    answer: posted.text.slice(0, ANSWER_CHARS),
    permanent: !taken && permanent,
    retry_after_ms: taken ? null : retry_after_ms,
  };
}

/** What was not even tried, for a reason that somebody has to mend first. */
export const unsendable = (problem: string): Sent => ({
  taken: false,
  http_status: null,
  problem,
  answer: "",
  permanent: false,
  retry_after_ms: null,
});
