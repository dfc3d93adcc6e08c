import { Plus, X } from "lucide-react";
import { useState } from "react";
import { label } from "../../lib/format.ts";
import { isRow } from "../../lib/json.ts";
import { IconButton } from "../../ui/button.tsx";
import { Select } from "../../ui/select.tsx";
import type { FieldInputProps } from "../extras.tsx";
import { ConditionRowInput } from "./condition-row.tsx";
import {
  buildConditions,
  type ConditionForm,
  emptyRow,
  FLAGS,
  NUMBERS,
  PAIRS,
  readConditions,
  TEXTS,
} from "./conditions-form.ts";
import { JsonBeside } from "./json-beside.tsx";

const FIELDS = [...TEXTS, ...PAIRS, ...NUMBERS, ...FLAGS, "time"];

/** When a rule applies: a row for each condition, and the JSON of all of them beside. */
export default function WhenInput({ value, onChange, problemOf }: FieldInputProps) {
  const [form, setForm] = useState<ConditionForm>(() => readConditions(value));
  // The JSON has changed it: the rows are read anew. Rows that are still empty are no difference.
  const current =
    isRow(value) && JSON.stringify(buildConditions(form)) !== JSON.stringify(value) ? readConditions(value) : form;
  const set = (rows: ConditionForm["rows"]): void => {
    const next = { ...current, rows };
    setForm(next);
    onChange(buildConditions(next));
  };
  const others = Object.keys(current.rest);
  return (
    <JsonBeside
      legend="When"
      hint="Every condition must hold. Without one the rule applies to every request. * stands for any run of characters, commas part alternatives."
      value={value ?? {}}
      onChange={onChange}
      problem={problemOf("when")}
    >
      <ul aria-label="Conditions" className="flex flex-col gap-2">
        {current.rows.map((row, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a field may be named twice, and rows never change places
          <li key={at} className="flex flex-wrap items-center gap-2">
            <span className="w-32 shrink-0 text-sm text-ink-2">{label(row.field)}</span>
            <ConditionRowInput
              row={row}
              invalid={problemOf(`when.${row.field}`) !== null}
              onChange={(next) => set(current.rows.map((one, place) => (place === at ? next : one)))}
            />
            <IconButton
              size="sm"
              icon={X}
              label={`Remove the condition ${label(row.field)}`}
              onClick={() => set(current.rows.filter((_, place) => place !== at))}
            />
          </li>
        ))}
      </ul>
      {others.length === 0 ? null : (
        <p className="text-xs text-ink-3">Further conditions stand in the JSON alone: {others.join(", ")}.</p>
      )}
      <div className="flex items-center gap-2">
        <Plus size={15} aria-hidden="true" className="text-ink-3" />
        <span className="w-52">
          <Select
            label="Add a condition"
            size="sm"
            className="w-52"
            placeholder="Add a condition"
            value=""
            onChange={(field) => set([...current.rows, emptyRow(field)])}
            options={FIELDS.map((field) => ({ value: field, label: label(field) }))}
          />
        </span>
      </div>
    </JsonBeside>
  );
}
