import type { AnswerOf } from "../../api/types.ts";
import { count } from "../../lib/format.ts";
import { Money } from "../../ui/amounts.tsx";
import { Badge, type Tone } from "../../ui/badge.tsx";

export type Bill = AnswerOf<"/v1/reconciliations", "get">["data"][number];
export type BillDetail = AnswerOf<"/v1/reconciliations/{id}", "get">;
export type Compared = BillDetail["models"][number];

/** The days of a bill, of UTC, as providers bill. */
export const daysOf = ({ first_day, last_day }: Pick<Bill, "first_day" | "last_day">): string =>
  first_day === last_day ? first_day : `${first_day} to ${last_day}`;

/** How far our count is from theirs, in percent of theirs. */
export const Drift = ({ percent, alarm = false }: { readonly percent: string | null; readonly alarm?: boolean }) => (
  <span className={alarm ? "figure font-medium text-bad-ink" : "figure"}>
    {percent === null ? "–" : `${percent.startsWith("-") ? "" : "+"}${percent.replace("-", "−")} %`}
  </span>
);

export const Verdict = ({ alarm }: { readonly alarm: boolean }) =>
  alarm ? <Badge tone="bad">Too far apart</Badge> : <Badge tone="good">Agrees</Badge>;

const FINDINGS: Readonly<Record<Compared["finding"], { readonly text: string; readonly tone: Tone }>> = {
  equal: { text: "The same", tone: "good" },
  differs: { text: "Different", tone: "warn" },
  only_ours: { text: "Only counted here", tone: "warn" },
  only_theirs: { text: "Only on the bill", tone: "bad" },
  not_comparable: { text: "Not comparable", tone: "neutral" },
};

export const Finding = ({ finding }: Pick<Compared, "finding">) => (
  <Badge tone={FINDINGS[finding].tone}>{FINDINGS[finding].text}</Badge>
);

/** Money where there is any, else tokens. */
export function Side({ side }: { readonly side: Compared["theirs"] }) {
  if (side === null) return <span className="text-ink-3">–</span>;
  if (side.cost_usd !== null) return <Money usd={side.cost_usd} />;
  return (
    <span className="figure">{count((side.input_tokens ?? 0) + (side.output_tokens ?? 0), "token", "tokens")}</span>
  );
}
