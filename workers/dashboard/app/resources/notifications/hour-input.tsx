import { useEffect } from "react";
import { Field } from "../../ui/field.tsx";
import { Select } from "../../ui/select.tsx";
import type { FieldInputProps } from "../extras.tsx";

const HOURS = Array.from({ length: 24 }, (_, hour) => ({
  value: String(hour),
  label: `${String(hour).padStart(2, "0")}:00`,
}));

const USUAL = 8;

/** From which hour of the local day on a digest is sent. */
export default function HourInput({ value, onChange, creating, problemOf }: FieldInputProps) {
  const missing = creating && value === undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the form appears
  useEffect(() => {
    if (missing) onChange(USUAL);
  }, [missing]);
  return (
    <Field
      label="Hour"
      hint="From this hour of the local day on it is sent. Behind an outage it comes as soon as that is over."
      error={problemOf("hour")}
    >
      <Select
        value={typeof value === "number" ? String(value) : ""}
        onChange={(hour) => onChange(Number(hour))}
        options={HOURS}
      />
    </Field>
  );
}
