import * as z from "zod";
import type { JsonObject } from "../../schema/kernel/json.ts";
import { countTokens } from "../../schema/tokens/sandbox-tokens.ts";
import { validate } from "./body.ts";
import { type Failed, invalid, isFailed } from "./errors.ts";
import { hash32, sequence } from "./hash.ts";

/** Embeddings: unit vectors made from hashes of words, the same in every run. */

export const DIMENSIONS_DEFAULT = 1_536;
export const DIMENSIONS_MAX = 3_072;
const INPUTS_MAX = 2_048;

const tokenIds = z.array(z.int().min(0)).min(1);

const embeddingsRequestSchema = z.looseObject({
  model: z.string(),
  input: z.union(
    [z.string(), z.array(z.string()).min(1).max(INPUTS_MAX), tokenIds, z.array(tokenIds).min(1).max(INPUTS_MAX)],
    "must be a string, an array of strings, an array of tokens or an array of arrays of tokens",
  ),
  dimensions: z.int().min(1).max(DIMENSIONS_MAX).nullish(),
  encoding_format: z.enum(["float", "base64"]).nullish(),
  user: z.string().nullish(),
});

export interface EmbeddingsAnswer {
  readonly json: string;
  readonly prompt_tokens: number;
}

/** Answers an embeddings request whose model is known to embed. */
export function embed(body: JsonObject): EmbeddingsAnswer | Failed {
  const request = validate(embeddingsRequestSchema, body);
  if (isFailed(request)) return request;
  const inputs = inputsOf(request.input);
  if (inputs.some((input) => input.words.length === 0)) {
    return invalid("Invalid 'input': input cannot be an empty string.", "input");
  }
  const dimensions = request.dimensions ?? DIMENSIONS_DEFAULT;
  const data = inputs.map((input, index) => {
    const vector = embedding(input.words, dimensions);
    return {
      object: "embedding",
      index,
      embedding: request.encoding_format === "base64" ? base64(vector) : [...vector],
    };
  });
  const prompt_tokens = inputs.reduce((sum, input) => sum + input.tokens, 0);
  const usage = { prompt_tokens, total_tokens: prompt_tokens };
  return { json: JSON.stringify({ object: "list", data, model: request.model, usage }), prompt_tokens };
}

interface Input {
  readonly words: readonly string[];
  readonly tokens: number;
}

function inputsOf(input: z.infer<typeof embeddingsRequestSchema>["input"]): readonly Input[] {
  if (typeof input === "string") return [textInput(input)];
  const texts = input.filter((one) => typeof one === "string");
  if (texts.length > 0) return texts.map(textInput);
  const lists = input.filter((one) => Array.isArray(one));
  if (lists.length > 0) return lists.map(tokenInput);
  return [tokenInput(input.filter((one) => typeof one === "number"))];
}

/** The vector of one text, and its tokens; undefined for a text that is empty. */
export function embedText(text: string, dimensions: number): EmbeddedText | undefined {
  const { words, tokens } = textInput(text);
  return words.length === 0 ? undefined : { values: [...embedding(words, dimensions)], tokens };
}

export interface EmbeddedText {
  readonly values: readonly number[];
  readonly tokens: number;
}

/** A text of signs alone counts as one word, so that it has a direction too. */
function textInput(text: string): Input {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? (text === "" ? [] : [text]);
  return { words, tokens: countTokens(text) };
}

const tokenInput = (ids: readonly number[]): Input => ({ words: ids.map((id) => `#${id}`), tokens: ids.length });

/**
 * The sum of a random direction for each word, at unit length: texts that share words are near, texts that share none
 * are about orthogonal. The order of words weighs a little, so that only equal texts are equal. Fewer dimensions are the
 * first of the more.
 */
export function embedding(words: readonly string[], dimensions: number): Float32Array {
  const sum = new Float64Array(dimensions);
  addDirection(sum, words.join(" "), 0.1);
  for (const word of words) addDirection(sum, word, 1);
  const length = Math.hypot(...sum);
  return Float32Array.from(sum, (value) => value / length);
}

function addDirection(sum: Float64Array, word: string, weight: number): void {
  const next = sequence(hash32(word));
  for (let at = 0; at < sum.length; at += 1) sum[at] = (sum[at] ?? 0) + weight * (next() * 2 - 1);
}

/** Little-endian 32-bit floats, as OpenAI packs them. */
export function base64(vector: Float32Array): string {
  const view = new DataView(new ArrayBuffer(vector.length * 4));
  for (const [index, value] of vector.entries()) view.setFloat32(index * 4, value, true);
  let binary = "";
  for (const byte of new Uint8Array(view.buffer)) binary += String.fromCharCode(byte);
  return btoa(binary);
}
