import { Combobox as Base } from "@base-ui/react/combobox";
import { ChevronsUpDown, X } from "lucide-react";
import { cx } from "../lib/class-names.ts";
import { ComboboxList } from "./combobox-list.tsx";
import { INPUT, useFieldOfList } from "./field.tsx";
import type { Option } from "./select.tsx";

export interface ComboboxProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly options: readonly Option[];
  readonly placeholder?: string;
  /** Whether nothing may be chosen. */
  readonly clearable?: boolean;
  readonly disabled?: boolean;
  readonly label?: string;
  readonly className?: string;
}

/** One of many, found by typing a part of its name. */
export function Combobox({
  value,
  onChange,
  options,
  placeholder = "Search…",
  clearable = false,
  disabled,
  label,
  className,
}: ComboboxProps) {
  const field = useFieldOfList();
  const chosen = options.find((option) => option.value === value) ?? null;
  return (
    <Base.Root
      items={options}
      value={chosen}
      onValueChange={(option: Option | null) => onChange(option?.value ?? "")}
      isItemEqualToValue={(a: Option, b: Option) => a.value === b.value}
      disabled={disabled}
    >
      <Base.InputGroup className={cx("relative", className)}>
        <Base.Input aria-label={label} placeholder={placeholder} {...field} className={cx(INPUT, "h-8 pr-14")} />
        <div className="absolute inset-y-0 right-1 flex items-center text-ink-3">
          {clearable && chosen !== null ? (
            <Base.Clear
              aria-label="Clear"
              className="flex size-6 items-center justify-center rounded-sm hover:text-ink"
            >
              <X size={14} aria-hidden="true" />
            </Base.Clear>
          ) : null}
          <Base.Trigger
            aria-label="Show all"
            className="flex size-6 items-center justify-center rounded-sm hover:text-ink"
          >
            <ChevronsUpDown size={14} aria-hidden="true" />
          </Base.Trigger>
        </div>
      </Base.InputGroup>
      <ComboboxList empty="Nothing is called that." />
    </Base.Root>
  );
}
