import { Plus, Trash2 } from "lucide-react";
import { isRow, textIn } from "../../lib/json.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { Field } from "../../ui/field.tsx";
import { Input } from "../../ui/input.tsx";
import type { FieldInputProps } from "../extras.tsx";
import { CredentialFields } from "./credential-fields.tsx";
import { InputGroup } from "./group.tsx";
import { kindRowOf } from "./kind-of.ts";

/** Further credentials of the same account, which requests take in turn. One that is stored keeps what it has. */
export default function CredentialsInput({ value, onChange, values, creating, problemOf }: FieldInputProps) {
  const kind = kindRowOf(values.kind);
  if (kind === null || kind.credential.length === 0) return null;
  const entries = Array.isArray(value) ? value.filter(isRow) : [];
  const set = (next: readonly object[]): void => onChange(next.length === 0 && !creating ? null : next);
  const change = (at: number, part: object): void =>
    set(entries.map((entry, place) => (place === at ? { ...entry, ...part } : entry)));
  return (
    <InputGroup
      legend="Further credentials"
      hint="Requests take them in turn with the one above, and go on to the next where one is refused or rate limited."
      problem={problemOf("credentials")}
    >
      {entries.map((entry, at) => {
        const stored = !creating && entry.credential === undefined;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a name is typed, and two may be the same for a while
          <div key={at} className="flex flex-col gap-3 rounded-md border border-line p-3">
            <div className="flex items-end gap-2">
              <Field label="Name" className="flex-1" error={problemOf(`credentials[${at}].name`)}>
                <Input
                  value={textIn(entry, "name")}
                  placeholder="second"
                  onChange={(event) => change(at, { name: event.target.value.trim() })}
                />
              </Field>
              {stored ? <Badge>stored</Badge> : null}
              <IconButton
                icon={Trash2}
                label={`Remove the credential ${textIn(entry, "name")}`}
                onClick={() => set(entries.filter((_, place) => place !== at))}
              />
            </div>
            <CredentialFields
              kind={kind}
              value={entry.credential}
              onChange={(credential) => change(at, { credential })}
              required={!stored}
              problemOf={(part) => problemOf(`credentials[${at}].credential.${part}`)}
            />
          </div>
        );
      })}
      <Button
        size="sm"
        icon={Plus}
        className="self-start"
        onClick={() => set([...entries, { name: `credential-${entries.length + 2}`, credential: {} }])}
      >
        Add a credential
      </Button>
    </InputGroup>
  );
}
