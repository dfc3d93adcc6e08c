import type { Jurisdiction } from "../../../../../schema/kernel/jurisdiction.ts";
import { Field } from "../../ui/field.tsx";
import { Select } from "../../ui/select.tsx";

const LABELS: Readonly<Record<Jurisdiction, string>> = { eu: "European Union" };

/** Where the objects of a new organisation are. */
export const JurisdictionField = ({
  value,
  onChange,
  error,
}: {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly error: string | null;
}) => (
  <Field
    label="Where its wallets and its audit log are kept"
    required={false}
    error={error}
    hint="This cannot be changed later."
  >
    <Select
      value={value}
      onChange={onChange}
      options={[
        { value: "", label: "Anywhere" },
        ...Object.entries(LABELS).map(([key, text]) => ({ value: key, label: text })),
      ]}
    />
  </Field>
);
