import { Select as Base } from "@base-ui/react/select";
import { Check, ChevronsUpDown } from "lucide-react";
import { cx } from "../lib/class-names.ts";
import { INPUT, useField } from "./field.tsx";
import { POPUP, POPUP_ITEM, POPUP_LAYER } from "./popup.ts";

export interface Option {
  readonly value: string;
  readonly label: string;
}

export interface SelectProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly options: readonly Option[];
  readonly placeholder?: string;
  readonly disabled?: boolean;
  /** Its name where no `Field` is around it. */
  readonly label?: string;
  readonly size?: "sm" | "md";
  readonly className?: string;
  /** False where choosing moves the focus elsewhere. */
  readonly keepsFocus?: boolean;
}

/** One of a few. For many, or with search, take `Combobox`. */
export function Select({
  value,
  onChange,
  options,
  placeholder = "Choose…",
  disabled,
  label,
  size = "md",
  className,
  keepsFocus = true,
}: SelectProps) {
  // An empty value is no value to Base UI: the option that stands for it is named all the same.
  const empty = options.find((option) => option.value === "")?.label;
  return (
    <Base.Root
      items={[...options]}
      value={value === "" && !options.some((option) => option.value === "") ? null : value}
      onValueChange={(next) => onChange(next ?? "")}
      disabled={disabled}
      modal={false}
    >
      <Base.Trigger
        aria-label={label}
        {...useField()}
        className={cx(
          INPUT,
          "flex cursor-default items-center justify-between gap-2 text-left",
          size === "sm" ? "h-7" : "h-8",
          className,
        )}
      >
        <Base.Value placeholder={empty ?? placeholder} className="truncate data-placeholder:text-ink-3" />
        <Base.Icon className="shrink-0 text-ink-3">
          <ChevronsUpDown size={14} aria-hidden="true" />
        </Base.Icon>
      </Base.Trigger>
      <Base.Portal>
        {/* Below its trigger, as menus are, and not over it. */}
        <Base.Positioner sideOffset={4} alignItemWithTrigger={false} className={POPUP_LAYER}>
          <Base.Popup
            finalFocus={keepsFocus}
            className={cx(
              POPUP,
              "max-h-[min(20rem,var(--available-height))] min-w-(--anchor-width) overflow-y-auto p-1",
            )}
          >
            {options.map((option) => (
              <Base.Item
                key={option.value}
                value={option.value}
                className={cx(POPUP_ITEM, "grid grid-cols-[1rem_1fr]")}
              >
                <Base.ItemIndicator className="col-start-1">
                  <Check size={14} aria-hidden="true" />
                </Base.ItemIndicator>
                <Base.ItemText className="col-start-2">{option.label}</Base.ItemText>
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
