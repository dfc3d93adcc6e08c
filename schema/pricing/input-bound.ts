import { unreachable } from "../kernel/unreachable.ts";
import type { ChatMessage, ChatRequest, ContentPart } from "../wire/openai-chat.ts";
import type { ModelInfo } from "./price.ts";
import { addJson, addText, type TextBytes } from "./text-bytes.ts";

/** What a request puts into a prompt, bounded from above and cheaply: no tokenizer, one pass, nothing allocated per byte. */
export interface InputBound {
  /** UTF-8 bytes of all text: messages, names, tool calls, tools, response format. */
  readonly text_bytes: number;
  /** Of them, in characters of three or more bytes. */
  readonly wide_bytes: number;
  /** Base64 characters of audio and of files. */
  readonly audio_bytes: number;
  readonly file_bytes: number;
  readonly images: number;
  /** The most prompt tokens one of the images costs. */
  readonly image_tokens_max: number;
  /** Whether something is sent by reference (a file id, a search) whose size nobody knows before the call. */
  readonly unknown_size: boolean;
  /** Whether an assistant's earlier spoken answer or an audio part is in the prompt. */
  readonly has_audio: boolean;
  readonly caches_5m: boolean;
  readonly caches_1h: boolean;
  readonly wants_audio: boolean;
  readonly wants_images: boolean;
  readonly searches_max: number;
  /** No prompt made of this request has more tokens than this. */
  readonly tokens_bound: number;
}

/** What the bound needs to know of the model; `ModelInfo` has it. */
export type InputBoundModel = Pick<ModelInfo, "context_tokens" | "image_tokens_max">;

/**
 * What providers add to the text. Each is the largest that is known, rounded up: together well under a cent.
 * Per request: the priming of the answer (3 at OpenAI) and a built-in system text (about 70 for gpt-oss's).
 * Per message: role, delimiters and name (3 and 1 at OpenAI, 5 in Llama's template).
 * With tools or a JSON schema: Anthropic's tool instructions, 313 to 804 tokens by model; OpenAI adds 12.
 * Per tool: the wrapping of one definition.
 */
const OVERHEAD = { request: 256, message: 16, tooling: 1_024, tool: 32 } as const;

/**
 * An image on a model whose maximum is not known. Gemini's highest is about 2,240, Qwen's 16,384; the models that go above
 * (gpt-4o-mini with 48,169) are in the catalogue.
 */
const IMAGE_TOKENS_UNKNOWN_MODEL = 16_384;

/**
 * Audio is 10 to 32 tokens a second, and the lowest bitrate in use is 6 kbit/s, 1,000 base64 characters a second: at
 * least 31 characters a token. Half of that, for safety.
 */
const AUDIO_CHARS_PER_TOKEN = 16;

/** The context of a model that states none; the largest on offer are about one million. */
const CONTEXT_TOKENS_UNKNOWN_MODEL = 1_100_000;

/** A provider folder that turns `web_search_options` into a server tool must cap it at this many searches. */
export const SEARCHES_PER_REQUEST_MAX = 5;

/** Fields that never become prompt text, or are counted by themselves. Any other counts, also one that we do not know. */
const NOT_PROMPT: ReadonlySet<string> = new Set([
  "model",
  "messages",
  "tools",
  "stream",
  "stream_options",
  "max_tokens",
  "max_completion_tokens",
  "n",
  "temperature",
  "top_p",
  "presence_penalty",
  "frequency_penalty",
  "logit_bias",
  "logprobs",
  "top_logprobs",
  "seed",
  "user",
  "parallel_tool_calls",
  "reasoning_effort",
  "service_tier",
  "modalities",
  "metadata",
  "store",
  "cache_control",
]);

interface Sum extends TextBytes {
  overhead_tokens: number;
  audio_bytes: number;
  file_bytes: number;
  images: number;
  unknown_size: boolean;
  has_audio: boolean;
  caches_5m: boolean;
  caches_1h: boolean;
}

const emptySum = (): Sum => ({
  bytes: 0,
  wide_bytes: 0,
  overhead_tokens: OVERHEAD.request,
  audio_bytes: 0,
  file_bytes: 0,
  images: 0,
  unknown_size: false,
  has_audio: false,
  caches_5m: false,
  caches_1h: false,
});

/**
 * Bounds the prompt of a chat request. It holds because a byte-pair encoder makes at most one token per byte, and because
 * no provider bills a prompt longer than the model's context: it refuses it.
 */
export function inputBound(request: ChatRequest, model: InputBoundModel | null = null): InputBound {
  const sum = emptySum();
  for (const message of request.messages) addMessage(sum, message);
  for (const tool of request.tools ?? []) {
    sum.overhead_tokens += OVERHEAD.tool;
    addJson(sum, tool);
    addCacheControl(sum, tool);
  }
  for (const [key, value] of Object.entries(request)) {
    if (!NOT_PROMPT.has(key)) addJson(sum, value);
  }
  if ((request.tools?.length ?? 0) > 0 || request.response_format?.type === "json_schema" || "functions" in request) {
    sum.overhead_tokens += OVERHEAD.tooling;
  }
  addCacheControl(sum, request);
  const modalities = request.modalities ?? [];
  return bound(sum, model, {
    searches_max: searchesMax(request.web_search_options),
    wants_audio: modalities.includes("audio"),
    wants_images: modalities.includes("image"),
  });
}

/** Bounds inputs that come as tokens: there are exactly so many. */
export const tokensInputBound = (tokens: number): InputBound => ({
  ...bound(emptySum(), null, { searches_max: 0, wants_audio: false, wants_images: false }),
  tokens_bound: tokens + OVERHEAD.request,
});

/** Bounds plain texts, as an embeddings request has them. */
export function textsInputBound(texts: readonly string[], model: InputBoundModel | null = null): InputBound {
  const sum = emptySum();
  for (const text of texts) {
    sum.overhead_tokens += OVERHEAD.message;
    addText(sum, text);
  }
  // Each text of a batch has the whole context to itself.
  const total = model === null ? null : { ...model, context_tokens: model.context_tokens * Math.max(1, texts.length) };
  return bound(sum, total, { searches_max: 0, wants_audio: false, wants_images: false });
}

/**
 * How many prompt tokens to expect: 3.5 bytes a token in prose and code, 1.5 in Chinese and the like, half of the most
 * that an image can cost. For choosing and for showing, never for money.
 */
export function expectedInputTokens(input: InputBound): number {
  const text = (input.text_bytes - input.wide_bytes) / 3.5 + input.wide_bytes / 1.5;
  // Speech is mostly sent at about 128 kbit/s (2,000 base64 characters a token), documents carry fonts and pictures.
  const attachments = input.audio_bytes / 2_000 + input.file_bytes / 20;
  return Math.min(input.tokens_bound, Math.ceil(text + attachments + (input.images * input.image_tokens_max) / 2));
}

/** `max_uses` is what a caller of another dialect bounded a search tool by. */
function searchesMax(options: ChatRequest["web_search_options"]): number {
  if (!options) return 0;
  const { max_uses } = options;
  return typeof max_uses === "number" && Number.isInteger(max_uses) && max_uses > 0
    ? max_uses
    : SEARCHES_PER_REQUEST_MAX;
}

function bound(
  sum: Sum,
  model: InputBoundModel | null,
  wants: Pick<InputBound, "searches_max" | "wants_audio" | "wants_images">,
): InputBound {
  const context_tokens = model?.context_tokens ?? null;
  const image_tokens_max = model?.image_tokens_max ?? IMAGE_TOKENS_UNKNOWN_MODEL;
  const unknown_size = sum.unknown_size || wants.searches_max > 0;
  const counted =
    sum.bytes +
    sum.overhead_tokens +
    sum.images * image_tokens_max +
    Math.ceil(sum.audio_bytes / AUDIO_CHARS_PER_TOKEN) +
    sum.file_bytes +
    (unknown_size ? (context_tokens ?? CONTEXT_TOKENS_UNKNOWN_MODEL) : 0);
  return {
    text_bytes: sum.bytes,
    wide_bytes: sum.wide_bytes,
    audio_bytes: sum.audio_bytes,
    file_bytes: sum.file_bytes,
    images: sum.images,
    image_tokens_max,
    unknown_size,
    has_audio: sum.has_audio,
    caches_5m: sum.caches_5m,
    caches_1h: sum.caches_1h,
    ...wants,
    tokens_bound: context_tokens === null ? counted : Math.min(counted, context_tokens),
  };
}

function addMessage(sum: Sum, message: ChatMessage): void {
  sum.overhead_tokens += OVERHEAD.message;
  addCacheControl(sum, message);
  for (const [key, value] of Object.entries(message)) {
    if (value === undefined || value === null || key === "role" || key === "cache_control") continue;
    if (key === "content") continue;
    if (key === "audio") {
      // An earlier spoken answer by its id: the provider puts the sound itself back into the prompt.
      sum.has_audio = true;
      sum.unknown_size = true;
    }
    addJson(sum, value);
  }
  const { content } = message;
  if (typeof content === "string") addText(sum, content);
  else for (const part of content ?? []) addPart(sum, part);
}

function addPart(sum: Sum, part: ContentPart): void {
  sum.overhead_tokens += 1;
  addCacheControl(sum, part);
  switch (part.type) {
    case "text":
      addText(sum, part.text);
      return;
    case "refusal":
      addText(sum, part.refusal);
      return;
    case "image_url":
      sum.images += 1;
      return;
    case "input_audio":
      sum.has_audio = true;
      sum.audio_bytes += part.input_audio.data.length;
      return;
    case "file":
      addFile(sum, part.file);
      return;
    default:
      unreachable(part);
  }
}

/** A file with its data is bounded by its bytes; one by reference could be anything that fits the context. */
function addFile(sum: Sum, file: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(file)) {
    if (key === "file_data" && typeof value === "string") sum.file_bytes += value.length;
    else addJson(sum, value);
  }
  if (typeof file.file_data !== "string") sum.unknown_size = true;
}

function addCacheControl(sum: Sum, holder: object): void {
  if (!("cache_control" in holder)) return;
  const { cache_control } = holder;
  if (typeof cache_control !== "object" || cache_control === null) return;
  if ("ttl" in cache_control && cache_control.ttl === "1h") sum.caches_1h = true;
  else sum.caches_5m = true;
}
