import { Field } from "../../ui/field.tsx";
import { Input, PasswordInput } from "../../ui/input.tsx";
import { Textarea } from "../../ui/textarea.tsx";
import type { FieldInputProps } from "../extras.tsx";
import { partsOf, withPart } from "../provider/kind-of.ts";
import { kindRowOf } from "./channel-kind.ts";

/** The inputs of a channel that its kind asks for; nothing before one is chosen. */
const kindIn = ({ values }: FieldInputProps) => kindRowOf(values.kind);

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
const orNull = (text: string): string | null => (text.trim() === "" ? null : text.trim());

export function UrlInput(props: FieldInputProps) {
  const kind = kindIn(props);
  const needed = kind?.url === "required";
  if (kind === null) return null;
  return (
    <Url
      {...props}
      needed={needed}
      hint={
        needed
          ? "Where messages are sent by POST. Public, and https."
          : `Only where it is not ${kind.default_url ?? "the usual one"}.`
      }
    />
  );
}

const Url = ({
  value,
  onChange,
  problemOf,
  needed,
  hint,
}: FieldInputProps & { readonly needed: boolean; readonly hint: string }) => (
  <Field label="URL" hint={hint} error={problemOf("url")} required={needed}>
    <Input
      type="url"
      placeholder="https://hooks.example.com/ao"
      value={textOf(value)}
      onChange={(event) => onChange(orNull(event.target.value))}
    />
  </Field>
);

export function SenderInput(props: FieldInputProps) {
  const { value, onChange, problemOf } = props;
  const kind = kindIn(props);
  if (kind?.addressed !== true) return null;
  return (
    <Field
      label="Sender"
      hint="Whom e-mails are from: an address that the service knows as yours."
      error={problemOf("sender")}
    >
      <Input
        type="email"
        placeholder="alerts@example.com"
        value={textOf(value)}
        onChange={(event) => onChange(orNull(event.target.value))}
      />
    </Field>
  );
}

export function AddressesInput(props: FieldInputProps) {
  const { value, onChange, problemOf } = props;
  const kind = kindIn(props);
  if (kind?.addressed !== true) return null;
  const lines = Array.isArray(value) ? value.map(String) : [];
  return (
    <Field
      label="Addresses"
      required={false}
      hint="E-mail addresses that get every message of the channel, one a line. Members who are told by their role need not be here."
      error={problemOf("addresses")}
    >
      <Textarea
        rows={3}
        defaultValue={lines.join("\n")}
        onChange={(event) =>
          onChange(
            event.target.value
              .split(/[\n,;]/)
              .map((line) => line.trim())
              .filter(Boolean),
          )
        }
      />
    </Field>
  );
}

export function RegionInput(props: FieldInputProps) {
  const { value, onChange, problemOf } = props;
  const kind = kindIn(props);
  if (kind?.needs_region !== true) return null;
  return (
    <Field label="Region" hint="Of Amazon SES." error={problemOf("region")}>
      <Input
        placeholder="eu-central-1"
        value={textOf(value)}
        onChange={(event) => onChange(orNull(event.target.value))}
      />
    </Field>
  );
}

export function CredentialInput(props: FieldInputProps) {
  const { value, onChange, problemOf, creating } = props;
  const known = kindIn(props);
  if (known === null) return null;
  const parts = partsOf(value);
  return (
    <fieldset className="flex flex-col gap-4">
      <legend className="mb-1 text-sm font-medium">
        Credential
        {creating ? null : <span className="font-normal text-ink-3"> stored; give it anew to replace it</span>}
      </legend>
      {known.credential.map(({ name, label, required, least_chars }) => (
        <Field
          key={name}
          label={label}
          required={required && creating}
          hint={HINTS[name] ?? `At least ${least_chars} characters.`}
          error={
            problemOf(`credential.${name}`) ?? (name === known.credential[0]?.name ? problemOf("credential") : null)
          }
        >
          <PasswordInput
            label={label}
            autoComplete="new-password"
            value={parts[name] ?? ""}
            onChange={(event) => onChange(withPart(value, name, event.target.value))}
          />
        </Field>
      ))}
    </fieldset>
  );
}

const HINTS: Readonly<Record<string, string>> = {
  secret: "What its messages are signed with: a long random text that the receiver knows too.",
  previous_secret: "While receivers change over from one secret to the next, both sign.",
};
