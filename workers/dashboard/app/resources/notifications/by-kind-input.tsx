import { useId } from "react";
import { isRow, textsIn } from "../../lib/json.ts";
import { Button } from "../../ui/button.tsx";
import type { FieldInputProps } from "../extras.tsx";
import { useNames } from "../names.ts";
import { RecipientPicker } from "./recipient-picker.tsx";
import { OFF_LADDER } from "./recipients.ts";

/** Who is told of what is no step of the ladder, kind by kind; what is left alone has its default. */
export default function ByKindInput({ value, onChange, problemOf }: FieldInputProps) {
  const id = useId();
  const names = useNames(["channel"]);
  const given = isRow(value) ? value : {};
  const problem = problemOf("recipients");
  return (
    <fieldset aria-describedby={`${id}-error`} className="flex flex-col gap-2">
      <legend className="mb-1 text-sm font-medium">Everything else</legend>
      <ul className="rounded-lg border border-line">
        {OFF_LADDER.map(({ kind, label, usual, more }) => {
          const own = Array.isArray(given[kind]);
          const { [kind]: _own, ...others } = given;
          return (
            <li key={kind} className="flex flex-col gap-1.5 border-b border-line px-3 py-2.5 last:border-b-0">
              <span className="flex items-center justify-between gap-2 text-sm">
                {label}
                {own ? (
                  <Button size="sm" look="quiet" onClick={() => onChange(others)}>
                    As usual
                  </Button>
                ) : (
                  <span className="text-xs text-ink-3">as usual</span>
                )}
              </span>
              <RecipientPicker
                label={label}
                value={own ? textsIn(given, kind) : usual}
                onChange={(next) => onChange({ ...given, [kind]: next })}
                names={names}
                {...(more === undefined ? {} : { more })}
              />
            </li>
          );
        })}
      </ul>
      {problem === null ? null : (
        <p id={`${id}-error`} className="text-xs font-medium text-bad-ink">
          {problem}
        </p>
      )}
    </fieldset>
  );
}
