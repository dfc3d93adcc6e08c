import type { FieldInputProps } from "../extras.tsx";
import { CredentialFields } from "./credential-fields.tsx";
import { InputGroup, problemOfGroup } from "./group.tsx";
import { kindRowOf, waysOf } from "./kind-of.ts";

/** The credential of a provider, by its kind. What is stored is never shown, and stays as long as nothing is typed in. */
export default function CredentialInput({ value, onChange, values, creating, problemOf }: FieldInputProps) {
  const kind = kindRowOf(values.kind);
  if (kind === null) return <InputGroup legend="Credential" hint="Choose the kind first." />;
  if (kind.credential.length === 0) return <InputGroup legend="Credential" hint="This kind needs none." />;
  const ways = waysOf(kind);
  const hint = [
    "Stored sealed, and never shown again.",
    creating ? "" : "Left empty it stays as it is; what is filled in replaces the whole of it.",
    ways === null ? "" : `Give ${ways}.`,
  ];
  const names = kind.credential.map(({ name }) => name);
  return (
    <InputGroup
      legend="Credential"
      hint={hint.filter(Boolean).join(" ")}
      problem={problemOfGroup(problemOf, "credential", names)}
    >
      <CredentialFields
        kind={kind}
        value={value}
        onChange={onChange}
        required={creating}
        problemOf={(part) => problemOf(`credential.${part}`)}
      />
    </InputGroup>
  );
}
