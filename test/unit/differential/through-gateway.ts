import OpenAI from "openai";
import * as z from "zod";
import { wholeGateway } from "../gateway/whole-gateway.ts";
import { answerOf, type Recording } from "./recordings.ts";
import { inputOf, type Said } from "./said.ts";

/** Only workerd has it; to a relay it is a TransformStream that changes nothing. */
Object.assign(globalThis, { IdentityTransformStream: TransformStream });

const deltaShape = z.looseObject({ reasoning_content: z.string().nullish(), reasoning: z.string().nullish() });

/** What OpenAI's SDK reads of the same answer through the whole gateway, the provider's bytes in pieces of that size. */
export async function readThroughGateway(recording: Recording, piece_bytes: number): Promise<Said> {
  const { provider } = recording;
  const gateway = await wholeGateway({ upstream: () => answerOf(recording, piece_bytes) });
  await gateway.addProvider(
    { id: "p", kind: provider.kind, region: provider.region ?? null, base_url: provider.base_url ?? null },
    provider.credential,
  );
  gateway.d1.insert("model_prices", {
    id: "prc_test",
    org_id: gateway.org_id,
    provider_id: "p",
    model: "m",
    upstream_id: provider.model,
    effective_from: 0,
    rates: JSON.stringify({ input: 1_000_000, output: 1_000_000 }),
    capabilities: JSON.stringify(["chat", "tools", "reasoning"]),
    created_at: 0,
  });
  const client = new OpenAI({
    apiKey: gateway.key,
    baseURL: "https://gateway.example/v1",
    maxRetries: 0,
    fetch: (url, init) => gateway.fetch(new URL(String(url)).pathname, init),
  });
  const said = recording.stream ? await streamed(client) : await whole(client);
  await gateway.drained();
  if (gateway.settled.length !== 1) throw new Error(`it was settled ${gateway.settled.length} times`);
  return said;
}

const ASK = { model: "p/m", max_completion_tokens: 4_096, messages: [{ role: "user" as const, content: "Hello" }] };

async function whole(client: OpenAI): Promise<Said> {
  const { choices, usage } = await client.chat.completions.create(ASK);
  const [choice] = choices;
  if (choice === undefined) throw new Error("there is no choice");
  const more = deltaShape.parse(choice.message);
  return {
    text: choice.message.content ?? "",
    reasoning: more.reasoning_content ?? more.reasoning ?? "",
    calls: (choice.message.tool_calls ?? []).map((call) => {
      if (call.type !== "function") throw new Error("not a function");
      return { name: call.function.name, input: inputOf(call.function.arguments) };
    }),
    finish: choice.finish_reason,
    usage: usageOf(usage),
  };
}

async function streamed(client: OpenAI): Promise<Said> {
  const stream = client.chat.completions.stream({ ...ASK, stream_options: { include_usage: true } });
  let reasoning = "";
  stream.on("chunk", ({ choices }) => {
    for (const { delta } of choices) {
      const more = deltaShape.parse(delta ?? {});
      reasoning += more.reasoning_content ?? more.reasoning ?? "";
    }
  });
  const { choices, usage } = await stream.finalChatCompletion();
  const [choice] = choices;
  if (choice === undefined) throw new Error("there is no choice");
  return {
    text: choice.message.content ?? "",
    reasoning,
    calls: (choice.message.tool_calls ?? []).map((call) => {
      if (call.type !== "function") throw new Error("not a function");
      return { name: call.function.name, input: inputOf(call.function.arguments) };
    }),
    finish: choice.finish_reason,
    usage: usageOf(usage),
  };
}

const usageOf = (usage: OpenAI.CompletionUsage | undefined): Said["usage"] => ({
  input: usage?.prompt_tokens ?? 0,
  cached: usage?.prompt_tokens_details?.cached_tokens ?? 0,
  output: usage?.completion_tokens ?? 0,
  reasoning: usage?.completion_tokens_details?.reasoning_tokens ?? 0,
});
