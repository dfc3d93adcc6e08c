import { Combobox as Base } from "@base-ui/react/combobox";
import { X } from "lucide-react";
import { useState } from "react";
import { cx } from "../lib/class-names.ts";
import { ComboboxList } from "./combobox-list.tsx";
import { INPUT, useFieldOfList } from "./field.tsx";
import type { Option } from "./select.tsx";

export interface MultiComboboxProps {
  readonly values: readonly string[];
  readonly onChange: (values: readonly string[]) => void;
  readonly options: readonly Option[];
  /** Whether what is typed may be chosen, too, where no option is called that. */
  readonly free?: boolean;
  readonly placeholder?: string;
  readonly label?: string;
}

/** Several of many, found by typing. Each that was chosen is a chip: arrows go to it, Backspace takes it away. */
export function MultiCombobox({ values, onChange, options, free = false, placeholder, label }: MultiComboboxProps) {
  const field = useFieldOfList();
  const [typed, setTyped] = useState("");
  const text = typed.trim();
  const optionOf = (value: string): Option => options.find((one) => one.value === value) ?? { value, label: value };
  const known = [...options, ...values.filter((value) => !options.some((one) => one.value === value)).map(optionOf)];
  const isNew = free && text !== "" && !known.some((one) => one.value === text || one.label === text);
  const choose = (next: readonly string[]): void => {
    onChange([...new Set(next)]);
    setTyped("");
  };
  return (
    <Base.Root
      multiple
      items={isNew ? [...known, { value: text, label: text }] : known}
      value={values.map(optionOf)}
      onValueChange={(next: Option[]) => choose(next.map(({ value }) => value))}
      isItemEqualToValue={(a: Option, b: Option) => a.value === b.value}
      inputValue={typed}
      onInputValueChange={setTyped}
      onOpenChange={(open, { reason }) => {
        // What was typed is meant, if somebody goes on without choosing it; Escape takes it back.
        if (!open && isNew && (reason === "focus-out" || reason === "outside-press")) choose([...values, text]);
      }}
      autoHighlight
    >
      <Base.Chips
        className={cx(INPUT, "flex min-h-8 flex-wrap items-center gap-1 px-1.5 py-1 focus-within:border-accent-ink")}
      >
        {values.map(optionOf).map((option) => (
          <Base.Chip
            key={option.value}
            aria-label={option.label}
            className="flex h-6 max-w-full items-center gap-0.5 rounded-sm bg-sunken pr-0.5 pl-1.5 text-xs outline-none data-highlighted:bg-hover focus-within:bg-hover focus-visible:ring-2 focus-visible:ring-accent-ink"
          >
            <span className="truncate">{option.label}</span>
            <Base.ChipRemove
              aria-label={`Remove ${option.label}`}
              className="flex size-5 shrink-0 items-center justify-center rounded-sm text-ink-3 hover:text-ink"
            >
              <X size={12} aria-hidden="true" />
            </Base.ChipRemove>
          </Base.Chip>
        ))}
        <Base.Input
          aria-label={label}
          placeholder={values.length === 0 ? placeholder : undefined}
          {...field}
          className="h-6 min-w-16 flex-1 bg-transparent px-1 text-sm outline-none"
        />
      </Base.Chips>
      <ComboboxList empty={free ? "Type what it is to be." : "Nothing is called that."} />
    </Base.Root>
  );
}
