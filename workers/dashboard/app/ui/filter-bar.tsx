import { Popover } from "@base-ui/react/popover";
import { ListFilter, X } from "lucide-react";
import { type FormEvent, useState } from "react";
import { cx } from "../lib/class-names.ts";
import { Button } from "./button.tsx";
import { Combobox } from "./combobox.tsx";
import { Field } from "./field.tsx";
import { Input } from "./input.tsx";
import { MultiCombobox } from "./multi-combobox.tsx";
import { POPUP, POPUP_LAYER } from "./popup.ts";
import { type Option, Select } from "./select.tsx";
import { useUrlState } from "./url-state.ts";

export interface Filter {
  /** The parameter of the address, and of the API. */
  readonly name: string;
  readonly label: string;
  /** What may be chosen; without them text is typed in. */
  readonly options?: readonly Option[];
  readonly placeholder?: string;
  /** Whether several may be given: the parameter is there once for each, and one of them must be so. */
  readonly several?: boolean;
  /** With `several`, whether anything else than the options may be typed in. */
  readonly free?: boolean;
}

/** More than these are searched. */
const SELECT_MAX = 8;

/** Filters as chips. Their state is the address's: reading it with `useUrlState` gives what to ask the API for. */
export function FilterBar({ filters }: { readonly filters: readonly Filter[] }) {
  const url = useUrlState();
  const chips = filters.flatMap((filter) => url.values(filter.name).map((value) => ({ filter, value })));
  return (
    <div className="flex flex-wrap items-center gap-2">
      <AddFilter filters={filters} />
      {chips.map(({ filter, value }) => {
        const shown = filter.options?.find((option) => option.value === value)?.label ?? value;
        return (
          <span
            key={`${filter.name} ${value}`}
            className="inline-flex h-7 max-w-72 items-center gap-1 rounded-md border border-line-strong bg-raised pr-1 pl-2 text-sm"
          >
            <span className="text-ink-3">{filter.label}</span>
            <span className="truncate font-medium">{shown}</span>
            <button
              type="button"
              aria-label={`Remove the filter ${filter.label}: ${shown}`}
              onClick={() =>
                url.set({ [filter.name]: url.values(filter.name).filter((one) => one !== value), cursor: null })
              }
              className="flex size-5 shrink-0 items-center justify-center rounded-sm text-ink-3 hover:bg-hover hover:text-ink"
            >
              <X size={13} aria-hidden="true" />
            </button>
          </span>
        );
      })}
      {chips.length > 1 ? (
        <Button
          size="sm"
          look="quiet"
          onClick={() => url.set(Object.fromEntries(filters.map(({ name }) => [name, null])))}
        >
          Clear all
        </Button>
      ) : null}
    </div>
  );
}

function AddFilter({ filters }: { readonly filters: readonly Filter[] }) {
  const url = useUrlState();
  const [open, setOpen] = useState(false);
  const [draft, setDraft] = useState<Readonly<Record<string, readonly string[]>>>({});
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const given = filters.map(({ name }) => [name, draft[name]?.map((value) => value.trim()) ?? null]);
    url.set({ ...Object.fromEntries(given), cursor: null });
    setOpen(false);
  };
  return (
    <Popover.Root
      open={open}
      onOpenChange={(next) => {
        if (next) setDraft(Object.fromEntries(filters.map(({ name }) => [name, url.values(name)])));
        setOpen(next);
      }}
    >
      <Popover.Trigger
        render={
          <Button size="sm" icon={ListFilter}>
            Filter
          </Button>
        }
      />
      <Popover.Portal>
        <Popover.Positioner sideOffset={4} align="start" className={POPUP_LAYER}>
          <Popover.Popup aria-label="Filters" className={cx(POPUP, "w-72")}>
            <form onSubmit={submit}>
              <div className="flex max-h-[min(26rem,var(--available-height))] flex-col gap-3 overflow-y-auto p-3">
                {filters.map((filter) => (
                  <Field key={filter.name} label={filter.label}>
                    <FilterInput
                      filter={filter}
                      values={draft[filter.name] ?? []}
                      onChange={(values) => setDraft((now) => ({ ...now, [filter.name]: values }))}
                    />
                  </Field>
                ))}
              </div>
              <div className="flex justify-end gap-2 border-t border-line p-2">
                <Button size="sm" look="quiet" onClick={() => setOpen(false)}>
                  Cancel
                </Button>
                <Button size="sm" look="primary" type="submit">
                  Apply
                </Button>
              </div>
            </form>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

function FilterInput({
  filter,
  values,
  onChange,
}: {
  readonly filter: Filter;
  readonly values: readonly string[];
  readonly onChange: (values: readonly string[]) => void;
}) {
  const { options, placeholder = "Any", several = false, free = false } = filter;
  if (several) {
    return (
      <MultiCombobox
        values={values}
        onChange={onChange}
        options={options ?? []}
        free={free || options === undefined}
        placeholder={placeholder}
      />
    );
  }
  const [value = ""] = values;
  const change = (next: string): void => onChange([next]);
  if (options === undefined) {
    return <Input value={value} placeholder={filter.placeholder} onChange={(event) => change(event.target.value)} />;
  }
  return options.length > SELECT_MAX ? (
    <Combobox value={value} onChange={change} options={options} placeholder="Any" clearable />
  ) : (
    <Select value={value} onChange={change} options={[{ value: "", label: "Any" }, ...options]} />
  );
}
