import type { AnswerOf } from "../../api/types.ts";
import { isHit } from "../../lib/cache-words.ts";

export type LoggedRequest = AnswerOf<"/v1/requests/{id}", "get">;
type Tried = NonNullable<NonNullable<LoggedRequest["routing"]>["tried"]>[number];

export type StepKind = "before" | "failed" | "pause" | "waiting" | "answer" | "skipped";

/** A stretch of a request's time. */
export interface Step {
  readonly kind: StepKind;
  readonly name: string;
  /** What happened in it. */
  readonly detail: string | null;
  /** Since the request came, in milliseconds; null where nobody has taken the time. */
  readonly from_ms: number | null;
  readonly to_ms: number | null;
}

type Timed = Pick<LoggedRequest, "routing" | "latency_ms" | "first_byte_ms" | "model" | "outcome" | "stream" | "cache">;

/** What a request spent its time on, in order: before the first call, each call that failed, pauses, the last call and its answer. */
export function timelineOf(request: Timed): readonly Step[] {
  const { routing, latency_ms, first_byte_ms, model } = request;
  const tried = routing?.tried ?? [];
  const steps: Step[] = [];
  const called_ms = routing?.called_ms ?? null;
  const first = tried.find(({ at_ms }) => at_ms !== undefined)?.at_ms ?? called_ms;
  if (first !== null) {
    const detail = "The key, the routing rules and the wallet's hold";
    steps.push({ kind: "before", name: "Admission", detail, from_ms: 0, to_ms: first });
  }
  for (const one of tried) steps.push(...stepsOf(one));
  if (isHit(request.cache)) {
    const detail = "Given again, and no provider called";
    steps.push({ kind: "answer", name: "Answer from the cache", detail, from_ms: 0, to_ms: latency_ms });
    return steps;
  }
  if (called_ms === null) {
    const kind = request.outcome === "completed" ? "answer" : "failed";
    const from_ms = tried.length === 0 ? 0 : null;
    steps.push({ kind, name: model, detail: endOf(request), from_ms, to_ms: latency_ms });
    return steps;
  }
  if (first_byte_ms !== null && first_byte_ms >= called_ms) {
    const detail = request.stream ? "Until its first byte" : "Until its answer began";
    steps.push({ kind: "waiting", name: model, detail, from_ms: called_ms, to_ms: first_byte_ms });
    const name = request.stream ? "Stream" : "Answer";
    steps.push({ kind: "answer", name, detail: endOf(request), from_ms: first_byte_ms, to_ms: latency_ms });
  } else {
    const kind = request.outcome === "completed" ? "answer" : "failed";
    steps.push({ kind, name: model, detail: endOf(request), from_ms: called_ms, to_ms: latency_ms });
  }
  return steps;
}

function stepsOf({ model, failed, status, at_ms, took_ms, waited_ms, delivered, credential }: Tried): readonly Step[] {
  const why = [
    failed.replaceAll("_", " "),
    status === null ? null : `status ${status}`,
    credential === undefined ? null : `credential ${credential}`,
    delivered === true ? "a part was delivered" : null,
  ].filter((part) => part !== null);
  const known = at_ms !== undefined && took_ms !== undefined;
  // Nobody was called where there is neither a time nor a status: it was its turn, and it could not take the request.
  const kind = !known && status === null ? "skipped" : "failed";
  const end = known ? at_ms + took_ms : null;
  const call: Step = { kind, name: model, detail: why.join(", "), from_ms: at_ms ?? null, to_ms: end };
  if (waited_ms === undefined) return [call];
  const to_ms = end === null ? null : end + waited_ms;
  const name = end === null ? `Pause of ${waited_ms} ms before the next call` : "Pause before the next call";
  return [call, { kind: "pause", name, detail: null, from_ms: end, to_ms }];
}

const ENDS: Readonly<Record<string, string>> = {
  completed: "Delivered whole",
  cut: "Cut where the wallet covered no more",
  cancelled: "The caller left",
  incomplete: "The stream ended without its last event",
  upstream_error: "The provider failed",
  upstream_timeout: "The provider did not answer in time",
  expired: "The gateway did not report back",
};

const endOf = ({ outcome }: Pick<LoggedRequest, "outcome">): string => ENDS[outcome] ?? outcome.replaceAll("_", " ");
