import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Part } from "../../../../schema/canonical/parts.ts";
import type { Usage } from "../../../../schema/canonical/usage.ts";
import { textBytes } from "../../../../schema/pricing/text-bytes.ts";
import { AnswerMeter } from "../../../../workers/gateway/pipeline/answer-meter.ts";

const text = (value: string): Part => ({ type: "text", choice: 0, text: value });
const usage = (value: Usage): Part => ({ type: "usage", usage: value });
const meterOf = (...parts: readonly Part[]): AnswerMeter => {
  const meter = new AnswerMeter();
  meter.observe(parts);
  return meter;
};

/** Any part with output in it, and that output. */
const output: fc.Arbitrary<readonly [Part, string]> = fc
  .tuple(
    fc.constantFrom("text", "refusal", "reasoning", "tool_call", "tool_arguments"),
    fc.string({ unit: "binary", maxLength: 20 }),
  )
  .map(([type, value]) => {
    switch (type) {
      case "tool_call":
        return [{ type, choice: 0, index: 0, id: "id", name: value }, value];
      case "tool_arguments":
        return [{ type, choice: 0, index: 0, json: value }, value];
      case "refusal":
      case "reasoning":
        return [{ type, choice: 0, text: value }, value];
      default:
        return [text(value), value];
    }
  });

describe("the bound of the output", () => {
  it("is one token for each byte of whatever is output, before anything is counted", () => {
    fc.assert(
      fc.property(fc.array(output), (items) => {
        const meter = meterOf(...items.map(([part]) => part));
        const bytes = items.reduce((sum, [, value]) => sum + textBytes(value), 0);
        expect(meter.tokens_bound).toBe(bytes);
        expect(meter.output_bytes).toBe(bytes);
      }),
    );
  });

  it("is never below the true tokens, however counting and delivery interleave", () => {
    type Step =
      | { readonly do: "observe"; readonly item: readonly [Part, string] }
      | { readonly do: "take" | "finish" | "fail" };
    const step: fc.Arbitrary<Step> = fc.oneof(
      { weight: 3, arbitrary: output.map((item) => ({ do: "observe" as const, item })) },
      { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("take" as const, "finish" as const, "fail" as const) }) },
    );
    // A token is at least a byte long: here a token is as many bytes as this, at most.
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.integer({ min: 1, max: 5 }), (steps, bytes_per_token) => {
        const tokensOf = (value: string): number => Math.ceil(textBytes(value) / bytes_per_token);
        const meter = new AnswerMeter();
        const counting: NonNullable<ReturnType<AnswerMeter["takePending"]>>[] = [];
        let seen = "";
        let taken = "";
        for (const item of steps) {
          if (item.do === "observe") {
            const [part, value] = item.item;
            seen += value;
            meter.observe([part]);
          } else if (item.do === "take") {
            const pending = meter.takePending();
            if (pending === null) continue;
            taken += pending.text;
            counting.push(pending);
          } else {
            const pending = counting.shift();
            pending?.finish(item.do === "finish" ? tokensOf(pending.text) : null);
          }
          // Joined anew, half a character here and half there count as they do apart: at most as much.
          expect(meter.tokens_bound).toBeGreaterThanOrEqual(tokensOf(seen));
          expect(meter.tokens_bound).toBeLessThanOrEqual(meter.output_bytes + steps.length);
          expect(seen.startsWith(taken)).toBe(true);
        }
        for (const pending of counting) pending.finish(tokensOf(pending.text));
        const last = meter.takePending();
        last?.finish(tokensOf(last.text));
        expect(taken + (last?.text ?? "")).toBe(seen);
      }),
    );
  });

  it("keeps text that is being counted in it, until it is", () => {
    const meter = meterOf(text("one two"));
    const pending = meter.takePending();
    expect(meter.tokens_bound).toBe(7);
    meter.observe([text("three")]);
    expect(meter.tokens_bound).toBe(12);
    pending?.finish(2);
    expect(meter.tokens_bound).toBe(7);
    expect(meter.counted_tokens).toBe(2);
  });

  it("stays as it was when nobody could count, and says so", () => {
    const meter = meterOf(text("one two"));
    expect(meter.approximate).toBe(false);
    meter.takePending()?.finish(null);
    expect(meter.tokens_bound).toBe(7);
    expect(meter.approximate).toBe(true);
  });

  it("has nothing to hand over when nothing waits", () => {
    const meter = meterOf({ type: "start", id: "a", model: "b" }, usage({ input: 1 }));
    expect(meter.takePending()).toBeNull();
  });

  it("asks to be counted when much waits, and no longer once it was handed over", () => {
    const meter = meterOf(text("x".repeat(32_767)));
    expect(meter.pending_is_large).toBe(false);
    meter.observe([text("x")]);
    expect(meter.pending_is_large).toBe(true);
    meter.takePending();
    expect(meter.pending_is_large).toBe(false);
  });

  it("has no part in signatures, which are not output", () => {
    expect(meterOf({ type: "reasoning_signature", choice: 0, signature: "x".repeat(99) }).tokens_bound).toBe(0);
  });
});

describe("the provider's usage", () => {
  it("is its last report, since each is a total", () => {
    expect(meterOf(usage({ input: 5 }), usage({ input: 5, output: 7 })).usage).toEqual({ input: 5, output: 7 });
  });

  it.each<[string, Usage]>([
    ["negative", { input: 5, output: -1 }],
    ["fractional", { input: 5, output: 0.5 }],
    ["not a number", { input: Number.NaN }],
    ["infinite", { input: 5, output: Number.POSITIVE_INFINITY }],
    ["overflowing", { input: 5, output: 1_000_000_001 }],
  ])("is not believed once a figure is %s, before or after a possible report", (_name, value) => {
    expect(meterOf(usage(value)).usage).toBeNull();
    expect(meterOf(usage(value), usage({ input: 5 })).usage).toBeNull();
    expect(meterOf(usage({ input: 5 }), usage(value)).usage).toBeNull();
    expect(meterOf(usage(value)).usage_invalid).toBe(true);
  });

  it.each<Usage>([{}, { input: 0, output: 7 }, { input: 0, output: 0 }])(
    "is not believed without a prompt: %j",
    (value) => {
      expect(meterOf(usage(value)).usage).toBeNull();
    },
  );

  it.each<Usage>([{ cached_read: 1 }, { audio_input: 1 }, { image_input: 1 }, { cached_write_1h: 1 }])(
    "counts any prompt as one: %j",
    (value) => {
      expect(meterOf(usage(value)).usage).toEqual(value);
    },
  );
});

describe("how the answer ended", () => {
  it("is kept as it came", () => {
    const error = {
      class: "failed",
      status: 500,
      message: "m",
      code: null,
      param: null,
      retry_after_ms: null,
    } as const;
    const meter = meterOf(
      { type: "start", id: "up_1", model: "up-m" },
      { type: "finish", choice: 0, reason: "length", raw: "max_tokens" },
      { type: "error", error },
      { type: "end" },
    );
    expect(meter).toMatchObject({
      upstream_id: "up_1",
      upstream_model: "up-m",
      finish_reason: "length",
      error,
      ended: true,
    });
  });

  it("is open at first", () => {
    expect(meterOf(text("a"))).toMatchObject({ finish_reason: null, error: null, ended: false, usage: null });
  });
});
