import * as z from "zod";
import { type Said, type Streamed, sseData } from "./conformance.ts";

/** Reads chat completions as several providers write them, each with its own additions. */

const thinking = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  thinking: z.array(z.object({ text: z.string() })).optional(),
});
const call = z.looseObject({
  index: z.number().optional(),
  id: z.string().optional(),
  function: z.object({ name: z.string().optional(), arguments: z.string() }),
});
const content = z.looseObject({
  content: z.union([z.string(), z.array(thinking)]).nullish(),
  reasoning_content: z.string().nullish(),
  tool_calls: z.array(call).nullish(),
});
const choice = z.looseObject({
  index: z.number(),
  finish_reason: z.string().nullish(),
  message: content.optional(),
  delta: content.optional(),
});
const answer = z.looseObject({
  choices: z.array(choice),
  usage: z.looseObject({ prompt_tokens: z.number(), completion_tokens: z.number() }).nullish(),
});

type Content = z.infer<typeof content>;

function said(answers: readonly z.infer<typeof answer>[]): Said {
  const choices = answers.flatMap((one) => one.choices);
  const parts = choices.flatMap(({ message, delta }): Content[] => [message ?? delta ?? {}]);
  const calls: { name: string; json: string }[] = [];
  for (const { tool_calls } of parts) {
    for (const one of tool_calls ?? []) {
      if (one.function.name !== undefined) calls.push({ name: one.function.name, json: "" });
      const last = calls.at(-1);
      if (last !== undefined) last.json += one.function.arguments;
    }
  }
  const usage = answers.findLast((one) => one.usage)?.usage;
  return {
    text: parts.map(textOf).join(""),
    reasoning: parts.map(reasoningOf).join(""),
    calls: calls.map(({ name, json }) => ({ name, arguments: JSON.parse(json) })),
    finish: choices.findLast((one) => one.finish_reason)?.finish_reason ?? null,
    prompt_tokens: usage?.prompt_tokens ?? null,
    completion_tokens: usage?.completion_tokens ?? null,
  };
}

const textOf = ({ content: said }: Content): string =>
  typeof said === "string" ? said : (said ?? []).map(({ text }) => text ?? "").join("");

/** In a field of its own, or as chunks among the content. */
const reasoningOf = ({ content: said, reasoning_content }: Content): string =>
  typeof said === "string"
    ? (reasoning_content ?? "")
    : (reasoning_content ?? "") +
      (said ?? []).flatMap((chunk) => (chunk.thinking ?? []).map(({ text }) => text)).join("");

export const readWholeCompletion = (json: unknown): Said => said([answer.parse(json)]);

/** A stream, of which an error is whatever has no choices. */
export function readCompletionStream(bytes: Uint8Array): Streamed {
  const events = sseData(bytes);
  const answers = events.flatMap((data) => {
    const parsed = answer.safeParse(data);
    return parsed.success ? [parsed.data] : [];
  });
  const failed = events.find((data) => !answer.safeParse(data).success);
  const told = said(answers);
  return {
    ...told,
    complete: new TextDecoder().decode(bytes).endsWith("data: [DONE]\n\n"),
    error: failed === undefined ? null : JSON.stringify(failed),
  };
}
