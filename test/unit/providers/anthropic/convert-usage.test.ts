import { describe, expect, it } from "vitest";
import { inputTokens, outputTokens, usageSchema } from "../../../../schema/canonical/usage.ts";
import { anthropic } from "../../../../workers/gateway/providers/anthropic/anthropic.ts";
import { message, PLAIN } from "./fixtures.ts";

const usageOf = (usage: object) => {
  const part = anthropic.readWhole(message([], "end_turn", { usage }), PLAIN).find(({ type }) => type === "usage");
  return part?.type === "usage" ? part.usage : null;
};

describe("usage", () => {
  it("R2: adds up to a prompt that contains what was read from and written to the cache", () => {
    const usage = usageOf({
      input_tokens: 5,
      cache_read_input_tokens: 100,
      cache_creation_input_tokens: 50,
      cache_creation: { ephemeral_5m_input_tokens: 20, ephemeral_1h_input_tokens: 30 },
      output_tokens: 7,
    });
    expect(usage).toEqual({ input: 5, cached_read: 100, cached_write_5m: 20, cached_write_1h: 30, output: 7 });
    expect(inputTokens(usage ?? {})).toBe(155);
    expect(outputTokens(usage ?? {})).toBe(7);
  });

  it("counts cache writes without a split as five-minute ones", () => {
    expect(usageOf({ input_tokens: 5, cache_creation_input_tokens: 50, output_tokens: 1 })).toEqual({
      input: 5,
      cached_write_5m: 50,
      output: 1,
    });
  });

  it("counts what a split leaves over as five-minute writes", () => {
    const cache_creation = { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 30 };
    expect(usageOf({ cache_creation_input_tokens: 50, cache_creation })).toEqual({
      cached_write_5m: 20,
      cached_write_1h: 30,
    });
  });

  it("takes thinking out of the output where it is reported", () => {
    expect(usageOf({ output_tokens: 1_699, output_tokens_details: { thinking_tokens: 139 } })).toEqual({
      output: 1_560,
      reasoning: 139,
    });
    expect(usageOf({ output_tokens: 10, output_tokens_details: { thinking_tokens: 12 } })).toEqual({ reasoning: 10 });
  });

  it("R7: counts searches by the piece", () => {
    expect(usageOf({ input_tokens: 1, output_tokens: 1, server_tool_use: { web_search_requests: 3 } })).toEqual({
      input: 1,
      output: 1,
      search: 3,
    });
  });

  it.each([-5, 1.5, 2_000_000_000, "12", true])(
    "with the figure %j is refused as a whole, not charged in part",
    (bad) => {
      for (const usage of [
        { input_tokens: bad, output_tokens: 3 },
        { input_tokens: 3, output_tokens: bad },
      ]) {
        const read = usageOf(usage);
        expect(read).not.toBeNull();
        expect(usageSchema.safeParse(read).success).toBe(false);
      }
    },
  );
});
