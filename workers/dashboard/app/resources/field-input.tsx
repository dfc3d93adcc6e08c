import { choiceLabel, label } from "../lib/format.ts";
import { isRow } from "../lib/json.ts";
import { Checkbox } from "../ui/checkbox.tsx";
import { Combobox } from "../ui/combobox.tsx";
import { localTime } from "../ui/date-range-picker.tsx";
import { Field } from "../ui/field.tsx";
import { Input, PasswordInput } from "../ui/input.tsx";
import { Prose } from "../ui/prose.tsx";
import { type Option, Select } from "../ui/select.tsx";
import { Switch } from "../ui/switch.tsx";
import { Textarea } from "../ui/textarea.tsx";
import { NO_LIMIT } from "./draft.ts";
import { type Names, optionOf } from "./names.ts";
import type { FieldInfo } from "./resource-info.ts";

export interface ResourceFieldProps {
  readonly field: FieldInfo;
  /** What stands in it, as `draft.ts` has it. */
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
  readonly error: string | null;
  readonly names: Names;
  readonly creating: boolean;
  /** An example of the resource's. */
  readonly example: unknown;
}

/** More than these are searched. */
const SELECT_MAX = 8;

/** A field of a resource with label, hint and problem: its input by its kind. */
export function ResourceField(props: ResourceFieldProps) {
  const { field, value, onChange, error, creating } = props;
  if (field.kind === "flag") {
    return (
      <Switch
        checked={value === true}
        onChange={onChange}
        label={label(field.name)}
        hint={<Prose text={field.description} />}
      />
    );
  }
  return (
    <Field
      label={label(field.name)}
      hint={hintOf(field)}
      error={error}
      required={creating ? field.required : !field.nullable && field.kind !== "secret"}
    >
      <FieldInput {...props} />
    </Field>
  );
}

const hintOf = (field: FieldInfo): string => {
  if (field.kind === "list") return `${field.description} One a line.`;
  if (field.kind === "time") return `${field.description} In ${Intl.DateTimeFormat().resolvedOptions().timeZone}.`;
  return field.description;
};

function FieldInput({ field, value, onChange, names, creating, example }: ResourceFieldProps) {
  const text = typeof value === "string" ? value : "";
  const placeholder = placeholderOf(example);
  const given = (event: { readonly target: { readonly value: string } }): void => onChange(event.target.value);
  switch (field.kind) {
    case "usd":
      return <UsdInput field={field} value={value} onChange={onChange} />;
    case "choice":
      return (
        <Choice
          field={field}
          value={text}
          onChange={onChange}
          options={field.values.map((one) => ({ value: one, label: choiceLabel(one) }))}
        />
      );
    case "reference":
      return <Choice field={field} value={text} onChange={onChange} options={references(names, field, text)} />;
    case "secret":
      return (
        <PasswordInput
          label={label(field.name)}
          value={text}
          onChange={given}
          autoComplete="new-password"
          placeholder={creating ? undefined : "Leave empty to keep it"}
        />
      );
    case "time":
      return <Input type="datetime-local" value={text.endsWith("Z") ? localTime(text) : text} onChange={given} />;
    case "integer":
      return <Input inputMode="numeric" value={text} placeholder={placeholder} onChange={given} />;
    case "list":
      return <Textarea rows={Math.min(10, Math.max(3, text.split("\n").length + 1))} value={text} onChange={given} />;
    case "json":
      return (
        <Textarea
          mono
          rows={Math.min(16, Math.max(5, text.split("\n").length + 1))}
          value={text}
          placeholder={placeholder}
          onChange={given}
        />
      );
    default:
      return <Input value={text} placeholder={placeholder} onChange={given} />;
  }
}

/** Dollars. No limit is something that one chooses, not something that one forgets to fill in. */
function UsdInput({ field, value, onChange }: Pick<ResourceFieldProps, "field" | "value" | "onChange">) {
  const none = value === NO_LIMIT;
  return (
    <div className="flex items-center gap-3">
      <div className="min-w-0 flex-1">
        <Input
          before="$"
          inputMode="decimal"
          placeholder={none ? "No limit" : "0.00"}
          disabled={none}
          value={typeof value === "string" ? value : ""}
          onChange={(event) => onChange(event.target.value)}
        />
      </div>
      {field.nullable ? (
        <Checkbox label="No limit" checked={none} onChange={(chosen) => onChange(chosen ? NO_LIMIT : "")} />
      ) : null}
    </div>
  );
}

function Choice({
  field,
  value,
  onChange,
  options,
}: {
  readonly field: FieldInfo;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly options: readonly Option[];
}) {
  const optional = field.nullable || !field.required;
  if (options.length > SELECT_MAX)
    return (
      <Combobox
        value={value}
        onChange={onChange}
        options={options}
        clearable={optional}
        placeholder={optional ? "None" : "Search…"}
      />
    );
  return (
    <Select
      value={value}
      onChange={onChange}
      options={optional ? [{ value: "", label: "None" }, ...options] : options}
    />
  );
}

/** What can be referred to: what has not ended, and what is referred to now. */
function references(names: Names, field: FieldInfo, value: string): readonly Option[] {
  const rows = names.rows(field.resource).filter((row) => typeof row.archived_at !== "string" || row.id === value);
  const options = rows.map(optionOf);
  const known = value === "" || options.some((option) => option.value === value);
  return known ? options : [{ value, label: value }, ...options];
}

/** An example of a field as a placeholder. */
export function placeholderOf(example: unknown): string | undefined {
  if (isRow(example)) return JSON.stringify(example, null, 2);
  return typeof example === "string" || typeof example === "number" ? String(example) : undefined;
}
