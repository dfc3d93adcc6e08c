import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { shardId } from "../../../schema/wire/shards.ts";
import { readStoredWallet } from "../../../scripts/harness/stored-wallets.ts";
import { byKey, expectStatus, type Founder, make, messageOf, rowsOf, signUp } from "../support/console.ts";
import { eventually } from "../support/money.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";

const SHARDS = 4;

let platform: TestPlatform;
let founder: Founder;
/** A wallet with shards, and one below it. */
let hot: string;
let key: string;

beforeAll(async () => {
  platform = await startPlatform({ args: ["--no-demo"] });
  founder = await signUp(platform);
  await make(founder, "/v1/providers", { id: "sandbox", kind: "sandbox" });
  hot = (await make(founder, "/v1/wallets", { name: "Hot", limit_usd: "5", period: "none", shards: SHARDS })).id;
  key = z.string().parse((await make(founder, "/v1/keys", { name: "Hot", wallet_id: hot })).key);
  const below = await make(founder, "/v1/wallets", { name: "Below", limit_usd: null, parent_id: hot });
  const key_below = await make(founder, "/v1/keys", { name: "Below", wallet_id: below.id });
  await make(founder, `/v1/wallets/${hot}/top-ups`, { amount_usd: "2", reason: "More" });
  for (const by of [...Array.from({ length: 24 }, () => key), z.string().parse(key_below.key)]) await chat(by);
  // With an idempotency key, which is known in one place, a request is the wallet's own.
  await chat(key, { "idempotency-key": "once" });
  // What was spent below has been told when the wallet knows all of it.
  await eventually(spentBelow, ({ size }) => size === SHARDS + 1, 30_000);
}, 240_000);
afterAll(() => platform.dispose());

async function chat(by: string, headers: Readonly<Record<string, string>> = {}): Promise<void> {
  const body = { model: "sandbox/echo", messages: [{ role: "user", content: "Hello!" }], max_tokens: 50 };
  expectStatus(await byKey(platform, by).call("POST", "/v1/chat/completions", body, headers), 200);
}

const path = (query: string): string => `/v1/wallets/${hot}/ledger?${query}`;
const ask = async (query: string) => rowsOf(expectStatus(await founder.call("GET", path(query)), 200));

/** All rows, a few at a time. */
async function all(query: string): Promise<readonly Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for (let cursor = ""; ; ) {
    const page = expectStatus(await founder.call("GET", path(`${query}&limit=7${cursor}`)), 200);
    rows.push(...rowsOf(page));
    const next = z.string().nullable().parse(page.body.next_cursor);
    if (next === null) return rows;
    cursor = `&cursor=${encodeURIComponent(next)}`;
  }
}

/** Whose spending the wallet's own book has. */
async function spentBelow(): Promise<ReadonlySet<string>> {
  const rows = await ask("kind=child&limit=100");
  return new Set(rows.map(({ ref }) => z.string().parse(ref).split(":")[0] ?? ""));
}

const ids = (rows: readonly Record<string, unknown>[]): readonly unknown[] => rows.map(({ id }) => id);

describe("the ledger of a wallet with shards", () => {
  it("has every row that is on the disk, of each book, once and newest first", async () => {
    const rows = await all("");
    const times = rows.map(({ at }) => String(at));
    expect(times).toEqual([...times].sort().reverse());
    const shown = new Map<number, string[]>();
    for (const { shard = 0, kind, ref } of rows) {
      const book = z.int().parse(shard);
      shown.set(book, [`${kind} ${ref}`, ...(shown.get(book) ?? [])]);
    }
    expect([...shown.keys()].sort()).toEqual([0, 1, 2, 3, 4]);
    expect(new Set(ids(rows)).size).toBe(rows.length);
    await platform.stop();
    try {
      for (const [shard, found] of shown) {
        const { ledger } = readStoredWallet(platform.dataDir, shard === 0 ? hot : shardId(hot, shard));
        expect(found).toEqual(ledger.map(({ kind, ref }) => `${kind} ${ref}`));
      }
    } finally {
      await platform.restart();
    }
  });

  it("finds a request in whichever shard it went to, and a book by its number", async () => {
    const charges = await all("kind=charge");
    expect(charges).toHaveLength(25);
    const own = charges.filter(({ shard }) => shard === undefined);
    expect(own).toHaveLength(1);
    const [some] = charges.filter(({ shard }) => shard !== undefined);
    expect(await ask(`ref=${some?.ref}`)).toEqual([some]);
    expect(await ask(`ref=${some?.ref}&kind=release`)).toEqual([]);
    expect(ids(await all("shard=0&kind=charge"))).toEqual(ids(own));
    expect(new Set((await all(`shard=${some?.shard}`)).map(({ shard }) => shard))).toEqual(new Set([some?.shard]));
    const balance = (await all("shard=0")).reduce((sum, { amount_usd }) => sum + Number(amount_usd), 0);
    const { body } = await founder.call("GET", `/v1/wallets/${hot}`);
    expect(balance.toFixed(9)).toBe(body.balance_usd);
  });

  it("is filtered by kinds, cause and time together", async () => {
    const rows = await all("");
    const money = await all("kind=top_up,limit");
    expect(money.map(({ kind }) => kind)).toEqual(["top_up", "limit"]);
    expect(await ask(`ref=${money[0]?.ref}`)).toEqual([money[0]]);
    const middle = String(rows[Math.floor(rows.length / 2)]?.at);
    expect(await all(`from=${middle}`)).toEqual(rows.filter(({ at }) => String(at) >= middle));
    expect(await all(`to=${middle}&kind=charge,child`)).toEqual(
      rows.filter(({ at, kind }) => String(at) < middle && (kind === "charge" || kind === "child")),
    );
    expect(await ask("ref=nothing")).toEqual([]);
  });

  it("goes on behind the same row when more is posted", async () => {
    const first = await founder.call("GET", path("limit=5&kind=charge"));
    const before = await all("kind=charge");
    await chat(key);
    const next = await ask(`limit=100&kind=charge&cursor=${first.body.next_cursor}`);
    expect(ids(next)).toEqual(ids(before).slice(5));
  });

  it("is a CSV of the whole of it with the same filters, by parameter or header", async () => {
    for (const query of ["", "kind=charge", "kind=top_up,limit", "shard=2"]) {
      const rows = await all(query);
      const csv = expectStatus(await founder.call("GET", path(`${query}&format=csv`)), 200);
      expect(csv.headers.get("content-type")).toContain("text/csv");
      expect(csv.headers.get("content-disposition")).toMatch(/filename="ledger-wal_.*\.csv"/);
      const [head, ...lines] = csv.text.trimEnd().split("\r\n");
      expect(head).toBe("at,kind,amount_usd,balance_usd,ref,attempt,shard,id");
      expect(lines).toEqual(
        rows.map(({ at, kind, amount_usd, balance_usd, ref, attempt = "", shard = "", id }) =>
          [at, kind, amount_usd, balance_usd, ref, attempt, shard, id].join(","),
        ),
      );
      const accepted = await founder.call("GET", path(query), undefined, { accept: "text/csv" });
      expect(accepted.text).toBe(csv.text);
    }
  });

  it.each([
    ["kind=charge,coffee", "kind", 'there is no kind "coffee"'],
    ["kind=", "kind", 'there is no kind ""'],
    ["from=yesterday", "from", "must be a time"],
    ["from=2026-02-01T00:00:00Z&to=2026-02-01T00:00:00Z", "to", "must be after the beginning"],
    ["ref=", "ref", ""],
    ["shard=x", "shard", "must be the number of a shard"],
    ["shard=9", "shard", "the shards 1 to 4"],
    ["cursor=17", "cursor", "not one of this list"],
    ["limit=0", "limit", "at least 1"],
    ["kinds=charge", "kinds", "There is: kind, ref, from, to, shard"],
    ["format=xml", "format", "must be one of json, csv"],
  ])("refuses %s and says what to do", async (query, param, message) => {
    const refused = await founder.call("GET", path(query));
    expect([refused.status, refused.body.error]).toMatchObject([400, { param }]);
    expect(messageOf(refused)).toContain(message);
  });

  it("is nobody else's, as CSV neither", async () => {
    const stranger = await signUp(platform);
    for (const query of ["", "format=csv"]) {
      const answer = await stranger.call("GET", path(query));
      expect([answer.status, answer.text.includes("charge")]).toEqual([404, false]);
    }
    const plain = await founder.call("GET", `/v1/wallets/${founder.wallet_id}/ledger?shard=1`);
    expect([plain.status, messageOf(plain)]).toEqual([400, "This wallet has no shards."]);
  });
});
