import { type Row, textsIn } from "../../lib/json.ts";
import { GROUPS, stepsOf } from "./recipients.ts";

/** "80, 95, 100 %". */
export const LadderCell = (row: Row) => (
  <span className="figure">
    {stepsOf(row.ladder)
      .map(({ percent }) => percent)
      .join(", ")}{" "}
    %
  </span>
);

/** Groups by their names; channels are one word, as their own page names them. */
export function RecipientsCell(row: Row) {
  const all = textsIn(row, "recipients");
  const groups = GROUPS.filter(({ value }) => all.includes(value)).map(({ label }) => label);
  const channels = all.filter((one) => one.startsWith("chn_")).length;
  return [...groups, ...(channels === 0 ? [] : [channels === 1 ? "1 channel" : `${channels} channels`])].join(", ");
}

export const HourCell = (row: Row) => <span className="figure">{String(row.hour).padStart(2, "0")}:00</span>;
