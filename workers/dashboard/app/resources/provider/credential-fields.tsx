import type { ProviderKindRow } from "../../../../../schema/providers/kinds.ts";
import { Field } from "../../ui/field.tsx";
import { PasswordInput } from "../../ui/input.tsx";
import { Textarea } from "../../ui/textarea.tsx";
import { partsOf, withPart } from "./kind-of.ts";

/** An input for each part of a credential of this kind. */
export function CredentialFields({
  kind,
  value,
  onChange,
  required,
  problemOf,
}: {
  readonly kind: ProviderKindRow;
  readonly value: unknown;
  readonly onChange: (value: Readonly<Record<string, string>> | undefined) => void;
  /** Whether parts that the kind asks for must be given: not where something is stored already. */
  readonly required: boolean;
  readonly problemOf: (part: string) => string | null;
}) {
  const parts = partsOf(value);
  return kind.credential.map(({ name, label, required: needed, form }) => {
    const change = (text: string): void => onChange(withPart(value, name, text));
    const error = problemOf(name);
    const must = needed && required;
    return form === "service_account_key" ? (
      <Field
        key={name}
        label={label}
        error={error}
        required={must}
        hint="Paste the whole JSON file that Google gave you for the service account."
      >
        <Textarea
          mono
          rows={8}
          autoComplete="off"
          placeholder={'{"type":"service_account", …}'}
          value={parts[name] ?? ""}
          onChange={(event) => change(event.target.value)}
        />
      </Field>
    ) : (
      <Field key={name} label={label} error={error} required={must}>
        <PasswordInput
          label={label}
          autoComplete="new-password"
          value={parts[name] ?? ""}
          onChange={(event) => change(event.target.value)}
        />
      </Field>
    );
  });
}
