import { useEffect } from "react";
import { Combobox } from "../../ui/combobox.tsx";
import { Field } from "../../ui/field.tsx";
import type { FieldInputProps } from "../extras.tsx";

const ZONES = ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")].map((zone) => ({
  value: zone,
  label: zone.replaceAll("_", " "),
}));

/** Whose days are summed up; the viewer's own zone until another one is chosen. */
export default function TimeZoneInput({ value, onChange, creating, problemOf }: FieldInputProps) {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const missing = creating && value === undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the form appears
  useEffect(() => {
    if (missing) onChange(here);
  }, [missing]);
  const zone = typeof value === "string" ? value : "";
  const known = zone === "" || ZONES.some((option) => option.value === zone);
  return (
    <Field label="Time zone" hint="Whose days are summed up, and whose hour it is." error={problemOf("time_zone")}>
      <Combobox value={zone} onChange={onChange} options={known ? ZONES : [{ value: zone, label: zone }, ...ZONES]} />
    </Field>
  );
}
