import { isRow } from "../../lib/json.ts";
import { Field } from "../../ui/field.tsx";
import { Input } from "../../ui/input.tsx";
import type { FieldInputProps } from "../extras.tsx";
import { InputGroup, problemOfGroup } from "./group.tsx";

const STAGES = [
  { name: "first_byte_ms", label: "Until the first byte" },
  { name: "idle_ms", label: "Between two parts" },
  { name: "total_ms", label: "The whole request" },
] as const;

/** Bounds of one call, in milliseconds. */
export default function TimeoutsInput({ value, onChange, creating, problemOf }: FieldInputProps) {
  const given = isRow(value) ? value : {};
  const set = (name: string, text: string): void => {
    const typed = text.trim();
    const next = { ...given, [name]: /^\d+$/.test(typed) ? Number(typed) : typed };
    const kept = Object.entries(next).filter(([, one]) => one !== "" && one !== undefined && one !== null);
    onChange(kept.length === 0 ? (creating ? undefined : null) : Object.fromEntries(kept));
  };
  return (
    <InputGroup
      legend="Time-outs"
      hint="In milliseconds. Left empty, each has its default."
      problem={problemOfGroup(
        problemOf,
        "timeouts",
        STAGES.map(({ name }) => name),
      )}
    >
      <div className="grid items-end gap-3 sm:grid-cols-3">
        {STAGES.map(({ name, label }) => (
          <Field key={name} label={label} required={false} error={problemOf(`timeouts.${name}`)}>
            <Input
              inputMode="numeric"
              value={given[name] === undefined || given[name] === null ? "" : String(given[name])}
              onChange={(event) => set(name, event.target.value)}
            />
          </Field>
        ))}
      </div>
    </InputGroup>
  );
}
