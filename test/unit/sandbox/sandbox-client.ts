import * as z from "zod";
import type { SandboxEffects } from "../../../workers/sandbox/effects.ts";
import { createSandbox } from "../../../workers/sandbox/handler.ts";

/** A sandbox in memory whose pauses are over at once and are written down, and the calls that tests make to it. */
export function openSandbox(effects: Partial<SandboxEffects> = {}) {
  const pauses_ms: number[] = [];
  const handle = createSandbox({
    now: () => 1_767_322_245_678,
    sleep: async (ms, signal) => {
      pauses_ms.push(ms);
      return signal.aborted ? "aborted" : "slept";
    },
    ...effects,
  });
  const send = (path: string, body: unknown, init: RequestInit = {}) =>
    handle(new Request(`http://sandbox${path}`, { method: "POST", body: JSON.stringify(body), ...init }));
  const get = (path: string, init: RequestInit = {}) => handle(new Request(`http://sandbox${path}`, init));
  return {
    pauses_ms,
    send,
    get,
    chat: (body: object, init: RequestInit = {}) => send("/v1/chat/completions", { ...HELLO, ...body }, init),
    seen: async (request_id: string) => {
      const { data } = seenList.parse(await (await get(`/_seen?request_id=${request_id}`)).json());
      return data;
    },
  };
}

const HELLO = { model: "echo", messages: [{ role: "user", content: "hello world" }] };

export const user = (content: unknown) => ({ role: "user", content });

const seenList = z.object({
  data: z.array(
    z.looseObject({
      model: z.string().nullable(),
      state: z.string(),
      cancelled: z.boolean(),
      status: z.number().nullable(),
      tokens_generated: z.number(),
      frames_sent: z.number(),
      prompt_tokens: z.number(),
    }),
  ),
});

const usage = z.object({
  prompt_tokens: z.number(),
  completion_tokens: z.number(),
  total_tokens: z.number(),
  prompt_tokens_details: z.object({ cached_tokens: z.number() }),
  completion_tokens_details: z.object({ reasoning_tokens: z.number() }),
});

const toolCall = z.object({
  id: z.string(),
  type: z.literal("function"),
  function: z.object({ name: z.string(), arguments: z.string() }),
});

const completion = z.object({
  id: z.string(),
  object: z.literal("chat.completion"),
  created: z.number(),
  model: z.string(),
  choices: z.array(
    z.object({
      index: z.number(),
      finish_reason: z.string(),
      message: z.object({
        role: z.literal("assistant"),
        content: z.string().nullable(),
        reasoning_content: z.string().optional(),
        tool_calls: z.array(toolCall).optional(),
      }),
    }),
  ),
  usage: usage.optional(),
});

/** A whole answer and its first choice. */
export async function readWhole(response: Response) {
  const answer = completion.parse(await response.json());
  const choice = answer.choices[0];
  if (choice === undefined) throw new Error("an answer without choices");
  return { ...answer, choice, message: choice.message };
}

const delta = z.object({
  role: z.string().optional(),
  content: z.string().optional(),
  reasoning_content: z.string().optional(),
  tool_calls: z
    .array(
      z.object({
        index: z.number(),
        id: z.string().optional(),
        type: z.string().optional(),
        function: z.object({ name: z.string().optional(), arguments: z.string() }),
      }),
    )
    .optional(),
});

const chunk = z.object({
  id: z.string(),
  object: z.literal("chat.completion.chunk"),
  created: z.number(),
  model: z.string(),
  choices: z.array(z.object({ index: z.number(), delta, finish_reason: z.string().nullable() })),
  usage: usage.nullish(),
});

export type Chunk = z.infer<typeof chunk>;

/** The `data:` of every event in a body; what follows the last whole event is `rest`. */
export function readEvents(text: string) {
  const events = text.split("\n\n");
  const rest = events.pop() ?? "";
  return { data: events.map((event) => event.replace(/^data: /, "")), rest };
}

/** A well-formed stream: its chunks, and whether `[DONE]` ended it. */
export async function readStream(response: Response) {
  const { data, rest } = readEvents(await response.text());
  const done = data.at(-1) === "[DONE]";
  const raw = (done ? data.slice(0, -1) : data).map((event): unknown => JSON.parse(event));
  const chunks = raw.map((event) => chunk.parse(event));
  return { chunks, raw, done, rest, text: contentOf(chunks, 0), finish: finishOf(chunks, 0) };
}

export const contentOf = (chunks: readonly Chunk[], index: number) =>
  choicesOf(chunks, index)
    .map((choice) => choice.delta.content ?? "")
    .join("");

export const finishOf = (chunks: readonly Chunk[], index: number) =>
  choicesOf(chunks, index).find((choice) => choice.finish_reason !== null)?.finish_reason;

export const choicesOf = (chunks: readonly Chunk[], index: number) =>
  chunks.flatMap((one) => one.choices).filter((choice) => choice.index === index);

const errorBody = z.object({
  error: z.object({
    message: z.string(),
    type: z.string(),
    param: z.string().nullable(),
    code: z.string().nullable(),
  }),
});

export async function readError(response: Response) {
  return { status: response.status, ...errorBody.parse(await response.json()).error };
}

export const parseError = (json: string) => errorBody.parse(JSON.parse(json)).error;

/** Reads `count` pieces of a body and leaves the reader open. */
export async function readPieces(response: Response, count: number) {
  if (response.body === null) throw new Error("an answer without a body");
  const reader = response.body.getReader();
  const pieces: Uint8Array[] = [];
  while (pieces.length < count) {
    const next = await reader.read();
    if (next.done) break;
    pieces.push(next.value);
  }
  return { reader, pieces };
}
