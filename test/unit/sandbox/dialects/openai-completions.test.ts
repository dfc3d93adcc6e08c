import { describe, expect, it } from "vitest";
import * as z from "zod";
import { openSandbox, readError } from "../sandbox-client.ts";
import { type DialectSpec, describeDialect, sseData } from "./conformance.ts";

const answer = z.looseObject({
  object: z.literal("text_completion"),
  choices: z.array(z.object({ text: z.string(), index: z.number(), finish_reason: z.string().nullable() })),
  usage: z.object({ prompt_tokens: z.number(), completion_tokens: z.number() }).nullish(),
});
const failure = z.object({ error: z.object({ message: z.string() }) });

const said = (answers: readonly z.infer<typeof answer>[]) => ({
  text: answers.flatMap(({ choices }) => choices.map(({ text }) => text)).join(""),
  reasoning: "",
  calls: [],
  finish: answers.flatMap(({ choices }) => choices).findLast((one) => one.finish_reason)?.finish_reason ?? null,
  prompt_tokens: answers.at(-1)?.usage?.prompt_tokens ?? null,
  completion_tokens: answers.at(-1)?.usage?.completion_tokens ?? null,
});

const spec: DialectSpec = {
  name: "OpenAI's completions",
  request: ({ model, text, stream, max_tokens }) => ({
    path: "/v1/completions",
    headers: {},
    body: {
      model,
      prompt: text,
      max_tokens: max_tokens ?? 100_000,
      ...(stream && { stream, stream_options: { include_usage: true } }),
    },
  }),
  readWhole: (json) => said([answer.parse(json)]),
  readStream: (bytes) => {
    const events = sseData(bytes);
    const failed = failure.safeParse(events.at(-1));
    const told = said((failed.success ? events.slice(0, -1) : events).map((data) => answer.parse(data)));
    const complete = new TextDecoder().decode(bytes).endsWith("data: [DONE]\n\n");
    return { ...told, complete, error: failed.success ? failed.data.error.message : null };
  },
  errorMessage: (json) => failure.parse(json).error.message,
  finishes: { stop: "stop", length: "length", tool_calls: "" },
  refused: { headers: { authorization: "Bearer sk-invalid" }, status: 401 },
  lacks: { reasoning: true, tools: true },
};

describeDialect(spec);

describe("older completions", () => {
  const post = (more: object) => openSandbox().send("/v1/completions", { model: "lorem", prompt: "hi", ...more });
  const read = async (more: object) => said([answer.parse(await (await post(more)).json())]);

  it("say sixteen tokens where nothing is said of them", async () => {
    expect(await read({})).toMatchObject({ finish: "length", completion_tokens: 16 });
  });

  it("echo the prompt if they are asked to", async () => {
    expect((await read({ model: "echo", echo: true })).text).toBe("hihi");
  });

  it.each([
    ["messages", { messages: [] }],
    ["prompt", { prompt: ["a", "b"] }],
    ["max_completion_tokens", { max_completion_tokens: 5 }],
  ])("refuse what is not theirs: %s", async (names, more) => {
    const { status, message } = await readError(await post(more));
    expect(status).toBe(400);
    expect(message).toContain(names);
  });
});
