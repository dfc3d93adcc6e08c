import { createContext, type ReactNode, useContext, useId } from "react";
import { cx } from "../lib/class-names.ts";
import { Prose } from "./prose.tsx";

interface FieldContext {
  readonly id: string;
  readonly describedBy: string | undefined;
  readonly invalid: boolean;
  readonly required: boolean;
}

const Context = createContext<FieldContext | null>(null);

export interface FieldProps {
  readonly label: ReactNode;
  readonly hint?: string;
  /** What is wrong with what stands in it. What was typed stays. */
  readonly error?: string | null;
  /** Fields that need not be filled in say so. */
  readonly required?: boolean;
  /** The label is there for those who hear it only. */
  readonly hideLabel?: boolean;
  readonly className?: string;
  readonly children: ReactNode;
}

/** Label, hint, input and its problem, tied together. The input inside asks `useField` for its attributes. */
export function Field({ label, hint, error, required = true, hideLabel = false, className, children }: FieldProps) {
  const id = useId();
  const invalid = Boolean(error);
  const describedBy = cx(hint !== undefined && `${id}-hint`, invalid && `${id}-error`) || undefined;
  return (
    <Context value={{ id, describedBy, invalid, required }}>
      <div className={cx("flex min-w-0 flex-col gap-1", className)}>
        <label id={`${id}-label`} htmlFor={id} className={hideLabel ? "sr-only" : "text-sm font-medium text-ink"}>
          {label}
          {required ? null : <span className="font-normal text-ink-3"> optional</span>}
        </label>
        {children}
        {hint === undefined ? null : (
          <p id={`${id}-hint`} className="text-xs text-ink-3">
            <Prose text={hint} />
          </p>
        )}
        {invalid ? (
          <p id={`${id}-error`} className="text-xs font-medium text-bad-ink">
            {error}
          </p>
        ) : null}
      </div>
    </Context>
  );
}

/** The attributes that tie an input to the field around it. */
export function useField() {
  const field = useContext(Context);
  if (field === null) return {};
  return {
    id: field.id,
    "aria-describedby": field.describedBy,
    "aria-invalid": field.invalid || undefined,
    "aria-required": field.required || undefined,
  } as const;
}

/**
 * The same for an input with a list that opens: as long as it is open the rest of the page is hidden from those who hear
 * it, the label with it, and what is hidden names an input only where the input says so.
 */
export function useFieldOfList() {
  const field = useField();
  return "id" in field ? { ...field, "aria-labelledby": `${field.id}-label` } : field;
}

/** What inputs look like. */
export const INPUT =
  "w-full min-w-0 rounded-md border border-field bg-surface px-2.5 text-sm text-ink outline-none focus-visible:border-accent-ink focus-visible:ring-2 focus-visible:ring-accent-ink/30 aria-invalid:border-bad disabled:opacity-60";
