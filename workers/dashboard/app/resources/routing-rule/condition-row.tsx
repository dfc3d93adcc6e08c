import { cx } from "../../lib/class-names.ts";
import { label } from "../../lib/format.ts";
import { Combobox } from "../../ui/combobox.tsx";
import { Field } from "../../ui/field.tsx";
import { Input } from "../../ui/input.tsx";
import { MultiCombobox } from "../../ui/multi-combobox.tsx";
import { Select } from "../../ui/select.tsx";
import { DAYS, fieldOf, ownLabel, SIGNS } from "./condition-fields.ts";
import type { ConditionRow } from "./conditions-form.ts";
import type { Suggestions } from "./suggestions.tsx";

const ZONES = ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")].map((zone) => ({
  value: zone,
  label: zone.replaceAll("_", " "),
}));

export const fieldLabel = (name: string): string => ownLabel(name) ?? label(name);

interface RowProps<Kind extends ConditionRow["kind"]> {
  readonly row: Extract<ConditionRow, { readonly kind: Kind }>;
  readonly onChange: (row: ConditionRow) => void;
  /** What is wrong with the row, or with a part of it. */
  readonly problemIn: (part?: string) => string | null;
  readonly suggestions: Suggestions;
  readonly listId: string;
}

export type ConditionRowProps = RowProps<ConditionRow["kind"]>;

/** The inputs of one condition, by its kind: operator and value, each with a name of its own. */
export function ConditionRowInput({ row, ...rest }: ConditionRowProps) {
  switch (row.kind) {
    case "flag":
      return <FlagInput row={row} {...rest} />;
    case "text":
      return <TextInput row={row} {...rest} />;
    case "pair":
      return <PairInput row={row} {...rest} />;
    case "number":
      return <NumberInput row={row} {...rest} />;
    case "figure":
      return <FigureInput row={row} {...rest} />;
    case "time":
      return <TimeInput row={row} {...rest} />;
    case "raw":
      return <RawTest row={row} {...rest} />;
  }
}

function FlagInput({ row, onChange, problemIn }: RowProps<"flag">) {
  return (
    <Field label={fieldLabel(row.field)} hideLabel error={problemIn()} className="w-24">
      <Select
        value={String(row.value)}
        onChange={(next) => onChange({ ...row, value: next === "true" })}
        options={[
          { value: "true", label: "yes" },
          { value: "false", label: "no" },
        ]}
      />
    </Field>
  );
}

function IsOrNot({
  row,
  onChange,
}: {
  readonly row: Extract<ConditionRow, { readonly not: boolean }>;
  readonly onChange: (row: ConditionRow) => void;
}) {
  return (
    <span className="w-24 shrink-0">
      <Select
        label={`${fieldLabel(row.field)}: is or is not`}
        value={row.not ? "not" : "is"}
        onChange={(next) => onChange({ ...row, not: next === "not" })}
        options={[
          { value: "is", label: "is" },
          { value: "not", label: "is not" },
        ]}
      />
    </span>
  );
}

function TextInput({ row, onChange, problemIn, suggestions }: RowProps<"text">) {
  return (
    <>
      <IsOrNot row={row} onChange={onChange} />
      <Field label={fieldLabel(row.field)} hideLabel error={problemIn()} className="min-w-44 flex-1">
        <MultiCombobox
          values={row.values}
          onChange={(values) => onChange({ ...row, values })}
          options={suggestions.of(row.field)}
          free={fieldOf(row.field)?.kind !== "choice"}
          placeholder={fieldOf(row.field)?.placeholder}
        />
      </Field>
    </>
  );
}

/** A provider or a model whose health or figures are meant. */
function TargetInput({ row, onChange, problemIn, listId }: RowProps<"figure"> | RowProps<"pair">) {
  return (
    <Field
      label={`${fieldLabel(row.field)}: of`}
      hideLabel
      error={row.name === "" ? problemIn() : null}
      className="min-w-44 flex-1 basis-44"
    >
      <Input
        list={listId}
        placeholder={fieldOf(row.field)?.placeholder}
        value={row.name}
        onChange={(event) => onChange({ ...row, name: event.target.value.trim() })}
      />
    </Field>
  );
}

function PairInput(props: RowProps<"pair">) {
  const { row, onChange, problemIn, suggestions } = props;
  const ofTarget = row.field === "health";
  return (
    <>
      {ofTarget ? (
        <TargetInput {...props} />
      ) : (
        <Field
          label={`${fieldLabel(row.field)}: name`}
          hideLabel
          error={row.name === "" ? problemIn() : null}
          className="w-28"
        >
          <Input
            placeholder={fieldOf(row.field)?.placeholder}
            value={row.name}
            onChange={(event) => onChange({ ...row, name: event.target.value })}
          />
        </Field>
      )}
      <IsOrNot row={row} onChange={onChange} />
      <Field
        label={`${fieldLabel(row.field)}: ${ofTarget ? "state" : "value"}`}
        hideLabel
        error={row.name === "" ? null : problemIn()}
        className="min-w-36 flex-1 basis-44"
      >
        <MultiCombobox
          values={row.values}
          onChange={(values) => onChange({ ...row, values })}
          options={suggestions.of(row.field)}
          free={!ofTarget}
          placeholder={ofTarget ? "Down" : "prod"}
        />
      </Field>
    </>
  );
}

function Comparison({
  row,
  onChange,
  error,
}: {
  readonly row: Extract<ConditionRow, { readonly sign: string }>;
  readonly onChange: (row: ConditionRow) => void;
  readonly error: string | null;
}) {
  const field = fieldOf(row.field);
  return (
    <>
      <span className="w-30 shrink-0">
        <Select
          label={`${fieldLabel(row.field)}: comparison`}
          value={row.sign}
          onChange={(sign) => onChange({ ...row, sign })}
          options={SIGNS}
        />
      </span>
      <Field
        label={`${fieldLabel(row.field)}${field?.unit === undefined ? "" : `, ${field.unit}`}`}
        hideLabel
        error={error}
        className="min-w-min flex-1"
      >
        <span className="flex items-center gap-2">
          <span className="w-28 flex-none">
            <Input
              before={field?.unit === "USD" ? "$" : undefined}
              inputMode="decimal"
              placeholder={row.kind === "number" ? field?.placeholder : field?.unit === "ms" ? "5000" : "0.05"}
              value={row.value}
              onChange={(event) => onChange({ ...row, value: event.target.value })}
            />
          </span>
          {field?.unit === undefined || field.unit === "USD" ? null : (
            <span aria-hidden="true" className="text-sm text-ink-3">
              {field.unit}
            </span>
          )}
        </span>
      </Field>
    </>
  );
}

/** What the API says of a number, without the ways to write it as JSON. */
const inWords = (problem: string | null): string | null => problem?.replace(/, or an object of .*$/, ".") ?? null;

const NumberInput = ({ row, onChange, problemIn }: RowProps<"number">) => (
  <Comparison row={row} onChange={onChange} error={inWords(problemIn())} />
);

const FigureInput = (props: RowProps<"figure">) => (
  <>
    <TargetInput {...props} />
    <Comparison
      row={props.row}
      onChange={props.onChange}
      error={props.row.name === "" ? null : inWords(props.problemIn())}
    />
  </>
);

function TimeInput({ row, onChange, problemIn }: RowProps<"time">) {
  const at = { from: problemIn("from"), to: problemIn("to"), zone: problemIn("zone") };
  const other = Object.values(at).some((problem) => problem !== null) ? null : problemIn();
  const zones =
    row.zone === "" || ZONES.some(({ value }) => value === row.zone)
      ? ZONES
      : [{ value: row.zone, label: row.zone }, ...ZONES];
  return (
    <div className="flex min-w-0 flex-1 basis-64 flex-col gap-2">
      <fieldset className="flex flex-wrap gap-1">
        <legend className="sr-only">Days</legend>
        {DAYS.map((day) => {
          const on = row.days.includes(day);
          return (
            <button
              key={day}
              type="button"
              aria-pressed={on}
              onClick={() =>
                onChange({ ...row, days: DAYS.filter((one) => (one === day ? !on : row.days.includes(one))) })
              }
              className="h-8 rounded-md border border-line-strong px-2 text-xs capitalize aria-pressed:border-accent-ink aria-pressed:bg-accent-soft aria-pressed:text-accent-ink"
            >
              {day}
            </button>
          );
        })}
      </fieldset>
      <div className="flex flex-wrap gap-2">
        {(["from", "to"] as const).map((end) => (
          <span key={end} className="flex items-start gap-2">
            <span aria-hidden="true" className="leading-8 text-sm text-ink-3">
              {end}
            </span>
            <Field label={`Time: ${end}`} hideLabel error={at[end] ?? (end === "from" ? other : null)} className="w-28">
              <Input
                type="time"
                value={row[end]}
                onChange={(event) => onChange({ ...row, [end]: event.target.value })}
              />
            </Field>
          </span>
        ))}
        <Field label="Time zone" hideLabel error={at.zone} className="min-w-44 flex-1">
          <Combobox
            value={row.zone}
            onChange={(zone) => onChange({ ...row, zone })}
            options={zones}
            clearable
            placeholder="UTC"
          />
        </Field>
      </div>
    </div>
  );
}

/** What has no inputs: it is kept as it is, and says where it can be changed. */
function RawTest({ row, problemIn }: RowProps<"raw">) {
  const problem = problemIn();
  return (
    <div className="flex min-w-0 flex-1 basis-64 flex-col gap-1">
      <code
        className={cx(
          "rounded-sm bg-sunken px-2 py-1 font-mono text-xs break-all",
          problem !== null && "border border-bad",
        )}
      >
        {JSON.stringify(row.test)}
      </code>
      <p className="text-xs text-ink-3">
        {row.field === null ? "Holds as it is written." : "This has no row of its own."} Change it as JSON.
      </p>
      {problem === null ? null : <p className="text-xs font-medium text-bad-ink">{problem}</p>}
    </div>
  );
}
