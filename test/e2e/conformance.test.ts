import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CASES } from "../../conformance/cases/all.ts";
import { type Result, runCases } from "../../conformance/kit.ts";
import { subjectsOf } from "../../conformance/subjects.ts";
import { runtimeEffects } from "../../schema/kernel/effects.ts";
import { createKey, createOrg, createProvider, createWallet } from "./support/fixtures.ts";
import { settledBalance } from "./support/money.ts";
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

async function provider({ kind, path, credential }: ProviderKind): Promise<string> {
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
  return (await createKey(platform, { org_id, wallet_id })).key;
}

describe.each(PROVIDER_KINDS)("the kind $kind", (row) => {
  test("does all that its table says, and refuses the rest", async () => {
    const key = await provider(row);
    const [found] = await subjectsOf({ url: platform.url, key }, []);
    if (found === undefined) throw new Error("the provider has no models");
    const results: Result[] = [];
    for (const result of await runCases(found.subject, CASES)) results.push(result);
    const failed = results.flatMap(({ name, verdict }) =>
      verdict.status === "failed" ? [`${name}: ${verdict.problem}`] : [],
    );
    expect(failed).toEqual([]);
    expect(results.filter(({ verdict }) => verdict.status === "passed").length).toBeGreaterThan(20);
    const { held_nano_usd, spent_nano_usd } = await settledBalance(platform, key);
    expect(held_nano_usd).toBe(0);
    expect(spent_nano_usd).toBeGreaterThan(0);
  });
});
