import type { ParameterName, Parameters } from "../../../../schema/experiments/parameters.ts";
import { isJsonObject, type Json, type JsonObject } from "../../../../schema/kernel/json.ts";
import type { DialectId } from "../../../../schema/wire/dialects.ts";

type Setter = (body: JsonObject, value: Json) => JsonObject;

const set =
  (field: string): Setter =>
  (body, value) => ({ ...body, [field]: value });

const isInstruction = (message: Json): boolean =>
  isJsonObject(message) && (message.role === "system" || message.role === "developer");

const itemsOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

/** How each dialect says what a variant can change. What it has no word for, it cannot. */
const SETTERS: Readonly<Record<DialectId, Readonly<Partial<Record<ParameterName, Setter>>>>> = {
  "openai-chat": {
    temperature: set("temperature"),
    top_p: set("top_p"),
    // The older name would contradict it.
    max_tokens: ({ max_tokens: _, ...body }, value) => ({ ...body, max_completion_tokens: value }),
    reasoning_effort: set("reasoning_effort"),
    system_prompt: (body, value) => ({
      ...body,
      messages: [
        { role: "system", content: value },
        ...itemsOf(body.messages).filter((message) => !isInstruction(message)),
      ],
    }),
  },
  "openai-completions": { temperature: set("temperature"), top_p: set("top_p"), max_tokens: set("max_tokens") },
  "openai-responses": {
    temperature: set("temperature"),
    top_p: set("top_p"),
    max_tokens: set("max_output_tokens"),
    reasoning_effort: (body, value) => ({
      ...body,
      reasoning: { ...(isJsonObject(body.reasoning) ? body.reasoning : {}), effort: value },
    }),
    system_prompt: (body, value) => ({
      ...body,
      instructions: value,
      ...(Array.isArray(body.input) ? { input: body.input.filter((item) => !isInstruction(item)) } : {}),
    }),
  },
  "anthropic-messages": {
    temperature: set("temperature"),
    top_p: set("top_p"),
    max_tokens: set("max_tokens"),
    system_prompt: set("system"),
  },
  "openai-embeddings": {},
  rerank: {},
};

const settersOf = (dialect: string): Readonly<Partial<Record<ParameterName, Setter>>> =>
  Object.entries(SETTERS).find(([id]) => id === dialect)?.[1] ?? {};

/** The first parameter that requests of this dialect cannot be given; null when all can. */
export function unsettable(dialect: string, parameters: Parameters): string | null {
  const setters = settersOf(dialect);
  return namesOf(parameters).find((name) => setters[name] === undefined) ?? null;
}

/** A caller's body with the parameters of a variant in the place of its own. */
export function applyParameters(dialect: string, body: JsonObject, parameters: Parameters): JsonObject {
  const setters = settersOf(dialect);
  return namesOf(parameters).reduce((changed, name) => {
    const value = parameters[name];
    return value === undefined ? changed : (setters[name]?.(changed, value) ?? changed);
  }, body);
}

const NAMES = [
  "temperature",
  "top_p",
  "max_tokens",
  "reasoning_effort",
  "system_prompt",
] as const satisfies readonly ParameterName[];

const namesOf = (parameters: Parameters): readonly ParameterName[] =>
  NAMES.filter((name) => parameters[name] !== undefined);
