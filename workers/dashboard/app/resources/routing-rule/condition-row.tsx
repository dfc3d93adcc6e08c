import { label } from "../../lib/format.ts";
import { Input } from "../../ui/input.tsx";
import { Select } from "../../ui/select.tsx";
import { type ConditionRow, SIGNS } from "./conditions-form.ts";

const SIGN_WORDS: Readonly<Record<(typeof SIGNS)[number], string>> = {
  lt: "less than",
  lte: "at most",
  gt: "more than",
  gte: "at least",
  is: "exactly",
};
const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
const PLACEHOLDERS: Readonly<Record<string, string>> = {
  model: "openai/gpt-5, openai/o*",
  country: "DE, FR",
  region: "eu",
  key: "key_…",
  wallet: "wal_…",
  team: "team_…",
  operation: "chat",
  dialect: "openai-chat",
};

/** The inputs of one condition, by its kind. */
export function ConditionRowInput({
  row,
  invalid,
  onChange,
}: {
  readonly row: ConditionRow;
  readonly invalid: boolean;
  readonly onChange: (row: ConditionRow) => void;
}) {
  const name = label(row.field);
  const wrong = invalid || undefined;
  const not = (value: boolean, change: (not: boolean) => void) => (
    <span className="w-24">
      <Select
        label={`${name}: is or is not`}
        size="sm"
        value={value ? "not" : "is"}
        onChange={(next) => change(next === "not")}
        options={[
          { value: "is", label: "is" },
          { value: "not", label: "is not" },
        ]}
      />
    </span>
  );
  switch (row.kind) {
    case "flag":
      return (
        <span className="w-24">
          <Select
            label={name}
            size="sm"
            value={String(row.value)}
            onChange={(next) => onChange({ ...row, value: next === "true" })}
            options={[
              { value: "true", label: "yes" },
              { value: "false", label: "no" },
            ]}
          />
        </span>
      );
    case "text":
      return (
        <>
          {not(row.not, (next) => onChange({ ...row, not: next }))}
          <span className="min-w-32 flex-1">
            <Input
              aria-label={name}
              aria-invalid={wrong}
              className="h-7"
              placeholder={PLACEHOLDERS[row.field]}
              value={row.values}
              onChange={(event) => onChange({ ...row, values: event.target.value })}
            />
          </span>
        </>
      );
    case "pair":
      return (
        <>
          <span className="w-24 min-w-20 flex-none">
            <Input
              aria-label={`${name}: name`}
              aria-invalid={wrong}
              className="h-7"
              placeholder="env"
              value={row.name}
              onChange={(event) => onChange({ ...row, name: event.target.value })}
            />
          </span>
          {not(row.not, (next) => onChange({ ...row, not: next }))}
          <span className="min-w-24 flex-1">
            <Input
              aria-label={`${name}: value`}
              aria-invalid={wrong}
              className="h-7"
              placeholder="prod"
              value={row.values}
              onChange={(event) => onChange({ ...row, values: event.target.value })}
            />
          </span>
        </>
      );
    case "number":
      return (
        <>
          <span className="w-32">
            <Select
              label={`${name}: comparison`}
              size="sm"
              value={row.sign}
              onChange={(sign) => onChange({ ...row, sign })}
              options={SIGNS.map((sign) => ({ value: sign, label: SIGN_WORDS[sign] }))}
            />
          </span>
          <span className="w-28 flex-none">
            <Input
              aria-label={name}
              aria-invalid={wrong}
              inputMode="decimal"
              className="h-7"
              placeholder={row.field.endsWith("_usd") ? "0.05" : "2000"}
              value={row.value}
              onChange={(event) => onChange({ ...row, value: event.target.value })}
            />
          </span>
        </>
      );
    case "time":
      return (
        <span className="flex min-w-0 flex-1 flex-col gap-2">
          <span className="flex flex-wrap gap-1">
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
                  className="h-7 rounded-md border border-line-strong px-2 text-xs aria-pressed:border-accent-ink aria-pressed:bg-accent-soft aria-pressed:text-accent-ink"
                >
                  {day}
                </button>
              );
            })}
          </span>
          <span className="flex flex-wrap gap-2">
            {(["from", "to"] as const).map((end) => (
              <span key={end} className="w-28 flex-none">
                <Input
                  type="time"
                  aria-label={`Time: ${end}`}
                  aria-invalid={wrong}
                  className="h-7"
                  value={row[end]}
                  onChange={(event) => onChange({ ...row, [end]: event.target.value })}
                />
              </span>
            ))}
            <span className="w-40 flex-none">
              <Input
                aria-label="Time zone"
                aria-invalid={wrong}
                className="h-7"
                placeholder="UTC"
                value={row.zone}
                onChange={(event) => onChange({ ...row, zone: event.target.value })}
              />
            </span>
          </span>
        </span>
      );
  }
}
