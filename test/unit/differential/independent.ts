import * as z from "zod";
import { answerOf, type Recording } from "./recordings.ts";
import { inputOf, type Said } from "./said.ts";

/** The language model interface of the AI SDK, as far as it is used here. */
const finishShape = z.looseObject({ unified: z.string() });
const usageShape = z.looseObject({
  inputTokens: z.looseObject({ total: z.number().nullish(), cacheRead: z.number().nullish() }),
  outputTokens: z.looseObject({ total: z.number().nullish(), reasoning: z.number().nullish() }),
});
const contentShape = z.looseObject({
  type: z.string(),
  text: z.string().nullish(),
  toolName: z.string().nullish(),
  input: z.string().nullish(),
});
const wholeShape = z.looseObject({ content: z.array(contentShape), finishReason: finishShape, usage: usageShape });
const eventShape = z.looseObject({
  type: z.string(),
  delta: z.string().nullish(),
  toolName: z.string().nullish(),
  input: z.string().nullish(),
  finishReason: finishShape.nullish(),
  usage: usageShape.nullish(),
  error: z.unknown().optional(),
});

const OPTIONS = { prompt: [{ role: "user", content: [{ type: "text", text: "Hello" }] }] };

/** What a client that knows nothing of us reads from the provider's own bytes. */
export async function readIndependently(recording: Recording): Promise<Said> {
  const model = recording.provider.client(async () => answerOf(recording, 65_536));
  return recording.stream ? await streamed(model) : await whole(model);
}

type Model = ReturnType<Recording["provider"]["client"]>;

async function call(model: Model, name: "doGenerate" | "doStream"): Promise<unknown> {
  const method = model[name];
  if (typeof method !== "function") throw new Error(`the client has no ${name}`);
  return await method.call(model, OPTIONS);
}

async function whole(model: Model): Promise<Said> {
  const { content, finishReason, usage } = wholeShape.parse(await call(model, "doGenerate"));
  const texts = (type: string) => content.filter((part) => part.type === type).map(({ text }) => text ?? "");
  return {
    text: texts("text").join(""),
    reasoning: texts("reasoning").join(""),
    calls: content
      .filter(({ type }) => type === "tool-call")
      .map(({ toolName, input }) => ({ name: toolName ?? "", input: inputOf(input ?? "") })),
    finish: finishOf(finishReason.unified),
    usage: usageOf(usage),
  };
}

async function streamed(model: Model): Promise<Said> {
  const { stream } = z.looseObject({ stream: z.instanceof(ReadableStream) }).parse(await call(model, "doStream"));
  let text = "";
  let reasoning = "";
  const calls: { name: string; input: unknown }[] = [];
  let finish = "";
  let usage: Said["usage"] | null = null;
  for await (const raw of stream) {
    const event = eventShape.parse(raw);
    if (event.type === "error") throw new Error(`the independent client failed: ${String(event.error)}`);
    if (event.type === "text-delta") text += event.delta ?? "";
    if (event.type === "reasoning-delta") reasoning += event.delta ?? "";
    if (event.type === "tool-call") calls.push({ name: event.toolName ?? "", input: inputOf(event.input ?? "") });
    if (event.type === "finish") {
      finish = finishOf(event.finishReason?.unified ?? "");
      usage = event.usage == null ? null : usageOf(event.usage);
    }
  }
  return { text, reasoning, calls, finish, usage: usage ?? { input: 0, cached: 0, output: 0, reasoning: 0 } };
}

/** The SDK's words in OpenAI's. */
const finishOf = (unified: string): string => unified.replaceAll("-", "_");

const usageOf = ({ inputTokens, outputTokens }: z.infer<typeof usageShape>): Said["usage"] => ({
  input: inputTokens.total ?? 0,
  cached: inputTokens.cacheRead ?? 0,
  output: outputTokens.total ?? 0,
  reasoning: outputTokens.reasoning ?? 0,
});
