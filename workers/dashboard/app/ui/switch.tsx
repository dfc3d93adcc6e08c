import { type ReactNode, useId } from "react";
import { cx } from "../lib/class-names.ts";

export interface SwitchProps {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly label: ReactNode;
  readonly hint?: ReactNode;
  readonly disabled?: boolean;
}

/** On or off, in force at once or with the form around it. */
export function Switch({ checked, onChange, label, hint, disabled }: SwitchProps) {
  const id = useId();
  return (
    <div className="flex items-start gap-2.5">
      <button
        id={id}
        type="button"
        role="switch"
        aria-checked={checked}
        aria-labelledby={`${id}-label`}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        disabled={disabled}
        onClick={() => onChange(!checked)}
        className={cx(
          "relative mt-0.5 h-4.5 w-8 shrink-0 rounded-full border transition-colors disabled:opacity-55",
          checked ? "border-accent bg-accent" : "border-field bg-sunken",
        )}
      >
        <span
          className={cx(
            "absolute top-1/2 size-3 -translate-y-1/2 rounded-full transition-[left]",
            checked ? "left-4 bg-white" : "left-0.5 bg-field",
          )}
        />
      </button>
      <div className="min-w-0">
        <label id={`${id}-label`} htmlFor={id} className="text-sm text-ink">
          {label}
        </label>
        {hint === undefined ? null : (
          <p id={`${id}-hint`} className="text-xs text-ink-3">
            {hint}
          </p>
        )}
      </div>
    </div>
  );
}
