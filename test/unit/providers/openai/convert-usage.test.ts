import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inputTokens, outputTokens, usageSchema } from "../../../../schema/canonical/usage.ts";
import type { Json } from "../../../../schema/kernel/json.ts";
import { convertUsage } from "../../../../workers/gateway/providers/openai/convert-usage.ts";

const NOTHING = {
  input: 0,
  cached_read: 0,
  cached_write_5m: 0,
  audio_input: 0,
  output: 0,
  reasoning: 0,
  audio_output: 0,
};

describe("the usage that OpenAI reports", () => {
  it.each<[string, Json, object]>([
    ["plain", { prompt_tokens: 10, completion_tokens: 4, total_tokens: 14 }, { input: 10, output: 4 }],
    [
      "with cached tokens, which the prompt contains",
      { prompt_tokens: 100, completion_tokens: 4, prompt_tokens_details: { cached_tokens: 64 } },
      { input: 36, cached_read: 64, output: 4 },
    ],
    [
      "with tokens written to the cache, which the prompt contains",
      {
        prompt_tokens: 100,
        completion_tokens: 4,
        prompt_tokens_details: { cached_tokens: 10, cache_write_tokens: 50 },
      },
      { input: 40, cached_read: 10, cached_write_5m: 50, output: 4 },
    ],
    [
      "with reasoning, which the completion contains",
      { prompt_tokens: 10, completion_tokens: 100, completion_tokens_details: { reasoning_tokens: 64 } },
      { input: 10, output: 36, reasoning: 64 },
    ],
    [
      "with audio on both sides",
      {
        prompt_tokens: 30,
        completion_tokens: 50,
        prompt_tokens_details: { cached_tokens: 5, audio_tokens: 20, text_tokens: 10 },
        completion_tokens_details: { audio_tokens: 40, reasoning_tokens: 4 },
      },
      { input: 5, cached_read: 5, audio_input: 20, output: 6, reasoning: 4, audio_output: 40 },
    ],
    [
      "with nulls where nothing is",
      {
        prompt_tokens: 1,
        completion_tokens: 2,
        prompt_tokens_details: null,
        completion_tokens_details: { reasoning_tokens: null },
      },
      { input: 1, output: 2 },
    ],
    ["of an embedding, without a completion", { prompt_tokens: 12, total_tokens: 12 }, { input: 12 }],
    [
      "with predictions that were not accepted, which are output",
      { prompt_tokens: 1, completion_tokens: 9, completion_tokens_details: { rejected_prediction_tokens: 7 } },
      { input: 1, output: 9 },
    ],
  ])("%s becomes components that share no token", (_name, usage, expected) => {
    expect(convertUsage(usage)).toEqual({ ...NOTHING, ...expected });
  });

  it.each([undefined, null, "12", 12, true, [], [{ prompt_tokens: 1 }]])("is none when it is %j", (usage) => {
    expect(convertUsage(usage)).toBeNull();
  });

  it("adds up to what was reported, for every possible report", () => {
    const count = fc.nat({ max: 1_000_000 });
    fc.assert(
      fc.property(
        count,
        count,
        count,
        count,
        count,
        count,
        count,
        (text, cached, written, heard, said, thought, spoken) => {
          const usage = convertUsage({
            prompt_tokens: text + cached + written + heard,
            completion_tokens: said + thought + spoken,
            prompt_tokens_details: { cached_tokens: cached, cache_write_tokens: written, audio_tokens: heard },
            completion_tokens_details: { reasoning_tokens: thought, audio_tokens: spoken },
          });
          expect(usage).toEqual({
            input: text,
            cached_read: cached,
            cached_write_5m: written,
            audio_input: heard,
            output: said,
            reasoning: thought,
            audio_output: spoken,
          });
          expect(inputTokens(usage ?? {})).toBe(text + cached + written + heard);
          expect(outputTokens(usage ?? {})).toBe(said + thought + spoken);
          expect(usageSchema.safeParse(usage).success).toBe(true);
        },
      ),
    );
  });

  it.each<[string, Json]>([
    ["a negative prompt", { prompt_tokens: -1, completion_tokens: 1 }],
    ["a negative completion", { prompt_tokens: 1, completion_tokens: -5 }],
    ["a fraction", { prompt_tokens: 1.5, completion_tokens: 1 }],
    ["a figure in a string", { prompt_tokens: "12", completion_tokens: 1 }],
    ["a list", { prompt_tokens: [1], completion_tokens: 1 }],
    ["an object", { prompt_tokens: 1, completion_tokens: { tokens: 1 } }],
    ["true", { prompt_tokens: true, completion_tokens: 1 }],
    ["infinity", JSON.parse('{"prompt_tokens":1e400,"completion_tokens":1}')],
    ["more than anybody reports", { prompt_tokens: 1_000_000_001, completion_tokens: 1 }],
    ["more cached than there is", { prompt_tokens: 10, prompt_tokens_details: { cached_tokens: 11 } }],
    ["more reasoning than there is", { completion_tokens: 10, completion_tokens_details: { reasoning_tokens: 11 } }],
    ["a negative detail", { prompt_tokens: 10, prompt_tokens_details: { cached_tokens: -1_000 } }],
    ["a detail in a string", { prompt_tokens: 10, prompt_tokens_details: { cached_tokens: "1" } }],
  ])("with %s is refused as a whole by the schema that every charge passes", (_name, usage) => {
    expect(usageSchema.safeParse(convertUsage(usage)).success).toBe(false);
  });

  it("never becomes a credit, whatever is sent", () => {
    const figure = fc.oneof(fc.integer(), fc.double(), fc.string(), fc.constant(null), fc.boolean());
    const details = fc.oneof(
      figure,
      fc.record({ cached_tokens: figure, audio_tokens: figure, reasoning_tokens: figure }, { requiredKeys: [] }),
    );
    fc.assert(
      fc.property(
        fc.record(
          {
            prompt_tokens: figure,
            completion_tokens: figure,
            prompt_tokens_details: details,
            completion_tokens_details: details,
          },
          { requiredKeys: [] },
        ),
        (usage) => {
          const parsed = usageSchema.safeParse(convertUsage(usage));
          if (!parsed.success) return;
          for (const count of Object.values(parsed.data)) expect(count).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });
});
