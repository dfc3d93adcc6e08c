import type { AnswerOf } from "../../api/types.ts";
import { type Row, rowOf, rowsIn, textOrNull } from "../../lib/json.ts";
import { StatusBadge } from "../../ui/badge.tsx";

export type Delivery = AnswerOf<"/v1/deliveries", "get">["data"][number];

const STATUSES: Readonly<Record<string, readonly [string, "good" | "warn" | "bad" | "neutral"]>> = {
  pending: ["Waiting", "warn"],
  sent: ["Sent", "good"],
  dead: ["Given up", "bad"],
};

export const STATUS_OPTIONS = Object.entries(STATUSES).map(([value, [label]]) => ({ value, label }));

export const DeliveryStatus = ({ status }: { readonly status: string }) => {
  const [words, tone] = STATUSES[status] ?? [status, "neutral"];
  return <StatusBadge status={words} tone={tone} />;
};

export const attemptsOf = ({ attempts }: Pick<Delivery, "attempts">): readonly Row[] =>
  rowsIn({ attempts }, "attempts");

/** What the message is called: its title, or its kind. */
export const titleOf = ({ message, kind }: Pick<Delivery, "message" | "kind">): string =>
  textOrNull(rowOf(message), "title") ?? kind.replaceAll("_", " ");

/** Why the last try was not taken; null when it was, or there was none. */
export function lastProblem(delivery: Delivery): string | null {
  const last = attemptsOf(delivery).at(-1);
  return last === undefined || last.taken === true ? null : (textOrNull(last, "problem") ?? "not taken");
}
