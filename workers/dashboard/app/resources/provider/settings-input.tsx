import { capital, label } from "../../lib/format.ts";
import { Field } from "../../ui/field.tsx";
import { Input } from "../../ui/input.tsx";
import type { FieldInputProps } from "../extras.tsx";
import { InputGroup, problemOfGroup } from "./group.tsx";
import { kindRowOf, partsOf, withPart } from "./kind-of.ts";

/** What is particular to a kind. Names that this version does not know stay as they are. */
export default function SettingsInput({ value, onChange, values, creating, problemOf }: FieldInputProps) {
  const kind = kindRowOf(values.kind);
  if (kind?.settings === undefined) return null;
  const parts = partsOf(value);
  return (
    <InputGroup
      legend="Settings of its kind"
      hint="Left empty, each has what is usual for the kind."
      problem={problemOfGroup(
        problemOf,
        "settings",
        kind.settings.map(({ name }) => name),
      )}
    >
      {kind.settings.map(({ name, must }) => (
        <Field
          key={name}
          label={label(name)}
          hint={`${capital(must)}.`}
          required={false}
          error={problemOf(`settings.${name}`)}
        >
          <Input
            value={parts[name] ?? ""}
            onChange={(event) => onChange(withPart(value, name, event.target.value) ?? (creating ? undefined : null))}
          />
        </Field>
      ))}
    </InputGroup>
  );
}
