import { useId } from "react";
import { cx } from "../lib/class-names.ts";
import type { Option } from "./select.tsx";

/** One of a few, all of them seen: how a chart is cut, which measure is shown. Radio buttons to those who do not see it. */
export function Segmented({
  label,
  options,
  value,
  onChange,
}: {
  readonly label: string;
  readonly options: readonly Option[];
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  const name = useId();
  return (
    <fieldset className="relative flex max-w-full min-w-0 shrink-0 overflow-x-auto rounded-md border border-line bg-sunken p-0.5">
      <legend className="sr-only">{label}</legend>
      {options.map((option) => (
        <label
          key={option.value}
          className={cx(
            "flex h-6 cursor-pointer items-center rounded-sm px-2 text-xs font-medium whitespace-nowrap has-focus-visible:outline-2 has-focus-visible:outline-accent",
            option.value === value ? "bg-raised text-ink shadow-xs" : "text-ink-3 hover:text-ink",
          )}
        >
          <input
            type="radio"
            // How something is looked at is no part of a form around it: Enter must not send that.
            form=""
            className="sr-only"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          {option.label}
        </label>
      ))}
    </fieldset>
  );
}
