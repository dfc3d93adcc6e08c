import { type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import type { ChatRequest } from "../../../../schema/wire/openai-chat.ts";

/**
 * What a provider takes, as data: `judgeParameters` acts on it, docs/providers.md and GET /v1/models are made from it. So
 * what is written down is what happens.
 */
export interface ProviderSupport {
  readonly parameters: ParameterTable;
  /** Fields that the table does not name: sent on as they came, or left out with a warning. */
  readonly other_parameters: "passed" | "dropped";
  readonly features: FeatureTable;
}

/** The parameters of a chat completion that every provider's table has a row for. */
export const PARAMETERS = [
  "max_tokens",
  "max_completion_tokens",
  "temperature",
  "top_p",
  "top_k",
  "stop",
  "n",
  "seed",
  "presence_penalty",
  "frequency_penalty",
  "logit_bias",
  "logprobs",
  "top_logprobs",
  "tools",
  "tool_choice",
  "parallel_tool_calls",
  "functions",
  "function_call",
  "response_format",
  "reasoning_effort",
  "verbosity",
  "prediction",
  "modalities",
  "audio",
  "web_search_options",
  "service_tier",
  "user",
  "safety_identifier",
  "prompt_cache_key",
  "metadata",
  "store",
] as const;
export type Parameter = (typeof PARAMETERS)[number];

export interface ParameterRow {
  /**
   * `passed`: goes on under its own name. `mapped`: goes on in the provider's own form. `dropped`: left out with a
   * warning, because the answer stays an answer to the question. `refused`: without it another question would be answered.
   */
  readonly how: "passed" | "mapped" | "dropped" | "refused";
  /** To what it is mapped, why it is dropped, or what the refusal says. */
  readonly note?: string;
  /** Which values ask for something; by default all but null, false, 0, an empty list or object. Of a row that is dropped or refused. */
  readonly asks?: (value: unknown) => boolean;
}

export type ParameterTable = Readonly<Record<Parameter, ParameterRow>>;

/** What callers expect of a provider. */
export const FEATURES = [
  "text",
  "streaming",
  "tools",
  "parallel_tools",
  "forced_tool",
  "strict_tools",
  "tool_result_images",
  "image_data",
  "image_url",
  "json_object",
  "json_schema",
  "reasoning",
  "embeddings",
  "rerank",
] as const;
export type Feature = (typeof FEATURES)[number];

/** True, or why a request for it is refused. */
export type FeatureTable = Readonly<Record<Feature, true | { readonly refused: string }>>;

/** Fields that are no parameters of the answer: every provider's folder sees to them by itself. */
const PLUMBING: ReadonlySet<string> = new Set(["model", "messages", "stream", "stream_options", "cache_control"]);

export interface Judgement {
  readonly warnings: readonly string[];
  /** The parameters that must not go on: for folders that send the caller's own body. */
  readonly dropped: readonly string[];
}

/** Warnings end in a header: so many fields are named, the rest is counted. */
const NAMED_FIELDS_MAX = 12;

const NO_EQUIVALENT = "the provider has no equivalent";

/**
 * Holds a request against a provider's table: refuses the first parameter that must not be lost, and names every other one
 * that is. Fields that nobody knows are named too, where they do not go on.
 */
export function judgeParameters(
  request: ChatRequest,
  { parameters, other_parameters }: ProviderSupport,
): Judgement | Refused {
  const dropped: string[] = [];
  const unknown: string[] = [];
  const warnings: string[] = [];
  for (const [name, value] of Object.entries(request)) {
    if (PLUMBING.has(name)) continue;
    const row = isParameter(name) ? parameters[name] : undefined;
    if (row === undefined) {
      if (other_parameters === "dropped" && !isNeutral(name, value)) unknown.push(name);
      continue;
    }
    if (row.how === "passed" || row.how === "mapped") continue;
    const asks = !isAbsent(value) && (row.asks?.(value) ?? !isNeutral(name, value));
    // A provider that does not know a field refuses it with any value, unless its row names the values.
    if (row.asks === undefined || (row.how === "dropped" && asks)) dropped.push(name);
    if (!asks) continue;
    if (row.how === "refused") return refuse("unsupported_parameter", { param: name, ...message(row.note) });
    warnings.push(`${name} left out: ${row.note ?? NO_EQUIVALENT}`);
  }
  return { warnings: [...warnings, ...leftOut(unknown)], dropped };
}

const message = (note: string | undefined) => (note === undefined ? {} : { message: note });

const isParameter = (name: string): name is Parameter => PARAMETERS.some((known) => known === name);

const isAbsent = (value: unknown): boolean => value === null || value === undefined;

/** A warning for each field of a caller's body that nobody reads and that asks for something. */
export const unreadFields = (body: object, read: ReadonlySet<string>): readonly string[] =>
  leftOut(
    Object.entries(body)
      .filter(([name, value]) => !read.has(name) && !isNeutral(name, value))
      .map(([name]) => name),
  );

/** A value that asks for nothing: a penalty of 0, `store: false`, an empty map, one choice, text. A seed of 0 is a seed. */
function isNeutral(name: string, value: unknown): boolean {
  if (isAbsent(value) || value === false) return true;
  if (value === 0) return name !== "seed";
  if (name === "n") return value === 1;
  if (name === "modalities") return Array.isArray(value) && value.every((modality) => modality === "text");
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

function leftOut(dropped: readonly string[]): readonly string[] {
  // A name is the caller's text, and not every text may stand in a header.
  const named = dropped.filter((name) => /^[\w.-]{1,64}$/.test(name)).slice(0, NAMED_FIELDS_MAX);
  const others = dropped.length - named.length;
  return [
    ...named.map((name) => `${name} left out: ${NO_EQUIVALENT}`),
    ...(others > 0 ? [`${others} other fields left out: ${NO_EQUIVALENT}`] : []),
  ];
}
