import { CircleAlert, Info, TriangleAlert } from "lucide-react";
import type { AnswerOf } from "../../api/types.ts";
import { alertWords } from "../../lib/alert-words.ts";
import { cx } from "../../lib/class-names.ts";
import { rowOf } from "../../lib/json.ts";
import type { Names } from "../../resources/names.ts";

export type Alert = AnswerOf<"/v1/alerts", "get">["data"][number];

/** The resources whose names alerts need. */
export const NAMED = ["wallet", "provider", "key", "team"] as const;

export const KINDS: Readonly<Record<string, string>> = {
  threshold: "Threshold",
  exhaustion: "Exhausted",
  anomaly: "Anomaly",
  provider: "Provider",
  security: "Security",
  budget_request: "Request for money",
  bill: "Bill",
};

/** What an alert says, with the name of what it is about. */
export const wordsOf = (alert: Alert, names: Names) =>
  alertWords({ ...alert, details: rowOf(alert.details) }, names.label(alert.object_type, alert.object_id));

const ICONS = { bad: CircleAlert, warn: TriangleAlert, info: Info } as const;
const INKS = { bad: "text-bad-ink", warn: "text-warn-ink", info: "text-info-ink" } as const;

export const ToneIcon = ({ tone, size = 15 }: { readonly tone: keyof typeof ICONS; readonly size?: number }) => {
  const Icon = ICONS[tone];
  return <Icon size={size} aria-hidden="true" className={cx("shrink-0", INKS[tone])} />;
};
