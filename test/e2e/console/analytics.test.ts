import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { isOfRequest, LEDGER_KINDS } from "../../../schema/wire/wallet-rpc.ts";
import { readStoredWallet } from "../../../scripts/harness/stored-wallets.ts";
import {
  type Answer,
  type Caller,
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
 * Wallets of two teams spend by requests of all kinds, failing and cancelled ones among them. What analytics say is
 * compared with the wallets' ledgers, read from their storage, and with the list of requests.
 */

let platform: TestPlatform;
let founder: Founder;
let stranger: Founder;
let wallets: readonly { readonly id: string; readonly key: string; readonly team: string | null }[];
let red: string;
let blue: string;
let requests: readonly Logged[];

/** A hold outlives nothing that takes longer than a second, and nobody renews it. */
const VARS = { AO_HOLD_TTL_MS: "1000", AO_HEARTBEAT_MS: "3600000" };

beforeAll(async () => {
  platform = await startPlatform({ args: ["--no-demo"], vars: VARS });
  [founder, stranger] = [await signUp(platform), await signUp(platform)];
  await make(founder, "/v1/providers", { id: "sandbox", kind: "sandbox" });
  red = (await make(founder, "/v1/teams", { name: "Red" })).id;
  blue = (await make(founder, "/v1/teams", { name: "Blue" })).id;
  const made = [];
  for (const team of [red, blue, null]) {
    const { id } = await make(founder, "/v1/wallets", { name: "=Wallet", limit_usd: "20", team_id: team });
    const key = await make(founder, "/v1/keys", { name: "app", wallet_id: id });
    made.push({ id, key: z.string().parse(key.key), team });
  }
  wallets = made;
  await spend();
  requests = await logged();
}, 240_000);
afterAll(() => platform.dispose());

interface Kind {
  readonly model: string;
  readonly max_tokens: number;
  readonly stream?: true;
  readonly metadata?: Readonly<Record<string, string>>;
  /** Its caller leaves after the first bytes. */
  readonly leaves?: true;
}

/** Whole, streamed, cancelled by its caller, refused by the provider, longer than its hold, dearer than it. */
const KINDS: readonly Kind[] = [
  { model: "sandbox/echo", max_tokens: 50 },
  { model: "sandbox/lorem", max_tokens: 300, stream: true, metadata: { chunks: "45" } },
  {
    model: "sandbox/lorem",
    max_tokens: 2_000,
    stream: true,
    metadata: { chunks: "400", chunk_ms: "20" },
    leaves: true,
  },
  { model: "sandbox/error-500", max_tokens: 50 },
  { model: "sandbox/free", max_tokens: 50 },
  { model: "sandbox/slow", max_tokens: 40, metadata: { first_byte_ms: "2500" } },
  { model: "sandbox/lorem", max_tokens: 5, metadata: { chunks: "900", ignore_max_tokens: "1" } },
];
const REQUESTS = 84;

async function spend(): Promise<void> {
  const todo = Array.from({ length: REQUESTS }, (_, index) => index).values();
  const lane = async () => {
    for (const index of todo) await ask(index);
  };
  await Promise.all(Array.from({ length: 8 }, lane));
  // Still: every request has ended, nothing is held, and all that the ledgers say has arrived.
  await eventually(
    async () => {
      const states = await Promise.all(
        wallets.map(async ({ id }) => (await founder.call("GET", `/v1/wallets/${id}`)).body),
      );
      const sum = (field: string) => states.reduce((all, state) => all + usd(z.string().parse(state[field])), 0);
      const { total, total_usd } = (await cost({})).body;
      const { requests: count } = z.object({ requests: z.number() }).parse(total);
      return { held: sum("held_usd"), missing: sum("spent_usd") - usd(z.string().parse(total_usd)), count };
    },
    ({ held, missing, count }) => held === 0 && missing === 0 && count === REQUESTS,
    60_000,
  );
}

async function ask(index: number): Promise<void> {
  const wallet = wallets[index % wallets.length];
  const { leaves, ...kind } = KINDS[Math.floor(index / wallets.length) % KINDS.length] ?? {};
  if (wallet === undefined) throw new Error("nobody spends nothing");
  const leaving = new AbortController();
  const answer = await fetch(`${platform.url}/v1/chat/completions`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${wallet.key}`,
      "content-type": "application/json",
      // A second try would take longer than the hold that is not renewed here.
      "x-ao-retries": "0",
      "x-ao-feature": index % 2 === 0 ? "search" : "chat",
      "x-ao-subject": `user-${index % 4}`,
      "x-ao-tags": `env=${index % 3 === 0 ? "prod" : "dev"}`,
    },
    body: JSON.stringify({ messages: [{ role: "user", content: `Request ${index}` }], ...kind }),
    signal: leaving.signal,
  });
  if (leaves !== true) return void (await answer.text());
  const reader = answer.body?.getReader();
  await reader?.read();
  leaving.abort();
  await reader?.closed.catch(() => undefined);
}

const cost = (body: object, by: Caller = founder) => by.call("POST", "/v1/analytics/cost", body);
const costRows = async (body: object, by?: Caller) => rowsOf(expectStatus(await cost(body, by), 200));

const loggedSchema = z.looseObject({
  id: z.string(),
  outcome: z.string(),
  cost_usd: z.string(),
  model: z.string(),
  wallet_id: z.string(),
  latency_ms: z.number(),
  subject: z.string().nullable(),
});
type Logged = z.infer<typeof loggedSchema>;

/** The list of requests, page by page. */
async function logged(): Promise<readonly Logged[]> {
  const all: Logged[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const page: Answer = expectStatus(await founder.call("GET", `/v1/requests?limit=50${cursor}`), 200);
    all.push(...rowsOf(page).map((row) => loggedSchema.parse(row)));
    const next = z.string().nullable().parse(page.body.next_cursor);
    cursor = next === null ? null : `&cursor=${next}`;
  }
  return all;
}

const paid = (rows: readonly Record<string, unknown>[]): number =>
  rows.reduce((sum, row) => sum + usd(z.string().parse(row.cost_usd)), 0);

const ofRequest: ReadonlySet<string> = new Set(LEDGER_KINDS.filter(isOfRequest));

const durations = z.object({
  requests: z.number(),
  p50_ms: z.number().nullable(),
  p95_ms: z.number().nullable(),
  p99_ms: z.number().nullable(),
});

/** A row says of these requests what their durations say, within the error that it states. */
function expectRow(row: Readonly<Record<string, unknown>>, of: readonly Logged[], error: number, about = ""): void {
  const sorted = of
    .filter(({ outcome }) => ["completed", "cut"].includes(outcome))
    .map(({ latency_ms }) => latency_ms)
    .sort((a, b) => a - b);
  const shown = durations.parse(row.latency);
  expect([about, row.requests, shown.requests]).toEqual([about, of.length, sorted.length]);
  for (const [ms, quantile] of [
    [shown.p50_ms, 0.5],
    [shown.p95_ms, 0.95],
    [shown.p99_ms, 0.99],
  ] as const) {
    const exact = sorted[Math.ceil(quantile * sorted.length) - 1];
    if (exact === undefined) expect(ms).toBeNull();
    else expect(Math.abs((ms ?? Number.NaN) - exact), about).toBeLessThanOrEqual(exact * error + 0.005);
  }
}

/** The one row of an answer is about these requests; there is none of nothing. */
function expectPercentiles(answer: Answer, of: readonly Logged[], about = ""): void {
  const rows = rowsOf(expectStatus(answer, 200));
  expect([about, rows.length]).toEqual([about, of.length === 0 ? 0 : 1]);
  for (const row of rows) expectRow(row, of, z.number().parse(answer.body.relative_error), about);
}

describe("costs", () => {
  it("are the ledgers to the nano-dollar, and the rows of requests, in sum and wallet by wallet", async () => {
    const rows = await costRows({ group_by: ["wallet"] });
    const { total_usd } = (await cost({ granularity: "hour", group_by: ["model", "user", "tag:env"] })).body;
    await platform.stop();
    const ledgers = wallets.map(({ id }) => readStoredWallet(platform.dataDir, id).ledger);
    await platform.restart();
    const kinds = new Set<string>();
    let sum = 0;
    for (const [index, { id }] of wallets.entries()) {
      const own = ledgers[index]?.filter(({ kind }) => ofRequest.has(kind)) ?? [];
      for (const { kind } of own) kinds.add(kind);
      const taken = own.reduce((all, { amount }) => all - amount, 0);
      sum += taken;
      const analytics = rows.filter(({ wallet_id }) => wallet_id === id);
      const listed = requests.filter(({ wallet_id }) => wallet_id === id);
      expect({ id, analytics: paid(analytics), requests: paid(listed) }).toEqual({
        id,
        analytics: taken,
        requests: taken,
      });
    }
    // The test would say little if nothing of this had happened.
    expect([...kinds].sort()).toEqual(expect.arrayContaining(["charge", "correction", "expire", "overage", "release"]));
    expect(requests.map(({ outcome }) => outcome)).toEqual(
      expect.arrayContaining(["completed", "cancelled", "upstream_error", "expired"]),
    );
    expect([usd(z.string().parse(total_usd)), paid(requests)]).toEqual([sum, sum]);
  });

  it("say the same in sum however they are asked for, and count each request once", async () => {
    for (const group_by of [["team"], ["key", "feature"], ["user"], ["tag:env", "status"], ["outcome"], ["country"]]) {
      for (const granularity of ["total", "hour", "month"]) {
        const rows = await costRows({ group_by, granularity, time_zone: "Asia/Kolkata" });
        expect({ group_by, sum: paid(rows) }).toEqual({ group_by, sum: paid(requests) });
        expect(rows.reduce((count, row) => count + Number(row.requests), 0)).toBe(REQUESTS);
      }
    }
    const failed = requests.filter(({ outcome }) => ["upstream_error", "expired"].includes(outcome)).length;
    expect((await cost({})).body.total).toMatchObject({ requests: REQUESTS, errors: failed });
    const of_users = await costRows({ group_by: ["user"], filter: { "tag:env": "prod" }, top: 2 });
    expect(of_users).toHaveLength(3);
    expect(of_users.at(-1)).toMatchObject({ user: null, other: true });
  });

  it("of another period beside them, and as CSV, which no spreadsheet runs", async () => {
    const compared = (await cost({ group_by: ["model"], compare: "previous_period" })).body;
    expect(compared.previous).toMatchObject({ requests: 0, cost_usd: "0.000000000" });
    expect(compared.cost_change_usd).toBe(compared.total_usd);
    const accept = { accept: "text/csv" };
    const answer = expectStatus(
      await founder.call("POST", "/v1/analytics/cost", { group_by: ["wallet"] }, accept),
      200,
    );
    expect(answer.headers.get("content-type")).toMatch(/^text\/csv/);
    expect(answer.headers.get("content-disposition")).toMatch(/filename="cost-[\d-]+\.csv"$/);
    const [head, ...lines] = answer.text.trimEnd().split("\r\n");
    expect(head).toMatch(/^wallet_id,wallet_name,cost_usd,cost_nano_usd,requests,errors,/);
    expect(lines.every((line) => line.split(",")[1] === "'=Wallet")).toBe(true);
    expect(lines.reduce((sum, line) => sum + Number(line.split(",")[3]), 0)).toBe(paid(requests));
  });

  it("of a team are for who leads it; of all for viewers and those above; of another org for nobody", async () => {
    const lead = await invite(platform, founder, { role: "member", team_id: red, team_role: "lead" });
    const rows = await costRows({ group_by: ["team"] }, lead);
    expect(rows.map(({ team_id, team_name }) => [team_id, team_name])).toEqual([[red, "Red"]]);
    const of_red = requests.filter(({ wallet_id }) => wallet_id === wallets[0]?.id);
    expect(paid(rows)).toBe(paid(of_red));
    for (const filter of [{ team: blue }, { team: [red, blue] }, { team: null }]) {
      const refused = await cost({ filter }, lead);
      expect([refused.status, codeOf(refused)]).toEqual([403, "forbidden"]);
      expect(messageOf(refused)).toContain(red);
    }
    expect(paid(await costRows({ filter: { team: red } }, lead))).toBe(paid(of_red));
    const latency = (body: object) => lead.call("POST", "/v1/analytics/latency", body);
    expectPercentiles(await latency({ group_by: [] }), of_red);
    expect(messageOf(await latency({ filter: { team: blue } }))).toContain(red);
    const member = await invite(platform, founder, { role: "member" });
    expect(codeOf(await cost({}, member))).toBe("forbidden");
    const viewer = await invite(platform, founder, { role: "viewer" });
    expect(paid(await costRows({}, viewer))).toBe(paid(requests));
    expect((await cost({ filter: { team: red } }, stranger)).body).toMatchObject({
      data: [],
      total_usd: "0.000000000",
    });
  });

  it("refuse what they cannot say, in words", async () => {
    for (const [body, param, words] of [
      [{ group_by: ["planet"] }, "group_by[0]", "There is: team, cost_center"],
      [{ group_by: ["team", "key", "model", "user"] }, "group_by", "at most three"],
      [{ group_by: ['tag:a"b'] }, "group_by[0]", "no dimension"],
      [{ filter: { planet: "mars" } }, "filter.planet", "There is: team"],
      [{ filter: { team: {} } }, "filter.team", ""],
      [{ granularity: "week" }, "granularity", "hour, day, month, total"],
      [{ time_zone: "Mars/Olympus" }, "time_zone", "IANA"],
      [{ from: "yesterday" }, "from", "2026-12-31T23:59:59Z"],
      [{ from: "2026-02-01T00:00:00Z", to: "2026-01-01T00:00:00Z" }, "from", "before"],
      [{ from: "2026-01-01T00:00:00Z", granularity: "hour" }, "from", "2500 hours"],
      [{ top: 0 }, "top", ""],
      [{ compare: "last_year" }, "compare", "previous_period"],
      [{ format: "xml" }, "format", "json, csv"],
    ] as const) {
      const answer = await cost(body);
      expect([answer.status, answer.text]).toEqual([400, expect.stringContaining(`"param":${JSON.stringify(param)}`)]);
      expect(messageOf(answer)).toContain(words);
    }
    const by_team = await founder.call("POST", "/v1/analytics/latency", { group_by: ["team"] });
    expect([by_team.status, messageOf(by_team)]).toEqual([400, expect.stringContaining("provider, model")]);
    const of_planet = await founder.call("POST", "/v1/analytics/latency", { filter: { planet: "mars" } });
    expect([of_planet.status, messageOf(of_planet)]).toEqual([400, expect.stringContaining("There is: team")]);
  });
});

describe("latencies", () => {
  it("are within the stated error of those of the requests, model by model", async () => {
    const answer = expectStatus(await founder.call("POST", "/v1/analytics/latency", { group_by: ["model"] }), 200);
    const error = z.number().parse(answer.body.relative_error);
    expect(error).toBe(0.01);
    const rows = rowsOf(answer);
    expect(rows.length).toBeGreaterThanOrEqual(4);
    for (const row of rows)
      expectRow(
        row,
        requests.filter(({ model }) => model === row.model),
        error,
      );
    const failing = rowsOf(answer).find(({ model }) => model === "sandbox/error-500");
    expect(failing).toMatchObject({ error_rate: 1, latency: { requests: 0, p50_ms: null } });
  });

  it("of any filter are those of the requests that fit it, also where no count is kept of it", async () => {
    const [of_red, , of_none] = wallets;
    const numbered = (index: number) => (request: Logged) => request.subject === `user-${index}`;
    for (const [filter, fits] of [
      [{ model: ["sandbox/echo", "sandbox/lorem"], provider: "sandbox" }, ({ model }) => /echo|lorem/.test(model)],
      [{ wallet: of_red?.id }, ({ wallet_id }) => wallet_id === of_red?.id],
      [{ below: of_red?.id, model: "sandbox/lorem" }, (one) => one.wallet_id === of_red?.id && /lorem/.test(one.model)],
      [{ team: [null, red] }, ({ wallet_id }) => wallet_id === of_none?.id || wallet_id === of_red?.id],
      [{ feature: "search", user: "user-2" }, numbered(2)],
      [{ "tag:env": "prod" }, ({ wallet_id }) => wallet_id === of_red?.id],
      [{ "tag:env": null }, () => false],
      [{ outcome: "completed" }, ({ outcome }) => outcome === "completed"],
    ] as readonly (readonly [object, (request: Logged) => boolean])[]) {
      const answer = await founder.call("POST", "/v1/analytics/latency", { group_by: [], filter });
      expectPercentiles(answer, requests.filter(fits), JSON.stringify(filter));
      const by_day = await founder.call("POST", "/v1/analytics/latency", { granularity: "day", filter });
      const counted = rowsOf(expectStatus(by_day, 200)).reduce((sum, row) => sum + Number(row.requests), 0);
      expect(counted).toBe(requests.filter(fits).length);
    }
  });
});

describe("the overview", () => {
  const overview = async (by: Caller, query = "") =>
    expectStatus(await by.call("GET", `/v1/overview${query}`), 200).body;
  const figures = z.looseObject({
    cost_usd: z.string(),
    requests: z.number(),
    query: z.record(z.string(), z.unknown()),
  });
  const series = z.object({
    query: z.record(z.string(), z.unknown()),
    data: z.array(z.looseObject({ cost_usd: z.string() })),
  });
  const breakdown = series.extend({
    data: z.array(z.looseObject({ cost_usd: z.string(), per_day_usd: z.array(z.string()) })),
  });
  const spend = z.object({
    today: figures,
    period: figures,
    per_day: series,
    per_hour: series,
    by: z.object({ team: breakdown, model: breakdown, feature: breakdown }),
  });

  it("is the sums of the requests, each what its own query gives", async () => {
    for (const time_zone of ["UTC", "Asia/Kolkata"]) {
      const told = await overview(founder, `?time_zone=${time_zone}`);
      expect(told.unavailable).toEqual([]);
      const { today, period, per_day, per_hour, by } = spend.parse(told.spend);
      for (const one of [today, period]) expect((await cost(one.query)).body.total_usd).toBe(one.cost_usd);
      for (const [one, points] of [
        [per_day, 30],
        [per_hour, 24],
      ] as const) {
        expect([one.data.length, paid(one.data)]).toEqual([points, paid(requests)]);
        expect((await cost(one.query)).body.total_usd).toBe(
          (await cost({ ...one.query, granularity: "total" })).body.total_usd,
        );
      }
      for (const one of Object.values(by)) {
        expect(paid(one.data)).toBe(paid(requests));
        const days = one.data.flatMap(({ per_day_usd }) => per_day_usd);
        expect(days.reduce((sum, amount) => sum + usd(amount), 0)).toBe(paid(requests));
        const rows = await costRows(one.query);
        expect(rows.map(({ cost_usd }) => cost_usd)).toEqual(one.data.map(({ cost_usd }) => cost_usd));
      }
      expect(told.speed).toMatchObject({ requests: REQUESTS, latency: { p95_ms: expect.any(Number) } });
    }
  });

  it("shows wallets as they stand, what waits for a decision, and nothing that one may not see", async () => {
    const [first] = wallets;
    await make(founder, `/v1/wallets/${first?.id}/adjustments`, {
      amount_usd: "101",
      reason: "A second person decides",
    });
    const own = await overview(founder);
    expect(own.money_requests).toMatchObject({ waiting: 1, data: [{ wallet_id: first?.id, may_decide: false }] });
    const other = await overview(await invite(platform, founder, { role: "admin" }));
    expect(other.money_requests).toMatchObject({ data: [{ may_decide: true }] });
    const shown = z
      .object({ data: z.array(z.looseObject({ id: z.string(), spent_usd: z.string() })) })
      .parse(own.wallets);
    for (const { id } of wallets) {
      const spent = shown.data.filter((wallet) => wallet.id === id).map(({ spent_usd }) => usd(spent_usd));
      expect(spent).toEqual([paid(requests.filter(({ wallet_id }) => wallet_id === id))]);
    }
    const lead = await overview(await invite(platform, founder, { role: "member", team_id: red, team_role: "lead" }));
    expect(paid(spend.parse(lead.spend).by.team.data)).toBe(
      paid(requests.filter(({ wallet_id }) => wallet_id === first?.id)),
    );
    const theirs = z.object({ data: z.array(z.object({ team_id: z.string().nullable(), yours: z.boolean() })) });
    const yours = (shownTo: Record<string, unknown>) => theirs.parse(shownTo.wallets).data.map((one) => one.yours);
    expect(theirs.parse(lead.wallets).data[0]).toEqual({ team_id: red, yours: true });
    expect(yours(lead)).toEqual(yours(lead).toSorted((a, b) => Number(b) - Number(a)));
    expect([...yours(own), ...yours(other)]).not.toContain(true);
    expect(Object.keys(lead)).not.toEqual(expect.arrayContaining(["speed"]));
    const member = await overview(await invite(platform, founder, { role: "member" }));
    expect(Object.keys(member).sort()).toEqual([
      "at",
      "money_requests",
      "providers",
      "time_zone",
      "unavailable",
      "wallets",
    ]);
    const elsewhere = await overview(stranger);
    expect(spend.parse(elsewhere.spend).period.requests).toBe(0);
    expect(elsewhere.wallets).toMatchObject({ wallets: 1 });
  });
});
