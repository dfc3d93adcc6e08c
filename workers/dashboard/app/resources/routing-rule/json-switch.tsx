import { type ReactNode, useState } from "react";
import { isRow, parseJson } from "../../lib/json.ts";
import { Field } from "../../ui/field.tsx";
import { Switch } from "../../ui/switch.tsx";
import { Textarea } from "../../ui/textarea.tsx";

/**
 * A form, or the same as JSON, by a switch. `value` is the object; while the text is no JSON it is the text, which the API
 * refuses at its place, so that nothing half typed is saved.
 */
export function JsonSwitch({
  legend,
  hint,
  value,
  onChange,
  problem,
  kind = "object",
  children,
}: {
  readonly legend: string;
  readonly hint: string;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
  /** What is wrong with the whole, or with a part that the form has no place for. */
  readonly problem: (asJson: boolean) => string | null;
  /** Whether it is an object or a list. */
  readonly kind?: "object" | "list";
  readonly children: ReactNode;
}) {
  const fits = (one: unknown): boolean => (kind === "list" ? Array.isArray(one) : isRow(one));
  const broken = typeof value === "string";
  const [asJson, setAsJson] = useState(broken);
  const empty = kind === "list" ? "[]" : "{}";
  const written = broken ? value : fits(value) ? JSON.stringify(value, null, 2) : empty;
  const [typed, setTyped] = useState(written);
  // What the form has changed is written anew; what was typed stays as it was typed.
  const same = JSON.stringify(parseJson(typed)) === JSON.stringify(value) || typed === value;
  const found = problem(asJson);
  return (
    <fieldset className="flex min-w-0 flex-col gap-3 rounded-lg border border-line bg-surface px-3 pt-1 pb-4 sm:px-4">
      <legend className="px-1 text-sm font-medium">{legend}</legend>
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2">
        <p className="max-w-prose min-w-0 flex-1 basis-64 text-xs text-ink-3">{hint}</p>
        <Switch
          checked={asJson}
          onChange={setAsJson}
          disabled={broken}
          label={
            <>
              <span className="sr-only">{legend}: </span>Edit as JSON
            </>
          }
        />
      </div>
      {found === null ? null : (
        <p role="alert" className="text-sm font-medium text-bad-ink">
          {found}
        </p>
      )}
      {asJson ? (
        <Field
          label={`${legend} as JSON`}
          error={broken ? "This is not valid JSON. Mend it to go on with the form." : null}
        >
          <Textarea
            mono
            rows={Math.min(24, Math.max(6, written.split("\n").length + 1))}
            aria-invalid={broken || found !== null || undefined}
            value={same ? typed : written}
            onChange={(event) => {
              const { value: text } = event.target;
              const parsed = parseJson(text);
              setTyped(text);
              onChange(fits(parsed) ? parsed : text);
            }}
          />
        </Field>
      ) : (
        <div className="flex min-w-0 flex-col gap-3">{children}</div>
      )}
    </fieldset>
  );
}
