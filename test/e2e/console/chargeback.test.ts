import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { isOfRequest, isSpending, LEDGER_KINDS } from "../../../schema/wire/wallet-rpc.ts";
import { readStoredWallet, type StoredWallet } from "../../../scripts/harness/stored-wallets.ts";
import { requestDetail } from "../../../workers/dashboard/requests/detail.ts";
import {
  byKey,
  codeOf,
  expectStatus,
  type Founder,
  invite,
  make,
  messageOf,
  rowsOf,
  signUp,
} from "../support/console.ts";
import { eventually, usd } from "../support/money.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";

/**
 * A tree of wallets spends in every way that there is; what is exported is compared with the wallets' own books, read
 * from their storage.
 */

let platform: TestPlatform;
let founder: Founder;
let stranger: Founder;
let began: string;
let ends: string;

/** A hold outlives nothing that takes longer than a second, and nobody renews it. */
const VARS = { AO_HOLD_TTL_MS: "1000", AO_HEARTBEAT_MS: "3600000", AO_METRICS_TOKEN: "metrics-token-0123456789" };

interface Spender {
  readonly id: string;
  readonly key: string;
  readonly key_id: string;
}
let top: Spender;
let middle: Spender;
let search: Spender;
let formula: Spender;
let spenders: readonly Spender[];
/** What `search` had spent when it was booked elsewhere. */
let before_move: number;
let red: string;
let blue: string;

beforeAll(async () => {
  began = new Date(Date.now() - 1_000).toISOString();
  ends = new Date(Date.now() + 24 * 60 * 60 * 1000).toISOString();
  platform = await startPlatform({ args: ["--no-demo"], vars: VARS });
  [founder, stranger] = [await signUp(platform), await signUp(platform)];
  for (const who of [founder, stranger]) await make(who, "/v1/providers", { id: "sandbox", kind: "sandbox" });
  red = (await make(founder, "/v1/teams", { name: "Red" })).id;
  blue = (await make(founder, "/v1/teams", { name: "Blue" })).id;
  top = await spender({ name: "Company", limit_usd: "50" });
  middle = await spender({ name: "Department", parent_id: top.id, limit_usd: null, cost_center: "CC-100" });
  search = await spender({ name: "Search", parent_id: middle.id, limit_usd: "20", cost_center: "CC-1", team_id: red });
  formula = await spender({ name: "=1+1", parent_id: top.id, limit_usd: "20", cost_center: "=CC", team_id: blue });
  spenders = [top, middle, search, formula];
  await spend(0);
  before_move = await spentBy(search);
  expectStatus(await founder.call("PATCH", `/v1/wallets/${search.id}`, { cost_center: "CC-2", team_id: blue }), 200);
  await spend(1);
}, 240_000);
afterAll(() => platform.dispose());

async function spender(wallet: object): Promise<Spender> {
  const { id } = await make(founder, "/v1/wallets", { period: "month", ...wallet });
  const key = await make(founder, "/v1/keys", { name: `Key of ${id.slice(-4)}`, wallet_id: id });
  return { id, key: z.string().parse(key.key), key_id: key.id };
}

/** Requests of all kinds: whole, streamed, free, refused by the provider, longer than their hold, dearer than it. */
const KINDS: readonly object[] = [
  { model: "sandbox/echo", max_tokens: 50 },
  { model: "sandbox/lorem", max_tokens: 300, metadata: { chunks: "60" } },
  { model: "sandbox/lorem", max_tokens: 300, stream: true, metadata: { chunks: "45" } },
  { model: "sandbox/free", max_tokens: 50 },
  { model: "sandbox/error-500", max_tokens: 50 },
  { model: "sandbox/think", max_tokens: 400, stream: true },
  { model: "sandbox/slow", max_tokens: 40, metadata: { first_byte_ms: "2500" } },
  { model: "sandbox/lorem", max_tokens: 5, metadata: { chunks: "900", ignore_max_tokens: "1" } },
];
const REQUESTS = 160;

/** Every spender's share of requests, a dozen at a time, until the books are still. */
async function spend(round: number): Promise<void> {
  const todo = Array.from({ length: REQUESTS }, (_, index) => index).values();
  const lane = async () => {
    for (const index of todo) {
      const by = spenders[(index + round) % spenders.length];
      const kind = KINDS[Math.floor(index / spenders.length) % KINDS.length];
      if (by === undefined || kind === undefined) throw new Error("nobody spends nothing");
      const body = { messages: [{ role: "user", content: `Request ${round} ${index}` }], ...kind };
      // A second try would take longer than the hold that is not renewed here.
      await byKey(platform, by.key).call("POST", "/v1/chat/completions", body, { "x-ao-retries": "0" });
    }
  };
  await Promise.all(Array.from({ length: 12 }, lane));
  // Still: nothing is held, the top has been told everything, and each event has arrived.
  await eventually(
    async () => {
      const rows = await lines("group_by=wallet");
      const of = ({ id }: Spender) => total(rows.filter(({ wallet_id }) => wallet_id === id));
      return {
        held: (await heldBy()).reduce((sum, held) => sum + held, 0),
        requests: rows.reduce((sum, row) => sum + Number(row.requests), 0),
        missing: [
          (await spentBy(top)) - total(rows),
          (await spentBy(middle)) - of(middle) - of(search),
          (await spentBy(search)) - of(search),
          (await spentBy(formula)) - of(formula),
        ],
      };
    },
    ({ held, requests, missing }) =>
      held === 0 && requests === (round + 1) * REQUESTS && missing.every((amount) => amount === 0),
    60_000,
  );
}

const stateOf = async ({ id }: Spender) =>
  z
    .object({ spent_usd: z.string(), held_usd: z.string() })
    .parse(expectStatus(await founder.call("GET", `/v1/wallets/${id}`), 200).body);
const spentBy = async (who: Spender): Promise<number> => usd((await stateOf(who)).spent_usd);
const heldBy = () => Promise.all(spenders.map(async (who) => usd((await stateOf(who)).held_usd)));

const path = (query: string) => `/v1/chargeback?from=${began}&to=${ends}&${query}`;
const exported = async (query: string, by: Pick<Founder, "call"> = founder) =>
  expectStatus(await by.call("GET", path(query)), 200);
const lines = async (query: string) => rowsOf(await exported(query));
const cost = (row: Record<string, unknown> | undefined): number => usd(z.string().parse(row?.cost_usd));
const total = (rows: readonly Record<string, unknown>[]): number => rows.reduce((sum, row) => sum + cost(row), 0);

const ofRequest: ReadonlySet<string> = new Set(LEDGER_KINDS.filter(isOfRequest));
const spending: ReadonlySet<string> = new Set(LEDGER_KINDS.filter(isSpending));
type Ledger = StoredWallet["ledger"];
const taken = (rows: Ledger): number => rows.reduce((sum, { amount }) => sum - amount, 0);

/** The ledgers on the disk, by wallet. */
async function storedLedgers(): Promise<ReadonlyMap<string, Ledger>> {
  await platform.stop();
  try {
    return new Map(spenders.map(({ id }) => [id, readStoredWallet(platform.dataDir, id).ledger]));
  } finally {
    await platform.restart();
  }
}

describe("the export", () => {
  it("is the wallets' ledgers to the nano-dollar, each wallet's and the tree's", async () => {
    const rows = await lines("group_by=wallet");
    const costs = new Map(rows.map((row) => [row.wallet_id, cost(row)]));
    const { total_usd } = (await exported("group_by=wallet")).body;
    const books = await storedLedgers();
    const kinds = new Set<string>();
    let sum = 0;
    for (const { id } of spenders) {
      const own = books.get(id)?.filter(({ kind }) => ofRequest.has(kind)) ?? [];
      for (const { kind } of own) kinds.add(kind);
      expect({ id, cost: costs.get(id) }).toEqual({ id, cost: taken(own) });
      sum += taken(own);
    }
    // The test would say little if nothing of this had happened.
    expect([...kinds].sort()).toEqual(["charge", "correction", "expire", "overage", "release"]);
    const whole = books.get(top.id)?.filter(({ kind }) => spending.has(kind)) ?? [];
    expect(whole.some(({ kind }) => kind === "child")).toBe(true);
    expect(taken(whole)).toBe(sum);
    expect(usd(z.string().parse(total_usd))).toBe(sum);
    expect(rows.reduce((requests, row) => requests + Number(row.requests), 0)).toBe(2 * REQUESTS);
  });

  it("says the same in sum however it is grouped", async () => {
    const expected = total(await lines("group_by=wallet"));
    for (const group_by of [
      "team",
      "cost_center",
      "wallet,key",
      "provider,model",
      "feature",
      "day",
      "month",
      "day,key",
    ]) {
      const answer = await exported(`group_by=${group_by}&time_zone=Asia/Kolkata`);
      expect({ group_by, total: total(rowsOf(answer)) }).toEqual({ group_by, total: expected });
      expect(answer.body.total_usd).toBe((await exported("group_by=wallet")).body.total_usd);
    }
  });

  it("leaves where it was what was spent before a wallet got another cost centre and team", async () => {
    const rows = await lines(`group_by=cost_center,team&wallet_id=${search.id}`);
    expect(rows.map(({ cost_center, team_name }) => [cost_center, team_name])).toEqual([
      ["CC-1", "Red"],
      ["CC-2", "Blue"],
    ]);
    expect(cost(rows[0])).toBe(before_move);
    expect(total(rows)).toBe(await spentBy(search));
    expect(total(await lines("group_by=wallet&cost_center=CC-1"))).toBe(before_move);
    expect(total(await lines(`group_by=wallet&team_id=${red}`))).toBe(before_move);
    expect((await lines("group_by=wallet&team_id=")).map(({ wallet_id }) => wallet_id).sort()).toEqual(
      [top.id, middle.id].sort(),
    );
  });

  it("as CSV has the same lines, and no cell that a spreadsheet runs", async () => {
    const answer = await exported("group_by=wallet,cost_center&format=csv");
    expect(answer.headers.get("content-type")).toMatch(/^text\/csv/);
    expect(answer.headers.get("content-disposition")).toMatch(/^attachment; filename="chargeback-[\d-]+\.csv"$/);
    const [head, ...rest] = answer.text.trimEnd().split("\r\n");
    expect(head).toBe("wallet_id,wallet_name,cost_center,requests,input_tokens,output_tokens,cost_usd");
    expect(rest).toHaveLength(5);
    const row = rest.find((line) => line.startsWith(formula.id)) ?? "";
    expect(row).toContain(`${formula.id},'=1+1,'=CC,`);
    const sum = rest.reduce((nano, line) => nano + usd(line.split(",").at(-1) ?? ""), 0);
    expect(sum).toBe(total(await lines("group_by=wallet")));
  });

  it("of nothing is a line of heads, or no data and a total of 0", async () => {
    const nothing = "/v1/chargeback?from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z&group_by=day";
    expect((await founder.call("GET", nothing)).body).toMatchObject({
      from: "2020-01-01T00:00:00.000Z",
      to: "2020-01-02T00:00:00.000Z",
      data: [],
      total_usd: "0.000000000",
    });
    expect((await founder.call("GET", `${nothing}&format=csv`)).text).toBe(
      "day,requests,input_tokens,output_tokens,cost_usd\r\n",
    );
  });

  it("is about the current month unless it is told, and refuses what it cannot do in words", async () => {
    const month = (await founder.call("GET", "/v1/chargeback")).body;
    expect(month).toMatchObject({ group_by: ["team", "cost_center", "wallet"], time_zone: "UTC" });
    expect(month.from).toMatch(/-01T00:00:00.000Z$/);
    for (const [query, param] of [
      ["group_by=team,planet", "group_by"],
      ["group_by=", "group_by"],
      ["time_zone=Mars/Olympus", "time_zone"],
      ["format=xml", "format"],
      ["from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z", "from"],
      ["from=2000-01-01T00:00:00Z&to=2026-01-01T00:00:00Z", "from"],
      ["from=yesterday", "from"],
    ]) {
      const answer = await founder.call("GET", `/v1/chargeback?${query}`);
      expect([query, answer.status, answer.text]).toEqual([query, 400, expect.stringContaining(`"param":"${param}"`)]);
    }
    expect(messageOf(await founder.call("GET", "/v1/chargeback?group_by=planet"))).toContain(
      "There is: team, cost_center, wallet, key, provider, model, feature, day, month",
    );
  });

  it("is the org's own, and for those who may", async () => {
    expect((await exported("group_by=wallet", stranger)).body).toMatchObject({ data: [], total_usd: "0.000000000" });
    expect((await exported(`group_by=wallet&wallet_id=${search.id}`, stranger)).body).toMatchObject({ data: [] });
    const member = await invite(platform, founder, { role: "member" });
    const viewer = await invite(platform, founder, { role: "viewer" });
    const refused = await member.call("GET", path(""));
    expect([refused.status, codeOf(refused)]).toEqual([403, "forbidden"]);
    expect((await exported("", viewer)).status).toBe(200);
  });
});

describe("the metrics of the deployment", () => {
  /** The sum of a metric over its series, in whole billionths. */
  const sumOf = (text: string, name: string): number =>
    text
      .split("\n")
      .filter((line) => line.startsWith(`ai_orchestrator_${name}{`))
      .reduce((sum, line) => sum + usd(Number(line.split(" ").at(-1)).toFixed(9)), 0);

  it("count what the ledgers do: every request, and every dollar but those that were given back", async () => {
    const answer = await fetch(`${platform.url}/metrics`, {
      headers: { authorization: `Bearer ${VARS.AO_METRICS_TOKEN}` },
    });
    expect(answer.status).toBe(200);
    const text = await answer.text();
    expect(sumOf(text, "requests_total")).toBe(2 * REQUESTS * 1_000_000_000);
    const charged = sumOf(text, "cost_usd_total") - sumOf(text, "credited_usd_total");
    expect(charged).toBe(total(await lines("group_by=wallet")));
    expect(text).toContain('ai_orchestrator_providers{kind="sandbox"');
    expect((await fetch(`${platform.url}/metrics`)).status).toBe(401);
  });
});

describe("the list of requests", () => {
  it("has each request once, over any pages, with all that it cost", async () => {
    const seen: Record<string, unknown>[] = [];
    let cursor: string | null = null;
    do {
      const more: string = cursor === null ? "" : `&cursor=${cursor}`;
      const page = expectStatus(await founder.call("GET", `/v1/requests?wallet_id=${search.id}&limit=7${more}`), 200);
      seen.push(...rowsOf(page));
      cursor = z.string().nullable().parse(page.body.next_cursor);
    } while (cursor !== null);
    expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
    expect(seen).toHaveLength((2 * REQUESTS) / spenders.length);
    expect(total(seen)).toBe(await spentBy(search));
    const times = seen.map(({ at }) => String(at));
    expect(times).toEqual([...times].sort().reverse());
    expect(seen[0]).toMatchObject({
      wallet_id: search.id,
      key_id: search.key_id,
      cost_center: "CC-2",
      team_id: blue,
      provider: "sandbox",
    });
  });

  it("shows of a request that was corrected the usage that its cost rests on", async () => {
    const rows = rowsOf(await founder.call("GET", "/v1/requests?model=sandbox/slow&limit=100"));
    const expired = rows.filter(({ outcome }) => outcome === "expired");
    expect(expired.length).toBeGreaterThan(0);
    for (const row of expired) {
      const { input = 0, output = 0 } = z.record(z.string(), z.number()).parse(row.usage);
      expect(cost(row)).toBe(input * 1_000 + output * 2_000);
    }
  });

  it("filters", async () => {
    const some = async (query: string) => rowsOf(await founder.call("GET", `/v1/requests?limit=100&${query}`));
    const of_model = await some(`model=sandbox/error-500&key_id=${formula.key_id}`);
    const status = z.int().parse(of_model[0]?.status);
    expect(status).toBeGreaterThanOrEqual(500);
    const failed = await some(`status=${status}&model=sandbox/error-500&key_id=${formula.key_id}`);
    expect(failed).toEqual(of_model.filter((row) => row.status === status));
    expect(await some(`status=5xx&model=sandbox/error-500&key_id=${formula.key_id}`)).toEqual(of_model);
    const [one] = failed;
    expect(await some(`request_id=${one?.id}`)).toEqual([one]);
    expect(await some(`from=${ends}`)).toEqual([]);
    expect(await some("provider=nobody")).toEqual([]);
    for (const wrong of ["status=ok", "tag=:x", "country=Germany", "min_cost_usd=cheap", "wallet_id="]) {
      const answer = await founder.call("GET", `/v1/requests?${wrong}`);
      expect([wrong, answer.status, codeOf(answer)]).toEqual([wrong, 400, "invalid_request"]);
    }
  });

  it("explains every one: postings and components are together what was charged", async () => {
    const rows = rowsOf(await founder.call("GET", `/v1/requests?limit=100&wallet_id=${formula.id}`));
    const kinds = new Set<string>();
    for (const row of rows) {
      const { postings, price, ...detail } = requestDetail.parse(
        expectStatus(await founder.call("GET", `/v1/requests/${row.id}`), 200).body,
      );
      expect(detail).toMatchObject(row);
      for (const { kind } of postings) kinds.add(kind);
      expect(postings.reduce((sum, { cost_usd }) => sum + usd(cost_usd), 0)).toBe(cost(row));
      const exact = [...price.lines.map(({ amount_usd }) => amount_usd), price.rounding_usd];
      const sum = exact.reduce((total, text) => total + BigInt(text.replace(".", "")), 0n);
      expect({ id: row.id, sum, explanation: price.explanation }).toEqual({
        id: row.id,
        sum: BigInt(cost(row)) * 1_000_000n,
        explanation: null,
      });
    }
    expect([...kinds].sort()).toEqual(["charge", "correction", "expire", "overage"]);
  });

  it("is a file of all of them as CSV, and nothing in it is a formula", async () => {
    const answer = await founder.call("GET", `/v1/requests?format=csv&wallet_id=${formula.id}`);
    expect(answer.headers.get("content-type")).toMatch(/^text\/csv/);
    expect(answer.headers.get("content-disposition")).toMatch(/^attachment; filename="requests-[\d-]+\.csv"$/);
    const [head = "", ...rest] = answer.text.trimEnd().split("\r\n");
    expect(rest).toHaveLength((2 * REQUESTS) / spenders.length);
    const column = head.split(",").indexOf("cost_usd");
    expect(rest.reduce((sum, line) => sum + usd(line.split(",")[column] ?? ""), 0)).toBe(await spentBy(formula));
    expect(answer.text).toContain(",'=CC,");
    expect(answer.text).not.toContain(",=CC,");
  });

  it("is the org's own", async () => {
    expect(rowsOf(await stranger.call("GET", `/v1/requests?wallet_id=${search.id}`))).toEqual([]);
    expect(rowsOf(await stranger.call("GET", "/v1/requests"))).toEqual([]);
  });
});
