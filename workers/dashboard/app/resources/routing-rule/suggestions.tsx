import { HEALTH_STATES } from "../../../../../schema/health/target-health.ts";
import { COUNTRIES, REGION_NAMES } from "../../../../../schema/routing/regions.ts";
import { DIALECTS } from "../../../../../schema/wire/dialects.ts";
import { useApiQuery } from "../../api/hooks.ts";
import { choiceLabel } from "../../lib/format.ts";
import type { Option } from "../../ui/select.tsx";
import { useNames } from "../names.ts";

/** What can be chosen in a condition: of the organisation's own things and of fixed lists. */
export interface Suggestions {
  /** By the field's name. */
  readonly of: (field: string) => readonly Option[];
  /** What health is known of: providers, and models of them. */
  readonly targets: readonly string[];
}

const asOption = (value: string): Option => ({ value, label: value });
const COUNTRY_NAMES = new Intl.DisplayNames("en", { type: "region" });
const COUNTRY_OPTIONS = COUNTRIES.map((code) => ({ value: code, label: `${COUNTRY_NAMES.of(code)} (${code})` })).sort(
  (a, b) => a.label.localeCompare(b.label),
);

const FIXED: Readonly<Record<string, readonly Option[]>> = {
  operation: ["chat", "embeddings", "rerank"].map(asOption),
  dialect: DIALECTS.map(asOption),
  country: COUNTRY_OPTIONS,
  region: REGION_NAMES.map((value) => ({ value, label: choiceLabel(value) })),
  health: HEALTH_STATES.map((value) => ({ value, label: choiceLabel(value) })),
};

/** Everything is read as far as one may; what one may not read is typed. */
export function useSuggestions(): Suggestions {
  const names = useNames(["key", "wallet", "team", "provider"]);
  const models = useModels();
  const providers = [...new Set([...names.rows("provider").map(({ id }) => String(id)), ...models.map(providerOf)])];
  const patterns = providers.map((provider) => ({ value: `${provider}/*`, label: `${provider}/* (all of it)` }));
  const own: Readonly<Record<string, readonly Option[]>> = {
    model: [...models.map(asOption), ...patterns],
    key: names.options("key"),
    wallet: names.options("wallet"),
    team: names.options("team"),
  };
  return { of: (field) => own[field] ?? FIXED[field] ?? [], targets: [...providers, ...models] };
}

const providerOf = (model: string): string => model.split("/")[0] ?? model;

/** The models that can be asked for, as they are called here. */
export const useModels = (): readonly string[] =>
  (useApiQuery("/v1/models", undefined, { staleTime: 60_000 }).data?.data ?? []).map(({ id }) => id);

/** Suggestions of an input, which names it as its `list`. */
export const Datalist = ({ id, values }: { readonly id: string; readonly values: readonly string[] }) => (
  <datalist id={id}>
    {values.map((value) => (
      <option key={value} value={value} />
    ))}
  </datalist>
);
