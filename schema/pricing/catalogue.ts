import { assert } from "../kernel/unreachable.ts";
import anthropicFile from "../prices/anthropic.json" with { type: "json" };
import bedrockFile from "../prices/bedrock.json" with { type: "json" };
import cohereFile from "../prices/cohere.json" with { type: "json" };
import fireworksFile from "../prices/fireworks.json" with { type: "json" };
import geminiFile from "../prices/gemini.json" with { type: "json" };
import groqFile from "../prices/groq.json" with { type: "json" };
import mistralFile from "../prices/mistral.json" with { type: "json" };
import openaiFile from "../prices/openai.json" with { type: "json" };
import sandboxFile from "../prices/sandbox.json" with { type: "json" };
import togetherFile from "../prices/together.json" with { type: "json" };
import xaiFile from "../prices/xai.json" with { type: "json" };
import type { ModelInfo } from "./price.ts";
import { modelFromFile, type PriceFile } from "./price-file.ts";

/** The models and prices that come with the platform, of one provider. */
export interface Catalogue {
  readonly provider: string;
  readonly source: string;
  /** The day on which the prices were last compared with the source, `2026-11-23`. */
  readonly checked: string;
  readonly models: readonly ModelInfo[];
  /** By id and by every alias. */
  readonly by_name: ReadonlyMap<string, ModelInfo>;
}

const FILES = {
  anthropic: anthropicFile,
  bedrock: bedrockFile,
  cohere: cohereFile,
  fireworks: fireworksFile,
  gemini: geminiFile,
  groq: groqFile,
  mistral: mistralFile,
  openai: openaiFile,
  sandbox: sandboxFile,
  together: togetherFile,
  // Google asks the same of both, at the global location: `hasCataloguePrices` leaves the others out.
  vertex: { ...geminiFile, provider: "vertex", source: "https://cloud.google.com/vertex-ai/generative-ai/pricing" },
  xai: xaiFile,
} as const satisfies Record<string, PriceFile>;

export type CatalogueProvider = keyof typeof FILES;

export const CATALOGUE_PROVIDERS: readonly CatalogueProvider[] = [
  "anthropic",
  "bedrock",
  "cohere",
  "fireworks",
  "gemini",
  "groq",
  "mistral",
  "openai",
  "sandbox",
  "together",
  "vertex",
  "xai",
];

export const isCatalogueProvider = (kind: string): kind is CatalogueProvider => Object.hasOwn(FILES, kind);

/**
 * Whether a provider of that kind, set up so, charges what the catalogue says. Not Vertex AI at a region or a
 * multi-region: those cost more than the global location, which it is where `settings.region` is not given.
 */
export const hasCataloguePrices = (
  kind: string,
  settings: Readonly<Record<string, unknown>>,
): kind is CatalogueProvider =>
  isCatalogueProvider(kind) && (kind !== "vertex" || (settings.region ?? "global") === "global");

/** Built when a provider is first asked for: a worker that starts pays nothing for prices that it does not use. */
const built = new Map<CatalogueProvider, Catalogue>();

/** The catalogue of a provider kind. Always the same object. */
export function catalogueOf(provider: CatalogueProvider): Catalogue {
  let catalogue = built.get(provider);
  if (catalogue === undefined) {
    catalogue = buildCatalogue(FILES[provider]);
    built.set(provider, catalogue);
  }
  return catalogue;
}

/** A model by its id or an alias, exactly as the provider's API spells it; null when the catalogue has no such model. */
export function catalogueModel(kind: string, name: string): ModelInfo | null {
  return isCatalogueProvider(kind) ? (catalogueOf(kind).by_name.get(name) ?? null) : null;
}

/** A model by its kind and name, `openai/gpt-5`; null when there is none. */
export function catalogueModelNamed(full_name: string): ModelInfo | null {
  const slash = full_name.indexOf("/");
  return slash === -1 ? null : catalogueModel(full_name.slice(0, slash), full_name.slice(slash + 1));
}

export const isCatalogueName = (full_name: string): boolean => catalogueModelNamed(full_name) !== null;

/** Exported for the tests of files that are not ours to break. */
export function buildCatalogue(file: PriceFile): Catalogue {
  const models = file.models.map((model) => modelFromFile(file.provider, model));
  const by_name = new Map<string, ModelInfo>();
  for (const model of models) {
    for (const name of [model.upstream_id, ...model.aliases]) {
      assert(!by_name.has(name), `${file.provider}: ${name} names one model`);
      by_name.set(name, model);
    }
  }
  return { provider: file.provider, source: file.source, checked: file.checked, models, by_name };
}
