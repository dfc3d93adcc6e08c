import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UNKNOWN_HEALTH } from "../../../../schema/health/target-health.ts";
import { compileConditions } from "../../../../schema/routing/compile-conditions.ts";
import type { Conditions } from "../../../../schema/routing/conditions.ts";
import type { RequestFacts } from "../../../../schema/routing/facts.ts";
import { partialConditions } from "../../../../schema/routing/partial-conditions.ts";

const FLAGS = ["tools", "images", "json", "stream"] as const;
type Flags = Readonly<Record<(typeof FLAGS)[number], boolean>>;
const UNKNOWN = new Set(["tools", "images"]);
const BOTH = [true, false];

const facts = (flags: Flags): RequestFacts => ({
  model: "p/a",
  operation: "chat",
  dialect: "openai-chat",
  key: "key_1",
  wallet: "wal_1",
  team: null,
  cost_center: null,
  feature: null,
  subject: null,
  session: null,
  country: null,
  regions: [],
  tags: {},
  metadata: {},
  input_tokens: 1,
  max_output_tokens: null,
  estimated_cost_nano_usd: null,
  wallet_used_percent: null,
  reasoning: false,
  at: 0,
  health: () => UNKNOWN_HEALTH,
  ...flags,
});

const holds = (conditions: Conditions, flags: Flags): boolean => compileConditions(conditions)(facts(flags)) === null;

const leaves = { tools: fc.boolean(), images: fc.boolean(), json: fc.boolean(), stream: fc.boolean() };
const optional = { requiredKeys: [] } satisfies { requiredKeys: [] };

/** Conditions with `inside` in their combinations. */
const combined = (inside: fc.Arbitrary<Conditions>): fc.Arbitrary<Conditions> => {
  const several = fc.array(inside, { minLength: 1, maxLength: 2 });
  return fc.record({ ...leaves, all: several, any: several, not: inside }, optional);
};
const conditions = combined(combined(fc.record(leaves, optional)));

describe("conditions of which some cannot be judged", () => {
  it("hold for certain only where they hold whatever is not known, and fail only where they fail all the same", () => {
    fc.assert(
      fc.property(conditions, fc.boolean(), fc.boolean(), (when, json, stream) => {
        const { readings, unknown } = partialConditions(when, UNKNOWN);
        const all = BOTH.flatMap((tools) => BOTH.map((images) => holds(when, { tools, images, json, stream })));
        if (readings === null) {
          expect(unknown).toEqual([]);
          expect(new Set(all).size).toBe(1);
          return;
        }
        const told = { tools: true, images: false, json, stream };
        // What is not known is not looked at.
        expect(holds(readings.at_best, told)).toBe(holds(readings.at_best, { ...told, tools: false, images: true }));
        if (holds(readings.at_worst, told)) expect(all).not.toContain(false);
        if (!holds(readings.at_best, told)) expect(all).not.toContain(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it("are told by what is known as far as that goes", () => {
    const read = (when: Conditions, flags: Partial<Flags>): string => {
      const { readings } = partialConditions(when, UNKNOWN);
      const told = { tools: false, images: false, json: false, stream: false, ...flags };
      if (readings === null) return String(holds(when, told));
      if (holds(readings.at_worst, told)) return "true";
      return holds(readings.at_best, told) ? "unknown" : "false";
    };
    expect(read({ tools: true, stream: true }, { stream: false })).toBe("false");
    expect(read({ tools: true, stream: true }, { stream: true })).toBe("unknown");
    expect(read({ any: [{ tools: true }, { stream: true }] }, { stream: true })).toBe("true");
    expect(read({ not: { tools: true } }, {})).toBe("unknown");
    expect(read({ not: { all: [{ tools: true }, { json: true }] } }, { json: false })).toBe("true");
    expect(read({ not: { any: [{ tools: true }, { json: true }] } }, { json: true })).toBe("false");
    expect(
      partialConditions({ any: [{ not: { images: true } }, { json: true }], tools: true }, UNKNOWN).unknown,
    ).toEqual(["tools", "images"]);
  });
});
