import { type ReactNode, useState } from "react";
import { isRow, parseJson } from "../../lib/json.ts";
import { Field } from "../../ui/field.tsx";
import { Textarea } from "../../ui/textarea.tsx";

/**
 * A form and the same as JSON beside it, both in step. `value` is the object; while the text is no JSON it is the text,
 * which the API refuses at its place, so that nothing half typed is saved.
 */
export function JsonBeside({
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
  readonly problem: string | null;
  /** Whether it is an object or a list. */
  readonly kind?: "object" | "list";
  readonly children: ReactNode;
}) {
  const fits = (one: unknown): boolean => (kind === "list" ? Array.isArray(one) : isRow(one));
  const written = fits(value)
    ? JSON.stringify(value, null, 2)
    : typeof value === "string"
      ? value
      : kind === "list"
        ? "[]"
        : "{}";
  const [typed, setTyped] = useState(written);
  // What the form has changed is written anew; what was typed stays as it was typed.
  const same = JSON.stringify(parseJson(typed)) === JSON.stringify(value) || typed === value;
  const broken = typeof value === "string";
  return (
    <fieldset className="flex min-w-0 flex-col gap-3 rounded-lg border border-line bg-surface px-4 pt-1 pb-4">
      <legend className="px-1 text-sm font-medium">{legend}</legend>
      <p className="text-xs text-ink-3">{hint}</p>
      {problem === null ? null : (
        <p role="alert" className="text-sm font-medium text-bad-ink">
          {problem}
        </p>
      )}
      <div className="grid gap-4 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="flex min-w-0 flex-col gap-2">
          {broken ? (
            <p className="text-sm text-ink-2">The JSON is not valid yet. Mend it to go on with the form.</p>
          ) : (
            children
          )}
        </div>
        <Field label={`${legend} as JSON`} error={broken ? "This is not valid JSON." : null}>
          <Textarea
            mono
            rows={Math.min(18, Math.max(6, written.split("\n").length + 1))}
            value={same ? typed : written}
            onChange={(event) => {
              const { value: text } = event.target;
              const parsed = parseJson(text);
              setTyped(text);
              onChange(fits(parsed) ? parsed : text);
            }}
          />
        </Field>
      </div>
    </fieldset>
  );
}
