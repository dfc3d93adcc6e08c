import { useId } from "react";
import { KINDS } from "../../pages/alerts/alert.tsx";
import { Checkbox } from "../../ui/checkbox.tsx";
import type { FieldInputProps } from "../extras.tsx";

/** Which kinds of alerts a channel takes: all of them, those to come included, unless some are left out. */
export default function AlertKindsInput({ value, onChange, problemOf }: FieldInputProps) {
  const id = useId();
  const all = Object.keys(KINDS);
  const taken = Array.isArray(value) ? value.map(String) : all;
  const problem = problemOf("alert_kinds");
  const set = (kind: string, on: boolean): void => {
    const next = all.filter((one) => (one === kind ? on : taken.includes(one)));
    onChange(next.length === all.length ? null : next);
  };
  return (
    <fieldset aria-describedby={`${id}-error`}>
      <legend className="mb-1.5 text-sm font-medium">Takes alerts of</legend>
      <div className="grid gap-2 sm:grid-cols-2">
        {all.map((kind) => (
          <Checkbox key={kind} label={KINDS[kind]} checked={taken.includes(kind)} onChange={(on) => set(kind, on)} />
        ))}
      </div>
      {problem === null ? null : (
        <p id={`${id}-error`} className="mt-1 text-xs font-medium text-bad-ink">
          {problem}
        </p>
      )}
    </fieldset>
  );
}
