import { isRow } from "../../lib/json.ts";

/** Conditions and actions of rules in words, for lists: short, exact, and never more than what is there. */

const SIGNS: Readonly<Record<string, string>> = { gt: ">", gte: "≥", lt: "<", lte: "≤" };
const wordsOf = (name: string): string => name.replace(/_usd$|_percent$|_ms$/, "").replaceAll("_", " ");
const unitOf = (name: string): string =>
  name.endsWith("_percent") ? " %" : name.endsWith("_ms") ? " ms" : name.endsWith("_usd") ? " USD" : "";

/** "model openai/gpt-5 · input tokens < 2000 · no tools". */
export function conditionsText(when: unknown): readonly string[] {
  if (!isRow(when)) return [];
  return Object.entries(when).flatMap(([name, test]) => conditionText(name, test));
}

function conditionText(name: string, test: unknown): readonly string[] {
  if (name === "all" && Array.isArray(test)) return test.flatMap((one) => conditionsText(one));
  if (name === "any" && Array.isArray(test))
    return [`(${test.map((one) => conditionsText(one).join(" and ")).join(" or ")})`];
  if (name === "not") return [`not (${conditionsText(test).join(" and ")})`];
  if (typeof test === "boolean") return [`${test ? "" : "no "}${wordsOf(name)}`];
  if (name === "time" && isRow(test)) return [timeText(test)];
  if (!isRow(test)) return [`${wordsOf(name)} ${alternatives(test)}${typeof test === "number" ? unitOf(name) : ""}`];
  if ("not" in test) return [`${wordsOf(name)} not ${alternatives(test.not)}`];
  const bounds = Object.entries(test).filter(([sign]) => sign in SIGNS);
  if (bounds.length > 0)
    return bounds.map(([sign, bound]) => `${wordsOf(name)} ${SIGNS[sign]} ${String(bound)}${unitOf(name)}`);
  // Tags, metadata, health and figures of several targets.
  return Object.entries(test).flatMap(([target, inner]) =>
    conditionText(`${name === "tags" ? "tag" : name} ${target}`, inner),
  );
}

const alternatives = (value: unknown): string =>
  Array.isArray(value) ? value.map(String).join(" or ") : String(value);

function timeText(time: Readonly<Record<string, unknown>>): string {
  const days = Array.isArray(time.days) ? time.days.map(String).join(", ") : "";
  const hours = time.from === undefined && time.to === undefined ? "" : `${time.from ?? "00:00"}–${time.to ?? "24:00"}`;
  const zone = typeof time.zone === "string" ? ` ${time.zone}` : " UTC";
  return [days, hours].filter(Boolean).join(" ") + zone;
}

/** "→ openai/gpt-5-mini", "split 90 % a/b, 10 % c/d". */
export function actionText(then: unknown): string {
  if (!isRow(then)) return "";
  const list = (value: unknown, joint: string): string => (Array.isArray(value) ? value.map(String).join(joint) : "");
  if (typeof then.model === "string") return then.model;
  if (typeof then.deny === "string") return `Refuse: ${then.deny}`;
  if (Array.isArray(then.split)) {
    const parts = then.split.filter(isRow);
    const total = parts.reduce((sum, { weight }) => sum + Number(weight), 0);
    return parts
      .map(({ model, weight }) => `${Math.round((Number(weight) / total) * 1_000) / 10} % ${model}`)
      .join(", ");
  }
  if (isRow(then.downgrade))
    return `Above ${String(then.downgrade.above_percent)} % of the wallet: ${list(then.downgrade.to, ", then ")}`;
  if (then.fallback !== undefined) return list(then.fallback, ", then ");
  if (then.cheapest !== undefined) return `Cheapest of ${list(then.cheapest, ", ")}`;
  if (then.fastest !== undefined) return `Fastest of ${list(then.fastest, ", ")}`;
  if (then.round_robin !== undefined) return `In turn ${list(then.round_robin, ", ")}`;
  return JSON.stringify(then);
}
