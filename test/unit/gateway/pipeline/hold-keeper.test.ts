import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import type { CheckpointRequest } from "../../../../schema/wire/wallet-rpc.ts";
import { type Estimate, estimateChat, FIRST_STRETCH_TOKENS } from "../../../../workers/gateway/pipeline/estimate.ts";
import { HoldKeeper } from "../../../../workers/gateway/pipeline/hold-keeper.ts";
import { learnOutputTokens } from "../../../../workers/gateway/pipeline/output-history.ts";
import { attempt, model, quietLogs, request, unanswered, walletOf } from "../fixtures.ts";
import { deliver, type Fate, type OutputEvent, SimulatedHold } from "./simulated-stream.ts";

beforeEach(() => {
  quietLogs();
});

/** When so few tokens are left, an answer may be cut. */
const REST = 16;

const GROWING = estimateChat(request({ stream: true }), attempt({ model: model({ max_output_tokens: 1_000_000 }) }));
const bounded = (max_tokens: number): Estimate => estimateChat(request({ stream: true, max_tokens }), attempt());

const event: fc.Arbitrary<OutputEvent> = fc
  .tuple(
    fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: 0, max: 400 }) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 9_000 }) },
    ),
    fc.integer({ min: 1, max: 6 }),
  )
  .map(([tokens, bytes_per_token]) => ({ tokens, bytes: tokens * bytes_per_token }));
const events = fc.array(event, { maxLength: 80 });
const fates = fc.array(fc.constantFrom<Fate>("answered", "answered", "lost", "answer_lost"), {
  minLength: 1,
  maxLength: 12,
});
const LIVELY: readonly Fate[] = ["answered"];

const sum = (items: readonly OutputEvent[]): number => items.reduce((total, { tokens }) => total + tokens, 0);
const words = (count: number, tokens: number, bytes = tokens * 4): readonly OutputEvent[] =>
  Array.from({ length: count }, () => ({ tokens, bytes }));

describe("an answer without a bound", () => {
  it("is never delivered beyond what the wallet would charge for it if we died now", async () => {
    await fc.assert(
      fc.asyncProperty(events, fc.integer({ min: 0, max: 60_000 }), fc.boolean(), async (items, more, tokenizer_up) => {
        const hold = new SimulatedHold(GROWING, GROWING.costWith(GROWING.held_output_tokens + more), LIVELY);
        await deliver(hold, GROWING, items, {
          tokenizer_up,
          check: (tokens) => {
            expect(GROWING.costWith(tokens)).toBeLessThanOrEqual(hold.committed);
            expect(hold.committed).toBeLessThanOrEqual(hold.hold);
          },
        });
      }),
    );
  });

  it("is never delivered beyond its hold, whatever becomes of the calls", async () => {
    await fc.assert(
      fc.asyncProperty(
        events,
        fc.integer({ min: 0, max: 60_000 }),
        fates,
        fc.boolean(),
        async (items, more, lots, tokenizer_up) => {
          const hold = new SimulatedHold(GROWING, GROWING.costWith(GROWING.held_output_tokens + more), lots);
          await deliver(hold, GROWING, items, {
            tokenizer_up,
            check: (tokens) => expect(GROWING.costWith(tokens)).toBeLessThanOrEqual(hold.hold),
          });
        },
      ),
    );
  });

  it("is cut only when the wallet gave no more, and then at its hold but for a small rest", async () => {
    await fc.assert(
      fc.asyncProperty(events, fc.integer({ min: 0, max: 60_000 }), fates, async (items, more, lots) => {
        const hold = new SimulatedHold(GROWING, GROWING.costWith(GROWING.held_output_tokens + more), lots);
        const { tokens, cut, held_tokens } = await deliver(hold, GROWING, items);
        if (cut === null) return;
        expect(hold.refusals + hold.failures).toBeGreaterThan(0);
        expect(tokens + cut.event.tokens + REST).toBeGreaterThan(held_tokens);
        expect(cut.reason).toBe("wallet_exhausted");
      }),
    );
  });

  it("is delivered whole when the wallet has enough", async () => {
    await fc.assert(
      fc.asyncProperty(events, fc.boolean(), async (items, tokenizer_up) => {
        const hold = new SimulatedHold(GROWING, GROWING.costWith(50_000_000), LIVELY);
        const { tokens, cut } = await deliver(hold, GROWING, items, { tokenizer_up });
        expect(cut).toBeNull();
        expect(tokens).toBe(sum(items));
      }),
    );
  });

  it("asks the wallet seldom: a long answer in a few strides, a short one of a model known for longer not at all", async () => {
    learnOutputTokens("acme/known", 4_000);
    const known = estimateChat(request({ stream: true }), attempt({ name: "acme/known" }));
    const callsFor = async (items: readonly OutputEvent[]): Promise<number> => {
      const hold = new SimulatedHold(known, known.costWith(50_000_000), LIVELY);
      await deliver(hold, known, items);
      return hold.calls;
    };
    expect(await callsFor(words(20_000, 10))).toBeLessThan(40);
    expect(await callsFor(words(20, 10))).toBe(0);
  });

  it("that the wallet refused is not asked for again", async () => {
    const hold = new SimulatedHold(GROWING, GROWING.hold_nano_usd, LIVELY);
    const { cut } = await deliver(hold, GROWING, words(8_000, 1));
    expect(cut).not.toBeNull();
    // Once for what is comfortable, and by halves for less.
    expect(hold.refusals).toBeLessThanOrEqual(8);
  });

  it("gets the last of the money when what would be comfortable does not fit", async () => {
    // Less than a stride more than the first hold.
    const money = 3 * FIRST_STRETCH_TOKENS - 500;
    const hold = new SimulatedHold(GROWING, GROWING.costWith(money), LIVELY);
    const { tokens } = await deliver(hold, GROWING, words(20_000, 1));
    expect(hold.refusals).toBeGreaterThan(0);
    expect(tokens).toBeLessThanOrEqual(money);
    expect(tokens).toBeGreaterThanOrEqual(money - 128 - REST);
  });

  it("goes on to the end of its hold when the wallet does not answer at all", async () => {
    const hold = new SimulatedHold(GROWING, GROWING.costWith(50_000_000), ["lost"]);
    const { tokens, cut } = await deliver(hold, GROWING, words(8_000, 1));
    expect(cut?.reason).toBe("wallet_exhausted");
    expect(tokens).toBeGreaterThanOrEqual(GROWING.held_output_tokens - REST - 1);
  });
});

describe("an answer with a bound, whose hold covers it", () => {
  const bound = fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 16_000 }));

  it("is delivered whole when it keeps its bound, whatever becomes of the calls, also when nobody can count", async () => {
    await fc.assert(
      fc.asyncProperty(bound, events, fates, fc.boolean(), async (max_tokens, items, lots, tokenizer_up) => {
        const estimate = bounded(max_tokens);
        const within = items.filter((_, index) => sum(items.slice(0, index + 1)) <= max_tokens);
        const hold = new SimulatedHold(estimate, estimate.hold_nano_usd, lots);
        const { cut, tokens } = await deliver(hold, estimate, within, { tokenizer_up });
        expect(cut).toBeNull();
        expect(tokens).toBe(sum(within));
        expect(hold.extends).toBe(0);
      }),
    );
  });

  it("is committed before it is delivered, up to the whole hold", async () => {
    await fc.assert(
      fc.asyncProperty(bound, events, fc.boolean(), async (max_tokens, items, tokenizer_up) => {
        const estimate = bounded(max_tokens);
        const hold = new SimulatedHold(estimate, estimate.hold_nano_usd, LIVELY);
        await deliver(hold, estimate, items, {
          tokenizer_up,
          check: (tokens) =>
            expect(estimate.costWith(Math.min(tokens, max_tokens))).toBeLessThanOrEqual(hold.committed),
        });
      }),
    );
  });

  it("is cut when its provider ignores the bound, and only then", async () => {
    await fc.assert(
      fc.asyncProperty(bound, events, async (max_tokens, items) => {
        const estimate = bounded(max_tokens);
        const slack = max_tokens * 1.05 + REST;
        const stride = Math.max(FIRST_STRETCH_TOKENS, Math.ceil(max_tokens / 2));
        const hold = new SimulatedHold(estimate, estimate.hold_nano_usd, LIVELY);
        const { cut, tokens } = await deliver(hold, estimate, items);
        expect(tokens).toBeLessThanOrEqual(slack + stride);
        if (cut === null) return;
        expect(cut.reason).toBe("output_bound_exceeded");
        expect(tokens + cut.event.tokens).toBeGreaterThan(slack);
      }),
    );
  });

  it("is counted seldom, though its bytes are many times its tokens", async () => {
    const estimate = bounded(100_000);
    const hold = new SimulatedHold(estimate, estimate.hold_nano_usd, LIVELY);
    const { cut, recounts } = await deliver(hold, estimate, words(10_000, 10, 60));
    expect(cut).toBeNull();
    expect(hold.calls).toBeLessThan(40);
    expect(recounts).toBeGreaterThan(0);
    expect(recounts).toBeLessThan(40);
  });
});

describe("the heartbeat", () => {
  const output = { stream: true, tokens_bound: 0, approximate: false, recount: () => Promise.resolve() };

  it("renews the deadline and commits nothing more", async () => {
    const seen: CheckpointRequest[] = [];
    const wallet = walletOf({
      checkpoint: (sent) => {
        seen.push(sent);
        return Promise.resolve({ status: "renewed", deadline: 0 });
      },
    });
    await new HoldKeeper(wallet, "req_1", GROWING, output).heartbeat();
    expect(seen).toEqual([{ request_id: "req_1", committed_nano_usd: GROWING.committed_nano_usd }]);
  });

  it("never fails, whatever the wallet says", async () => {
    const keepers = [
      walletOf({ checkpoint: unanswered }),
      walletOf({ checkpoint: () => Promise.resolve({ status: "unknown" }) }),
    ].map((wallet) => new HoldKeeper(wallet, "req_1", GROWING, output));
    for (const keeper of keepers) await expect(keeper.heartbeat()).resolves.toBeUndefined();
  });
});
