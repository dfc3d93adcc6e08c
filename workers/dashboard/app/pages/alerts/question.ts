import { type Row, textOrNull } from "../../lib/json.ts";

/** What to ask of a wallet's spending to see why an alert was made. */
export interface Question {
  /** RFC 3339, at whole hours; `to` is not part of it. */
  readonly from: string;
  readonly to: string;
  readonly granularity: "hour" | "day";
  /** Whether each point is all that was spent since `from`. */
  readonly sums: boolean;
  /** The figure of the alert's details that it was measured against. */
  readonly mark: { readonly detail: string; readonly name: string };
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Up to here hours can be told apart in a chart. */
const HOURLY_UP_TO_MS = 4 * DAY_MS;

/** Null where an alert is about no spending, or does not say since when. */
export function questionOf(
  { kind, at, details }: { readonly kind: string; readonly at: string; readonly details: Row },
  now_ms: number,
): Question | null {
  const told = Date.parse(at);
  if (Number.isNaN(told)) return null;
  const next = Math.ceil((now_ms + 1) / HOUR_MS) * HOUR_MS;
  if (kind === "anomaly") {
    const hour = Math.floor(Date.parse(textOrNull(details, "hour") ?? at) / HOUR_MS) * HOUR_MS;
    const mark = { detail: "usual_up_to_usd", name: "Usual at most" };
    return span(hour - 2 * DAY_MS, Math.min(next, hour + DAY_MS / 2), "hour", false, mark);
  }
  if (kind !== "threshold" && kind !== "exhaustion") return null;
  const began = Date.parse(textOrNull(details, "period_start") ?? "");
  if (Number.isNaN(began) || began >= told) return null;
  const from = Math.floor(began / HOUR_MS) * HOUR_MS;
  const end = Math.min(next, Math.ceil(told / HOUR_MS) * HOUR_MS + DAY_MS);
  const mark = { detail: "limit_usd", name: "Limit" };
  return span(from, end, end - from <= HOURLY_UP_TO_MS ? "hour" : "day", true, mark);
}

const span = (
  from: number,
  to: number,
  granularity: Question["granularity"],
  sums: boolean,
  mark: Question["mark"],
): Question => ({ from: new Date(from).toISOString(), to: new Date(to).toISOString(), granularity, sums, mark });
