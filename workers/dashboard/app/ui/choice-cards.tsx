import { type ReactNode, useId } from "react";
import { cx } from "../lib/class-names.ts";

export interface Choice {
  readonly value: string;
  /** What it is called to those who hear it, where `content` says more. */
  readonly label?: string;
  readonly content: ReactNode;
}

/** One of several, each a card, side by side. Radio buttons to those who do not see it. */
export function ChoiceCards({
  legend,
  choices,
  value,
  onChange,
  problem,
  className,
}: {
  readonly legend: string;
  readonly choices: readonly Choice[];
  /** What is none of the choices chooses none. */
  readonly value: unknown;
  readonly onChange: (value: string) => void;
  readonly problem: string | null;
  /** How many stand in a row: a grid's columns. */
  readonly className: string;
}) {
  const id = useId();
  return (
    <fieldset aria-describedby={problem === null ? undefined : `${id}-error`} className="flex flex-col gap-2">
      <legend className="mb-1 text-sm font-medium">{legend}</legend>
      <div className={cx("grid gap-2", className)}>
        {choices.map(({ value: choice, label, content }) => (
          <label
            key={choice}
            className="flex cursor-pointer items-center gap-2.5 rounded-md border border-line-strong bg-surface px-2.5 py-2 text-sm hover:bg-hover has-checked:border-accent-ink has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent-ink"
          >
            <input
              type="radio"
              name={id}
              value={choice}
              aria-label={label}
              checked={value === choice}
              aria-invalid={problem === null ? undefined : true}
              onChange={() => onChange(choice)}
              className="sr-only"
            />
            {content}
          </label>
        ))}
      </div>
      {problem === null ? null : (
        <p id={`${id}-error`} className="text-xs font-medium text-bad-ink">
          {problem}
        </p>
      )}
    </fieldset>
  );
}
