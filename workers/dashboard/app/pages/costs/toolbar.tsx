import { downloadCsv } from "../../api/send.ts";
import { BELOW, DIMENSIONS, dimensionLabel, NONE } from "../../lib/cost-query.ts";
import { optionsOf } from "../../lib/format.ts";
import type { Names } from "../../resources/names.ts";
import { Button } from "../../ui/button.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { DateRangePicker } from "../../ui/date-range-picker.tsx";
import { ExportButton } from "../../ui/export-button.tsx";
import { type Filter, FilterBar } from "../../ui/filter-bar.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { type Option, Select } from "../../ui/select.tsx";
import { Switch } from "../../ui/switch.tsx";
import { bodyOf, type CostState, GRANULARITIES, MEASURES } from "./state.ts";

const measures = optionsOf(MEASURES);
const granularities = optionsOf(GRANULARITIES);

/** How it is cut, of when, and which of it. */
export function CostToolbar({ state, names }: { readonly state: CostState; readonly names: Names }) {
  const { url, range, by, then, granularity, measure, compare } = state;
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <DateRangePicker range={range} />
        <Select
          label="Group by"
          size="sm"
          className="max-w-40"
          value={by ?? "none"}
          onChange={(next) => url.set({ by: next === "team" ? null : next, then: null })}
          options={[{ value: "none", label: "Not grouped" }, ...dimensions(by, "By ")]}
        />
        {by === null ? null : (
          <Select
            label="Then by"
            size="sm"
            className="max-w-44"
            value={then ?? "none"}
            onChange={(next) => url.set({ then: next === "none" ? null : next })}
            options={[
              { value: "none", label: "and nothing else" },
              ...dimensions(then, "and ").filter(({ value }) => value !== by),
            ]}
          />
        )}
        <Segmented
          label="Measure"
          options={measures}
          value={measure}
          onChange={(next) => url.set({ measure: next === "cost" ? null : next })}
        />
        <Segmented
          label="Cut into"
          options={granularities}
          value={granularity}
          onChange={(next) => url.set({ granularity: next })}
        />
        <Switch checked={compare} onChange={(on) => url.set({ compare: on ? "1" : null })} label="Compare" />
      </div>
      <CostFilters state={state} names={names} />
    </div>
  );
}

/** Of which requests what is shown is told: the same of costs and of latencies. */
export function CostFilters({ state, names }: { readonly state: CostState; readonly names: Names }) {
  return <FilterBar filters={filtersOf(state, names)} />;
}

/** Undoes every filter that is set; nothing where none is. */
export function WithoutFilters({ state }: { readonly state: CostState }) {
  const filtered = Object.keys(state.filter);
  if (filtered.length === 0) return null;
  return (
    <Button onClick={() => state.url.set(Object.fromEntries(filtered.map((name) => [name, null])))}>
      Take the filters away
    </Button>
  );
}

/** The dimensions, and the tag that an address names. */
function dimensions(chosen: string | null, word: string): readonly Option[] {
  const known = Object.entries(DIMENSIONS).map(([value, label]) => ({ value, label: `${word}${label.toLowerCase()}` }));
  return chosen === null || Object.hasOwn(DIMENSIONS, chosen)
    ? known
    : [...known, { value: chosen, label: `${word}${dimensionLabel(chosen).toLowerCase()}` }];
}

/** Of which resources a filter shows names for ids. */
export const WITH_NAMES = ["team", "wallet", "key", "provider"] as const;

/** Every dimension, the tags that the address names, and wallets with all below them: of each one value or several. */
function filtersOf({ filter }: CostState, names: Names): readonly Filter[] {
  const tags = Object.keys(filter).filter((name) => name.startsWith("tag:"));
  const dimensions = [...Object.keys(DIMENSIONS), ...tags].map((name) => {
    const known = WITH_NAMES.find((resource) => resource === name);
    const label = dimensionLabel(name);
    const none = { value: NONE, label: `No ${label.toLowerCase()}` };
    const options = [...(known === undefined ? [] : names.options(known)), none];
    // Of what is not listed it is typed in; so is what is not listed any more.
    return { name, label, options, several: true, free: true, placeholder: PLACEHOLDERS[name] ?? "Any" };
  });
  const below = {
    name: BELOW,
    label: dimensionLabel(BELOW),
    options: names.options("wallet"),
    several: true,
    free: true,
  };
  return dimensions.flatMap((one) => (one.name === "wallet" ? [one, below] : [one]));
}

const PLACEHOLDERS: Readonly<Record<string, string>> = {
  model: "openai/gpt-5-mini",
  country: "DE",
  outcome: "completed",
  status: "200",
};

/** The same as a file, and the address of what is shown. */
export function CostActions({ state }: { readonly state: CostState }) {
  const save = (): Promise<void> => {
    const { compare: _compare, ...body } = bodyOf(state);
    return downloadCsv("/v1/analytics/cost", body);
  };
  return (
    <>
      <CopyButton text={location.href} label="Copy link" wide />
      <ExportButton save={save} />
    </>
  );
}
