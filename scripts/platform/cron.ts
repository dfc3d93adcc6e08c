/**
 * The five fields of a cron expression as Cloudflare reads them, in UTC: numbers, `*`, lists, ranges and steps.
 * Names of days and months and the `L`, `W`, `#` extensions are refused.
 */
const FIELDS = [
  { name: "minute", least: 0, most: 59, of: (at: Date) => at.getUTCMinutes() },
  { name: "hour", least: 0, most: 23, of: (at: Date) => at.getUTCHours() },
  { name: "day of the month", least: 1, most: 31, of: (at: Date) => at.getUTCDate() },
  { name: "month", least: 1, most: 12, of: (at: Date) => at.getUTCMonth() + 1 },
  // Cloudflare counts days of the week from Sunday = 1.
  { name: "day of the week", least: 1, most: 7, of: (at: Date) => at.getUTCDay() + 1 },
] as const;

/** Whether a cron expression is due in the minute of `at`. Throws a RangeError on an expression that it cannot read. */
export function isDue(expression: string, at: Date): boolean {
  const texts = expression.trim().split(/\s+/);
  if (texts.length !== FIELDS.length) throw new RangeError(`not five fields: ${expression}`);
  return FIELDS.every((field, index) => matches(texts[index] ?? "", field, field.of(at)));
}

type Field = (typeof FIELDS)[number];

const matches = (text: string, field: Field, value: number): boolean =>
  text.split(",").some((item) => itemMatches(item, field, value));

function itemMatches(item: string, field: Field, value: number): boolean {
  const match = /^(?:\*|(\d+)(?:-(\d+))?)(?:\/([1-9]\d*))?$/.exec(item);
  if (match === null) throw new RangeError(`not a ${field.name}: ${item}`);
  const [, fromText, toText, stepText] = match;
  const from = fromText === undefined ? field.least : Number(fromText);
  // `5/10` means from 5 on; `5` alone means 5.
  const openEnd = fromText === undefined || (toText === undefined && stepText !== undefined);
  const to = toText === undefined ? (openEnd ? field.most : from) : Number(toText);
  if (from < field.least || to > field.most || from > to) throw new RangeError(`not a ${field.name}: ${item}`);
  return value >= from && value <= to && (value - from) % Number(stepText ?? 1) === 0;
}
