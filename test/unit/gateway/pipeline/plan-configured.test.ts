import { beforeEach, describe, expect, it } from "vitest";
import { isRefused } from "../../../../schema/kernel/errors.ts";
import type { Env } from "../../../../workers/gateway/env.ts";
import { planConfigured } from "../../../../workers/gateway/pipeline/plan-configured.ts";
import { chatShape, factsOf } from "../../../../workers/gateway/pipeline/routing/request-shape.ts";
import { config, KEY, NOON, quietLogs, request, scope, standIn } from "../fixtures.ts";
import { type MemoryD1, memoryD1 } from "../memory-d1.ts";

const CALLER = {
  key: "key_1",
  wallet: "wal_1",
  team: null,
  cost_center: null,
  feature: null,
  subject: null,
  session: null,
  country: null,
  tags: {},
};

let d1: MemoryD1;
beforeEach(async () => {
  quietLogs();
  d1 = await memoryD1();
  d1.insert("orgs", { id: "org_1", name: "Org", created_at: 0 });
});

const addProvider = (id: string): void =>
  d1.insert("providers", { id, org_id: "org_1", kind: "sandbox", name: id, created_at: 0 });

/** The plan of a model at a time, of one isolate. */
function isolate() {
  const shared = config();
  return async (name: string, now: number): Promise<string> => {
    const env = standIn<Env>({ DB: d1.DB });
    const planned = await planConfigured(
      factsOf(name, chatShape(request(), "openai-chat"), { ...CALLER, at: now }),
      "chat",
      KEY,
      scope({ env, config: shared, started_at: now }),
    );
    return isRefused(planned) ? planned.refused.code : planned.plan.attempts[0].name;
  };
}

describe("what an administrator has just configured", () => {
  it("works with the next request, although the configuration was read a moment ago", async () => {
    const plan = isolate();
    addProvider("one");
    expect(await plan("one/echo", NOON)).toBe("one/echo");
    addProvider("two");
    expect(await plan("two/echo", NOON + 1_000)).toBe("two/echo");
    expect(d1.batches).toBe(2);
  });

  it("is looked for twenty times and then once a second, however many ask for what is not there", async () => {
    const plan = isolate();
    for (let now = NOON; now < NOON + 3_000; now += 10) expect(await plan("nobody/echo", now)).toBe("model_not_found");
    expect(d1.batches).toBe(23);
  });

  it("costs a warm request nothing: five seconds without a look, five more behind it", async () => {
    const plan = isolate();
    addProvider("one");
    for (let now = NOON; now <= NOON + 5_000; now += 100) expect(await plan("one/echo", now)).toBe("one/echo");
    expect(d1.batches).toBe(1);
  });

  it("is taken over within ten seconds where it takes something away", async () => {
    const plan = isolate();
    addProvider("one");
    await plan("one/echo", NOON);
    d1.run("UPDATE providers SET enabled = 0");
    expect(await plan("one/echo", NOON + 4_999)).toBe("one/echo");
    expect(await plan("one/echo", NOON + 10_001)).toBe("model_not_found");
  });

  it("is unknown, and not without a price, where a provider was enabled that is not taken over yet", async () => {
    const plan = isolate();
    addProvider("one");
    for (const upstream_id of ["echo", "dear"])
      d1.insert("provider_models", {
        org_id: "org_1",
        provider_id: "one",
        upstream_id,
        first_seen_at: 0,
        last_seen_at: 0,
      });
    expect(await plan("one/dear", NOON)).toBe("model_unpriced");
    d1.run("UPDATE providers SET enabled = 0");
    // As many as use up the looks that are had for a refusal.
    for (let call = 0; call < 30; call += 1) expect(await plan("one/echo", NOON + 10_001)).toBe("model_not_found");
    d1.run("UPDATE providers SET enabled = 1");
    expect(await plan("one/echo", NOON + 10_002)).toBe("model_not_found");
    expect(await plan("one/echo", NOON + 20_003)).toBe("one/echo");
  });

  it("is refused by what is known when the store does not answer: 404, not 503", async () => {
    const plan = isolate();
    addProvider("one");
    await plan("one/echo", NOON);
    d1.setDown(true);
    expect(await plan("two/echo", NOON + 2_000)).toBe("model_not_found");
    expect(await plan("one/echo", NOON + 2_000)).toBe("one/echo");
  });
});
