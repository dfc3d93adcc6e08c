import { useEffect, useRef } from "react";
import { Field } from "../ui/field.tsx";
import { Input } from "../ui/input.tsx";

export interface IdFieldProps {
  readonly value: string;
  /** The kind that was chosen: its name is a good id, while no other was typed in. */
  readonly kind: string;
  readonly onChange: (id: string) => void;
  readonly error: string | null;
  readonly placeholder: string | undefined;
}

/** An id that whoever creates the thing chooses. */
export function IdField({ value, kind, onChange, error, placeholder }: IdFieldProps) {
  const suggested = useRef("");
  useEffect(() => {
    if (kind === "" || value !== suggested.current) return;
    suggested.current = kind;
    if (value !== kind) onChange(kind);
  }, [kind, value, onChange]);
  return (
    <Field
      label="ID"
      error={error}
      hint="Lower-case letters, digits, dots, dashes and underscores. It becomes part of names, and cannot be changed later."
    >
      <Input
        value={value}
        placeholder={placeholder}
        autoCapitalize="none"
        onChange={(event) => onChange(event.target.value)}
      />
    </Field>
  );
}
