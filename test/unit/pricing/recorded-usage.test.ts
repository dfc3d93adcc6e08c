import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { loadEncoder } from "../../../workers/tokenizer/encoders.ts";
import { TextCounter } from "../../../workers/tokenizer/text-counter.ts";

/** Answers as OpenAI sent them, kept beside the repository: what we count is held against what they billed. */
const RECORDINGS = fileURLToPath(new URL("../../../../shared/recordings/openai/", import.meta.url).href);
const present = existsSync(RECORDINGS);

const usage = z.object({ completion_tokens: z.int() });
const whole = z.object({ choices: z.tuple([z.object({ message: z.object({ content: z.string() }) })]), usage });
const legacy = z.object({ choices: z.tuple([z.object({ text: z.string() })]), usage });
const chunk = z.object({
  choices: z.array(z.object({ delta: z.object({ content: z.string().nullish() }) })),
  usage: usage.nullish(),
});

const read = (file: string): string => readFileSync(join(RECORDINGS, file), "utf8");

async function tokensOf(encoding: "o200k_base" | "cl100k_base", text: string): Promise<number> {
  return new TextCounter(await loadEncoder(encoding)).count(text).tokens;
}

// Skipped where the recordings are not there: they are not part of the repository. The counts themselves are also tested
// against published figures, without them.
describe.skipIf(!present)("our count of a recorded answer is within a token of what the provider billed", () => {
  test("a whole answer", async () => {
    const answer = whole.parse(JSON.parse(read("openai-text.json")));
    const counted = await tokensOf("o200k_base", answer.choices[0].message.content);
    expect(Math.abs(counted - answer.usage.completion_tokens)).toBeLessThanOrEqual(1);
  });

  test("a streamed answer, its pieces put together", async () => {
    const chunks = read("openai-text.chunks.txt")
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => chunk.parse(JSON.parse(line)));
    const text = chunks.flatMap((one) => one.choices.map((choice) => choice.delta.content ?? "")).join("");
    const billed = chunks.findLast((one) => one.usage)?.usage?.completion_tokens ?? -1;
    const counted = await tokensOf("o200k_base", text);
    expect(Math.abs(counted - billed)).toBeLessThanOrEqual(1);
  });

  test("a legacy completion, which reports no wrapping at all", async () => {
    const answer = legacy.parse(JSON.parse(read("openai-completion-text.json")));
    const counted = await tokensOf("cl100k_base", answer.choices[0].text);
    expect(Math.abs(counted - answer.usage.completion_tokens)).toBeLessThanOrEqual(1);
  });
});
