import { Eye, EyeOff } from "lucide-react";
import { type InputHTMLAttributes, type ReactNode, type Ref, useState } from "react";
import { cx } from "../lib/class-names.ts";
import { INPUT, useField } from "./field.tsx";

export interface InputProps extends InputHTMLAttributes<HTMLInputElement> {
  readonly ref?: Ref<HTMLInputElement>;
  /** Beside what is typed, such as a currency sign. */
  readonly before?: ReactNode;
}

export function Input({ before, className, ...rest }: InputProps) {
  const input = (
    <input
      autoComplete="off"
      spellCheck={false}
      {...useField()}
      {...rest}
      className={cx(INPUT, "h-8", before !== undefined && "pl-7", className)}
    />
  );
  if (before === undefined) return input;
  return (
    <div className="relative">
      <span
        aria-hidden="true"
        className="pointer-events-none absolute inset-y-0 left-2.5 flex items-center text-sm text-ink-3"
      >
        {before}
      </span>
      {input}
    </div>
  );
}

/** A secret with a button that shows it. `label` names the button. */
export function PasswordInput({ label, className, ...rest }: InputProps & { readonly label: string }) {
  const [shown, show] = useState(false);
  const Icon = shown ? EyeOff : Eye;
  return (
    <div className="relative">
      <input
        spellCheck={false}
        autoCapitalize="none"
        {...useField()}
        {...rest}
        type={shown ? "text" : "password"}
        className={cx(INPUT, "h-8 pr-9", className)}
      />
      <button
        type="button"
        aria-label={`Show: ${label}`}
        aria-pressed={shown}
        onClick={() => show(!shown)}
        className="absolute inset-y-0 right-0 flex w-8 items-center justify-center rounded-md text-ink-3 hover:text-ink"
      >
        <Icon size={15} aria-hidden="true" />
      </button>
    </div>
  );
}
