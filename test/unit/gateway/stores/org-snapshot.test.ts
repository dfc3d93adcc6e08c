import { beforeEach, describe, expect, it } from "vitest";
import { newDataKey } from "../../../../schema/credential/data-key.ts";
import { masterKeyWrapping } from "../../../../schema/credential/master-key-wrapping.ts";
import { sealCredential, sealWith } from "../../../../schema/credential/seal.ts";
import { runtimeEffects } from "../../../../schema/kernel/effects.ts";
import { catalogueModel } from "../../../../schema/pricing/catalogue.ts";
import { priceAt } from "../../../../schema/pricing/select-price.ts";
import { loadOrgSnapshot } from "../../../../workers/gateway/stores/org-snapshot.ts";
import { NOON, quietLogs } from "../fixtures.ts";
import { type MemoryD1, memoryD1 } from "../memory-d1.ts";

const effects = runtimeEffects();
const MASTER = { current: new Uint8Array(32).fill(5), previous: null };
const NEXT = { current: new Uint8Array(32).fill(6), previous: MASTER.current };
const credential = { api_key: "sk-canary-0123456789" };

let d1: MemoryD1;
beforeEach(async () => {
  quietLogs();
  d1 = await memoryD1();
  for (const id of ["org_1", "org_2"]) d1.insert("orgs", { id, name: id, created_at: 0 });
});

const addProvider = (row: Readonly<Record<string, string | number | null>>): void =>
  d1.insert("providers", { org_id: "org_1", kind: "openai-compatible", name: "n", created_at: 0, ...row });
const addPrice = (row: Readonly<Record<string, string | number | null>>): void =>
  d1.insert("model_prices", {
    id: `prc_${JSON.stringify(row)}`,
    org_id: "org_1",
    provider_id: "acme",
    model: "m",
    effective_from: 0,
    rates: '{"input":1,"output":2}',
    created_at: 0,
    ...row,
  });
const load = (
  more: { now?: number; also?: string; org_id?: string } = {},
  master: typeof MASTER | typeof NEXT = MASTER,
) => loadOrgSnapshot(d1.DB, master, { org_id: "org_1", now: NOON, ...more });

describe("an org's credentials", () => {
  /** Providers `old`, sealed under the master key, and `new`, sealed with a data key of the org. */
  async function addBoth(): Promise<void> {
    const { row, data_key } = await newDataKey(masterKeyWrapping(MASTER), "org_1", effects);
    const unused = await newDataKey(masterKeyWrapping(MASTER), "org_1", effects);
    d1.insert("data_keys", { ...row });
    d1.insert("data_keys", { ...unused.row });
    const owner = (provider_id: string) => ({ org_id: "org_1", provider_id });
    const v1 = await sealCredential(MASTER.current, owner("old"), credential, effects);
    const v2 = await sealWith(data_key, owner("new"), credential, effects);
    addProvider({ id: "old", base_url: "https://a.example/v1", credential: v1 });
    addProvider({ id: "new", base_url: "https://a.example/v1/", credential: v2 });
  }

  it("open in both forms, in one round trip, also while the master key is being replaced", async () => {
    await addBoth();
    for (const master of [MASTER, NEXT]) {
      const { providers, unusable } = await load({}, master);
      expect([...providers].map(([id, { account }]) => [id, account.credential])).toEqual([
        ["new", credential],
        ["old", credential],
      ]);
      expect(unusable.size).toBe(0);
      expect(providers.get("new")?.account.base_url).toBe("https://a.example/v1");
    }
    expect(d1.batches).toBe(2);
  });

  it("that do not open leave out their provider and no other", async () => {
    await addBoth();
    d1.run("DELETE FROM data_keys");
    addProvider({ id: "open", base_url: "http://localhost/v1" });
    const { providers, unusable } = await load();
    expect([...providers.keys()]).toEqual(["old", "open"]);
    expect([...unusable]).toEqual([["new", "credential_refused"]]);
  });

  it("do not open in another org, not even with a copy of the data key's row", async () => {
    await addBoth();
    d1.run("UPDATE providers SET org_id = 'org_2'");
    d1.run("UPDATE data_keys SET org_id = 'org_2'");
    expect((await load({ org_id: "org_2" })).providers.size).toBe(0);
  });
});

describe("a provider", () => {
  it("without a base URL is where its kind is, and left out where its kind has none", async () => {
    addProvider({ id: "theirs", kind: "openai" });
    addProvider({ id: "ours" });
    addProvider({ id: "odd", kind: "no-such-kind", base_url: "https://a.example" });
    const { providers, unusable } = await load();
    expect(providers.get("theirs")?.account.base_url).toBe("https://api.openai.com/v1");
    expect(Object.fromEntries(unusable)).toEqual({ ours: "no_base_url", odd: "unknown_kind" });
  });

  it("that is disabled is there only for who asks for it by its id", async () => {
    addProvider({ id: "acme", base_url: "https://a.example", enabled: 0 });
    addProvider({ id: "beta", base_url: "https://a.example", enabled: 0 });
    expect((await load()).providers.size).toBe(0);
    expect([...(await load({ also: "acme" })).providers.keys()]).toEqual(["acme"]);
  });
});

describe("the models of a provider", () => {
  it("are the catalogue's of its kind; of Vertex AI's at the global location alone, where they cost that", async () => {
    addProvider({ id: "google", kind: "gemini" });
    addProvider({ id: "global", kind: "vertex", settings: "{}" });
    addProvider({ id: "regional", kind: "vertex", settings: '{"region":"europe-west4"}' });
    addPrice({ provider_id: "regional", model: "gemini-2.5-pro" });
    const { providers } = await load();
    const google = [...(providers.get("google")?.models.keys() ?? [])];
    expect(google).toContain("gemini-2.5-flash");
    expect([...(providers.get("global")?.models.keys() ?? [])]).toEqual(google);
    expect([...(providers.get("regional")?.models.keys() ?? [])]).toEqual(["gemini-2.5-pro"]);
  });

  const names = async (now = NOON): Promise<readonly string[]> =>
    [...((await load({ now })).providers.get("acme")?.models.keys() ?? [])].sort();

  it("are what the org has priced, without those that are withdrawn", async () => {
    addProvider({ id: "acme", base_url: "https://a.example" });
    addPrice({ model: "stays" });
    addPrice({ model: "goes" });
    addPrice({ model: "goes", effective_from: NOON, rates: "{}", withdrawn: 1 });
    expect(await names(NOON - 1)).toEqual(["goes", "stays"]);
    expect(await names()).toEqual(["stays"]);
    expect((await load()).by_model.has("goes")).toBe(false);
  });

  it("come back with a later price, at that price", async () => {
    addProvider({ id: "acme", base_url: "https://a.example" });
    addPrice({ effective_from: 1 });
    addPrice({ effective_from: 2, rates: "{}", withdrawn: 1 });
    addPrice({ effective_from: NOON, rates: '{"input":7,"output":8}' });
    expect(await names(NOON - 1)).toEqual([]);
    expect(await names()).toEqual(["m"]);
    const prices = (await load()).providers.get("acme")?.models.get("m")?.prices;
    expect(prices?.map(({ effective_from }) => effective_from)).toEqual([NOON, 1]);
  });

  it("are those of the catalogue too, which the org may withdraw for itself alone", async () => {
    addProvider({ id: "acme", kind: "sandbox" });
    addProvider({ id: "beta", kind: "sandbox" });
    addPrice({ model: "echo", effective_from: 5, rates: "{}", withdrawn: 1 });
    const { by_model, providers } = await load();
    expect(by_model.get("echo")).toEqual(["beta"]);
    expect(providers.get("acme")?.models.has("lorem")).toBe(true);
  });
});

describe("what a model of the org can do", () => {
  const model = async (name = "m", now = NOON) => (await load({ now })).providers.get("acme")?.models.get(name);
  const priceOf = async (now: number, name = "m") => {
    const known = await model(name, now);
    return known === undefined ? null : priceAt(known.prices, now);
  };

  it("is what its row says, so that embeddings and rankings can be added", async () => {
    addProvider({ id: "acme", base_url: "https://a.example" });
    addPrice({ model: "embeds", rates: '{"input":1}', capabilities: '["embeddings"]', encoding: "cl100k_base" });
    addPrice({ model: "ranks", rates: '{"search":1}', capabilities: '["rerank"]', context_tokens: 4_096 });
    expect(await model("embeds")).toMatchObject({
      capabilities: ["embeddings"],
      encoding: "cl100k_base",
      max_output_tokens: 0,
    });
    expect(await model("ranks")).toMatchObject({ capabilities: ["rerank"], encoding: null, context_tokens: 4_096 });
  });

  it("is what most chat models can where no row says it, and what the catalogue knows where it knows the model", async () => {
    addProvider({ id: "acme", kind: "sandbox" });
    addPrice({ model: "unknown" });
    addPrice({ model: "echo", effective_from: NOON });
    expect(await model("unknown")).toMatchObject({
      capabilities: ["chat", "tools", "vision", "json_schema"],
      encoding: null,
      max_output_tokens: 16_384,
    });
    const echo = catalogueModel("sandbox", "echo");
    expect(await model("echo")).toMatchObject({ capabilities: echo?.capabilities, encoding: echo?.encoding });
  });

  it("is what its newest row in force says, in whatever order they come, and not yet what a later one will", async () => {
    addProvider({ id: "acme", base_url: "https://a.example" });
    addPrice({ effective_from: NOON + 5, capabilities: '["rerank"]' });
    addPrice({ effective_from: 5, capabilities: '["chat","reasoning"]' });
    addPrice({ effective_from: 1, capabilities: '["embeddings"]', encoding: "cl100k_base" });
    expect(await model()).toMatchObject({ capabilities: ["chat", "reasoning"], encoding: "cl100k_base" });
    expect((await model("m", NOON + 5))?.capabilities).toEqual(["rerank"]);
    expect((await model())?.prices).toHaveLength(3);
  });

  it("Z1: is its base model's, limits and price too, whatever the deployment is called", async () => {
    addProvider({ id: "acme", kind: "azure", base_url: "https://a.example" });
    addPrice({ model: "our-gpt", rates: "{}", base_model: "openai/gpt-5-mini", effective_from: NOON - 10 });
    const base = catalogueModel("openai", "gpt-5-mini");
    const { prices: _prices, upstream_id: _id, aliases: _aliases, ...limits } = base ?? {};
    expect(await model("our-gpt")).toMatchObject({ ...limits, upstream_id: "our-gpt", aliases: [] });
    expect(await priceOf(NOON, "our-gpt")).toMatchObject({
      price_id: "openai/gpt-5-mini@2025-08-07",
      rates: base?.prices[0]?.rates,
    });
    expect(await priceOf(NOON - 11, "our-gpt")).toBeNull();
  });

  it("follows its base model's price until a row of its own takes over", async () => {
    addProvider({ id: "acme", kind: "azure", base_url: "https://a.example" });
    const cut = Date.UTC(2025, 5, 10);
    const [before, after] = [cut - 86_400_000, cut + 86_400_000];
    // The catalogue's o3 became cheaper on that day.
    addPrice({ model: "early", rates: "{}", base_model: "openai/o3", effective_from: before });
    addPrice({ model: "own", rates: "{}", base_model: "openai/o3", effective_from: before });
    addPrice({ model: "own", rates: '{"input":7,"output":8}', effective_from: before + 1 });
    expect((await priceOf(cut - 1, "early"))?.rates.input).toBe(10_000_000_000);
    expect((await priceOf(after, "early"))?.rates.input).toBe(2_000_000_000);
    expect((await priceOf(after, "own"))?.rates.input).toBe(7);
  });

  it("is at its own price where it has one beside its base model", async () => {
    addProvider({ id: "acme", kind: "azure", base_url: "https://a.example" });
    addPrice({ model: "dear", base_model: "openai/gpt-5-mini" });
    expect(await priceOf(NOON, "dear")).toMatchObject({ rates: { input: 1, output: 2 } });
    expect((await model("dear"))?.capabilities).toEqual(catalogueModel("openai", "gpt-5-mini")?.capabilities);
  });

  it("has no price where no catalogue has its base model any more: it is not served rather than free", async () => {
    addProvider({ id: "acme", kind: "azure", base_url: "https://a.example" });
    addPrice({ model: "gone", rates: "{}", base_model: "openai/never-was" });
    expect(await priceOf(NOON, "gone")).toBeNull();
  });
});

it("the settings of a provider are those of its account", async () => {
  addProvider({ id: "acme", kind: "azure", base_url: "https://a.example", settings: '{"api_version":"2024-10-21"}' });
  expect((await load()).providers.get("acme")?.account.settings).toEqual({ api_version: "2024-10-21" });
});
