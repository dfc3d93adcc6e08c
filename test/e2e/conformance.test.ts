import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { CASES } from "../../conformance/cases/all.ts";
import { type Result, runCases } from "../../conformance/kit.ts";
import { subjectsOf } from "../../conformance/subjects.ts";
import { runtimeEffects } from "../../schema/kernel/effects.ts";
import { createKey, createOrg, createProvider, createWallet } from "./support/fixtures.ts";
import { eventually, settledBalance } from "./support/money.ts";
import { startPlatform, type TestPlatform } from "./support/platform.ts";
import { PROVIDER_KINDS, type ProviderKind } from "./support/provider-kinds.ts";

/**
 * The conformance kit against the running platform, for each kind of provider: the sandbox speaks each one's own dialect
 * and refuses what the real one refuses, so that a mistranslation is an error here.
 */

const effects = runtimeEffects();
const SANDBOX = "http://sandbox.binding.internal";
/** The sandbox's models and what each is good for. */
const MODELS: Readonly<Record<string, readonly string[]>> = {
  echo: ["chat", "vision"],
  lorem: ["chat", "json_schema"],
  tools: ["chat", "tools", "vision", "json_schema"],
  think: ["chat", "reasoning"],
  embed: ["embeddings"],
};

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startPlatform();
});

afterAll(() => platform.dispose());

async function provider({ kind, path, credential }: ProviderKind) {
  const org_id = await createOrg(platform);
  await createProvider(platform, { org_id, id: "p", kind, base_url: `${SANDBOX}${path}`, credential });
  for (const [model, capabilities] of Object.entries(MODELS)) {
    await platform.query(
      "INSERT INTO model_prices (id, org_id, provider_id, model, effective_from, rates, capabilities, encoding, created_at) " +
        "VALUES (?, ?, 'p', ?, 0, ?, ?, 'sandbox', 0)",
      effects.newId("price"),
      org_id,
      model,
      JSON.stringify({ input: 1_000_000_000, output: 2_000_000_000, search: 1_000_000_000 }),
      JSON.stringify(capabilities),
    );
  }
  const wallet_id = await createWallet(platform, { org_id, limit_nano_usd: 10_000_000_000 });
  return { org_id, key: (await createKey(platform, { org_id, wallet_id })).key };
}

/** Keeps every answer that can be kept, those with calls of tools among them. */
const keepAnswers = (org_id: string) =>
  platform.query(
    "INSERT INTO cache_settings (id, org_id, scope, target, mode, threshold, ttl_ms, model_ttls, tool_calls, hit_price_percent, max_bytes, created_at, updated_at) " +
      "VALUES (?, ?, 'org', 'org', 'exact', 0.92, 3600000, '[]', 1, 0, 10000000, 0, 0)",
    effects.newId("cache_setting"),
    org_id,
  );

const failuresOf = (results: readonly Result[]): readonly string[] =>
  results.flatMap(({ name, verdict }) => (verdict.status === "failed" ? [`${name}: ${verdict.problem}`] : []));

describe.each(PROVIDER_KINDS)("the kind $kind", (row) => {
  test("does all that its table says, and refuses the rest", async () => {
    const { key } = await provider(row);
    const [found] = await subjectsOf({ url: platform.url, key }, []);
    if (found === undefined) throw new Error("the provider has no models");
    const results: Result[] = [];
    for (const result of await runCases(found.subject, CASES)) results.push(result);
    expect(failuresOf(results)).toEqual([]);
    expect(results.filter(({ verdict }) => verdict.status === "passed").length).toBeGreaterThan(20);
    const { held_nano_usd, spent_nano_usd } = await settledBalance(platform, key);
    expect(held_nano_usd).toBe(0);
    expect(spent_nano_usd).toBeGreaterThan(0);
  });
});

/** One that speaks the canonical dialect, one with a dialect of its own that callers speak, and one that nobody else does. */
const CACHED_KINDS = ["openai", "anthropic", "gemini"];

describe.each(PROVIDER_KINDS.filter(({ kind }) => CACHED_KINDS.includes(kind)))(
  "the kind $kind, answered from the cache",
  (row) => {
    test("does all that it does by itself", async () => {
      const { org_id, key } = await provider(row);
      await keepAnswers(org_id);
      const [found] = await subjectsOf({ url: platform.url, key }, []);
      if (found === undefined) throw new Error("the provider has no models");
      for (const _time of ["kept", "given again"]) {
        expect(failuresOf(await runCases(found.subject, CASES))).toEqual([]);
        await settledBalance(platform, key);
      }
      const { hits } = await eventually(
        async () => {
          const [sums] = await platform.query(
            "SELECT count(*) AS hits, coalesce(sum(stream), 0) AS streams FROM request_log WHERE org_id = ? AND usage_source = 'cache'",
            org_id,
          );
          return z.object({ hits: z.int(), streams: z.int() }).parse(sums);
        },
        ({ hits: some, streams }) => some > 15 && streams > 5,
      );
      expect(hits).toBeGreaterThan(15);
    });
  },
);
