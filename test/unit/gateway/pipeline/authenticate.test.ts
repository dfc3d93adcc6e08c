import { beforeEach, describe, expect, it } from "vitest";
import { hashApiKey } from "../../../../schema/credential/api-key.ts";
import { errorStatus } from "../../../../schema/http/error-response.ts";
import type { Env } from "../../../../workers/gateway/env.ts";
import { authenticate } from "../../../../workers/gateway/pipeline/authenticate.ts";
import { config, NOON, quietLogs, scope, standIn } from "../fixtures.ts";

beforeEach(() => {
  quietLogs();
});

const CONFIG = config();

const ROW = {
  shards: 1,
  store_texts: 1,
  id: "key_1",
  name: "Demo app",
  org_id: "org_1",
  wallet_id: "wal_1",
  scopes: '["inference"]',
  models: null,
  expires_at: null,
  revoked_at: null,
  version: 1,
  requests_per_minute: null,
  tokens_per_minute: 7_000,
  concurrent_requests: null,
  team_id: "team_1",
  cost_center: null,
};

let made = 0;
/** A key of its own for each test: those that were seen are remembered. */
const newKey = (): string => {
  made += 1;
  return `ao_${String(made).padStart(43, "0")}`;
};

/** A key store with that row for one key. */
async function storeOf(key: string, row: () => Promise<object | null>) {
  const hash = await hashApiKey(CONFIG.AO_KEY_PEPPER, key);
  const asked: unknown[] = [];
  const DB = standIn<D1Database>({
    prepare: () => {
      let bound: readonly unknown[] = [];
      const statement: D1PreparedStatement = standIn<D1PreparedStatement>({
        bind: (...values) => {
          bound = values;
          return statement;
        },
        first: async () => {
          asked.push(...bound);
          return JSON.parse(JSON.stringify(bound[0] === hash ? await row() : null));
        },
      });
      return statement;
    },
  });
  return { asked, env: standIn<Env>({ DB }) };
}

const bearer = (key: string): Headers => new Headers({ authorization: `Bearer ${key}` });

async function enter(row: object | null, { key = newKey(), now = NOON, needed = "inference" as const } = {}) {
  const { env } = await storeOf(key, () => Promise.resolve(row));
  return await authenticate(bearer(key), scope({ env, config: CONFIG, started_at: now }), needed);
}
const refusalOf = async (row: object | null, options?: { now: number }): Promise<string> => {
  const entered = await enter(row, options);
  return "refused" in entered ? `${errorStatus(entered.refused)} ${entered.refused.code}` : "entered";
};

describe("who calls", () => {
  it("is the key's owner", async () => {
    expect(await enter({ ...ROW, models: '["acme/*"]' })).toEqual({
      key: {
        team_id: "team_1",
        cost_center: null,
        shards: 1,
        store_texts: true,
        key_id: "key_1",
        name: "Demo app",
        org_id: "org_1",
        wallet_id: "wal_1",
        scopes: ["inference"],
        models: ["acme/*"],
        expires_at: null,
        revoked_at: null,
        limits: { version: 1, requests_per_minute: null, tokens_per_minute: 7_000, concurrent_requests: null },
      },
    });
  });

  it.each<[string, object | null, string]>([
    ["an unknown key", null, "401 invalid_api_key"],
    ["a revoked key", { ...ROW, revoked_at: 1 }, "401 invalid_api_key"],
    ["an expired key", { ...ROW, expires_at: NOON }, "401 invalid_api_key"],
    ["a key that expires in a moment", { ...ROW, expires_at: NOON + 1 }, "entered"],
    ["a key of another use", { ...ROW, scopes: '["admin"]' }, "403 forbidden"],
    ["a key of no use", { ...ROW, scopes: "[]" }, "403 forbidden"],
    // A row that cannot be read says nothing about the key.
    ["a broken row", { ...ROW, scopes: "not json" }, "503 store_unavailable"],
  ])("is not told for %s", async (_name, row, expected) => {
    expect(await refusalOf(row)).toBe(expected);
  });

  it("is unknown while the store does not answer: 503, since the key may be good", async () => {
    const key = newKey();
    const { env } = await storeOf(key, () => Promise.reject(new Error("D1 is down")));
    expect(await authenticate(bearer(key), scope({ env, config: CONFIG }), "inference")).toMatchObject({
      refused: { code: "store_unavailable", retry_after_ms: 1_000 },
    });
  });

  it.each(["", "ao_", "ao_short", "sk-proj-abc", `ao_${"0".repeat(300)}`, `ao_${"0".repeat(42)}'`, "null"])(
    "is refused without a look at the store for %j, which is no key",
    async (key) => {
      const { env, asked } = await storeOf(newKey(), () => Promise.resolve(ROW));
      const entered = await authenticate(
        new Headers({ "x-api-key": key }),
        scope({ env, config: CONFIG }),
        "inference",
      );
      expect(entered).toMatchObject({ refused: { code: "invalid_api_key" } });
      expect(asked).toEqual([]);
    },
  );

  it("is asked for when no key is sent", async () => {
    const entered = await authenticate(new Headers(), scope({ config: CONFIG }), "inference");
    expect(entered).toMatchObject({ refused: { message: expect.stringContaining("No API key was sent") } });
  });

  it("is looked up by a hash: the key itself never reaches the store", async () => {
    const key = newKey();
    const { env, asked } = await storeOf(key, () => Promise.resolve(ROW));
    await authenticate(bearer(key), scope({ env, config: CONFIG }), "inference");
    expect(asked).toHaveLength(1);
    expect(JSON.stringify(asked)).not.toContain(key.slice(3));
  });
});

describe("a key that was seen", () => {
  it("is known without the store, by its whole hash and for no other key", async () => {
    const key = newKey();
    const { env, asked } = await storeOf(key, () => Promise.resolve(ROW));
    const enterWith = (presented: string, now: number) =>
      authenticate(bearer(presented), scope({ env, config: CONFIG, started_at: now }), "inference");
    await enterWith(key, NOON);
    await enterWith(key, NOON + 4_000);
    expect(asked).toHaveLength(1);
    expect(await enterWith(newKey(), NOON)).toMatchObject({ refused: { code: "invalid_api_key" } });
  });

  it("expires on time also from memory", async () => {
    const key = newKey();
    const { env } = await storeOf(key, () => Promise.resolve({ ...ROW, expires_at: NOON + 5_000 }));
    const at = (now: number) => authenticate(bearer(key), scope({ env, config: CONFIG, started_at: now }), "inference");
    expect(await at(NOON)).toHaveProperty("key");
    expect(await at(NOON + 5_000)).toMatchObject({ refused: { code: "invalid_api_key" } });
  });

  it("stays known while the store is down", async () => {
    const key = newKey();
    let up = true;
    const { env } = await storeOf(key, () => (up ? Promise.resolve(ROW) : Promise.reject(new Error("D1 is down"))));
    const at = (now: number) => authenticate(bearer(key), scope({ env, config: CONFIG, started_at: now }), "inference");
    await at(NOON);
    up = false;
    expect(await at(NOON + 300_000)).toHaveProperty("key");
    expect(await at(NOON + 600_001)).toMatchObject({ refused: { code: "store_unavailable" } });
  });

  it("that has expired is looked up again before it is refused", async () => {
    const key = newKey();
    let row: object = { ...ROW, expires_at: NOON + 100 };
    const { env, asked } = await storeOf(key, () => Promise.resolve(row));
    const at = (now: number) => authenticate(bearer(key), scope({ env, config: CONFIG, started_at: now }), "inference");
    await at(NOON);
    for (const now of [NOON + 200, NOON + 900]) {
      expect(await at(now)).toMatchObject({ refused: { code: "invalid_api_key" }, whose: { key_id: "key_1" } });
    }
    expect(asked).toHaveLength(3);
    row = { ...ROW, expires_at: null };
    expect(await at(NOON + 1_000)).toHaveProperty("key");
    expect(asked).toHaveLength(4);
  });

  it("and lacks the scope is looked up again, since it may have been given it", async () => {
    const key = newKey();
    let row: object = { ...ROW, scopes: "[]" };
    const { env } = await storeOf(key, () => Promise.resolve(row));
    const at = (now: number) => authenticate(bearer(key), scope({ env, config: CONFIG, started_at: now }), "inference");
    expect(await at(NOON)).toMatchObject({ refused: { code: "forbidden" } });
    row = ROW;
    expect(await at(NOON + 1_000)).toHaveProperty("key");
  });

  it("is refused by what is remembered when the store does not answer: 401, not 503", async () => {
    const key = newKey();
    let up = true;
    const { env } = await storeOf(key, () =>
      up ? Promise.resolve({ ...ROW, expires_at: NOON + 1 }) : Promise.reject(new Error("D1 is down")),
    );
    const at = (now: number) => authenticate(bearer(key), scope({ env, config: CONFIG, started_at: now }), "inference");
    await at(NOON);
    up = false;
    expect(await at(NOON + 2_000)).toMatchObject({ refused: { code: "invalid_api_key" } });
  });

  it("and was revoked stays refused without another look", async () => {
    const key = newKey();
    const { env, asked } = await storeOf(key, () => Promise.resolve({ ...ROW, revoked_at: 1 }));
    const at = (now: number) => authenticate(bearer(key), scope({ env, config: CONFIG, started_at: now }), "inference");
    await at(NOON);
    expect(await at(NOON + 4_000)).toMatchObject({ refused: { code: "invalid_api_key" }, whose: { key_id: "key_1" } });
    expect(asked).toHaveLength(1);
  });

  it("that did not exist is looked for again: it may have been created", async () => {
    const key = newKey();
    let row: object | null = null;
    const { env } = await storeOf(key, () => Promise.resolve(row));
    const now = () => authenticate(bearer(key), scope({ env, config: CONFIG }), "inference");
    expect(await now()).toHaveProperty("refused");
    row = ROW;
    expect(await now()).toHaveProperty("key");
  });
});
