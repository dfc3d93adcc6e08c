import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import {
  type Answer,
  byKey,
  type Caller,
  codeOf,
  expectStatus,
  type Founder,
  invite,
  make,
  messageOf,
  type Person,
  rowsOf,
  signUp,
} from "../support/console.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";

let platform: TestPlatform;
let founder: Founder;
/** A second person who may decide. */
let admin: Person;
/** Somebody who may only ask. */
let member: Person;
let stranger: Founder;

const CRON = "* * * * *";
const HOUR_MS = 3_600_000;

beforeAll(async () => {
  platform = await startPlatform({ args: ["--no-demo"] });
  founder = await signUp(platform);
  stranger = await signUp(platform);
  [admin, member] = [
    await invite(platform, founder, { role: "admin" }),
    await invite(platform, founder, { role: "member" }),
  ];
});
afterAll(() => platform.dispose());

const newWallet = async (limit_usd: string | null = "100", more: object = {}) =>
  (await make(founder, "/v1/wallets", { name: "W", limit_usd, period: "none", ...more })).id;
const wallet = async (id: string) => (await founder.call("GET", `/v1/wallets/${id}`)).body;
const balance = async (id: string) => (await wallet(id)).balance_usd;
const kindsOf = async (id: string) =>
  rowsOf(await founder.call("GET", `/v1/wallets/${id}/ledger`)).map(({ kind }) => kind);
const actionsOf = async (id: string) =>
  rowsOf(await founder.call("GET", `/v1/audit?target_id=${id}&limit=100`))
    .map(({ action }) => action)
    .toReversed();
const audited = (id: string) => founder.call("POST", `/v1/wallets/${id}/audit`);
const keyOf = async (by: Caller, scopes: string[]) => {
  const made = await make(by, "/v1/keys", { name: "k", wallet_id: founder.wallet_id, scopes });
  return byKey(platform, z.string().parse(made.key));
};

const body = (from: string, to: string, amount_usd = "30") => ({
  from_wallet_id: from,
  to_wallet_id: to,
  amount_usd,
  reason: "The launch",
});
const ask = (by: Caller, from: string, to: string, amount_usd = "30") =>
  make(by, "/v1/wallet/transfers", body(from, to, amount_usd));
const approve = (by: Caller, id: string, kind = "transfers"): Promise<Answer> =>
  by.call("POST", `/v1/wallet/${kind}/${id}/approve`);
const reject = (by: Caller, id: string, reason?: object): Promise<Answer> =>
  by.call("POST", `/v1/wallet/transfers/${id}/reject`, reason);
const cancel = (by: Caller, id: string, kind = "transfers"): Promise<Answer> =>
  by.call("POST", `/v1/wallet/${kind}/${id}/cancel`);
const paramOf = (answer: Answer) =>
  z.object({ error: z.looseObject({ param: z.string().nullable() }) }).parse(answer.body).error.param;

describe("a transfer", () => {
  it("moves nothing until somebody else approves it, then moves once, and every step is on record", async () => {
    const [from, to] = [await newWallet(), await newWallet()];
    const asked = await ask(member, from, to);
    expect(asked).toMatchObject({ status: "pending", amount_usd: "30.000000000", requested_by_name: member.email });
    expect([await balance(from), await balance(to)]).toEqual(["100.000000000", "100.000000000"]);

    const approved = expectStatus(await approve(admin, asked.id), 200);
    expect(approved.body).toMatchObject({ status: "done", decided_by_name: admin.email, failure: null });
    expect([await balance(from), await balance(to)]).toEqual(["70.000000000", "130.000000000"]);
    expect(await wallet(from)).toMatchObject({ spent_usd: "0.000000000", transferring_usd: "0.000000000" });
    expect([await kindsOf(from), await kindsOf(to)]).toEqual([
      ["transfer_out", "limit"],
      ["transfer_in", "limit"],
    ]);
    expect(await actionsOf(asked.id)).toEqual(["transfer.requested", "transfer.approved", "transfer.done"]);
    for (const id of [from, to]) expect((await audited(id)).body).toEqual({ ok: true, problems: [] });
  });

  it("approved ten times at once, and again, is one, with one answer", async () => {
    const [from, to] = [await newWallet(), await newWallet()];
    const { id } = await ask(member, from, to);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => approve(index % 2 === 0 ? admin : founder, id)),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200));
    const again = expectStatus(await approve(founder, id), 200);
    expect(again.body).toMatchObject({ status: "done" });
    expect(expectStatus(await approve(admin, id), 200).body).toEqual(again.body);
    expect([await balance(from), await balance(to)]).toEqual(["70.000000000", "130.000000000"]);
    expect(await actionsOf(id)).toEqual(["transfer.requested", "transfer.approved", "transfer.done"]);
    expect((await reject(admin, id)).status).toBe(409);
  });

  it("is not approved by who asked for it, nor by a key of theirs, nor by a key that such a key made", async () => {
    const [from, to] = [await newWallet(), await newWallet()];
    const key = await keyOf(founder, ["owner"]);
    const second = await keyOf(key, ["owner"]);
    const old = await make(founder, "/v1/keys", { name: "k", wallet_id: from, scopes: ["admin"] });
    const rotated = expectStatus(await admin.call("POST", `/v1/keys/${old.id}/rotate`, {}), 201);
    const successor = byKey(platform, z.string().parse(rotated.body.key));
    for (const requester of [founder, key, second]) {
      const { id } = await ask(requester, from, to, "1");
      for (const by of [founder, key, second, successor]) {
        const answer = await approve(by, id);
        expect([answer.status, codeOf(answer)]).toEqual([403, "forbidden"]);
        expect(messageOf(answer)).toContain("asked for this yourself");
      }
      expect((await approve(member, id)).status).toBe(403);
      expectStatus(await approve(await keyOf(admin, ["admin"]), id), 200);
    }
    expect(await balance(from)).toBe("97.000000000");
  });

  it("is not approved by a key of which nobody knows who made it", async () => {
    const [from, to] = [await newWallet(), await newWallet()];
    const made = await make(admin, "/v1/keys", { name: "old", wallet_id: from, scopes: ["admin"] });
    await platform.query("UPDATE api_keys SET created_by = NULL WHERE id = ?", made.id);
    const { id } = await ask(founder, from, to);
    const answer = await approve(byKey(platform, z.string().parse(made.key)), id);
    expect([answer.status, messageOf(answer)]).toEqual([403, expect.stringContaining("not known who made this key")]);
  });

  it("is rejected with a reason, once, and then moves nothing", async () => {
    const [from, to] = [await newWallet(), await newWallet()];
    const { id } = await ask(member, from, to);
    const rejected = expectStatus(await reject(admin, id, { reason: "Not now" }), 200);
    expect(rejected.body).toMatchObject({ status: "rejected", decision_reason: "Not now" });
    expect(expectStatus(await reject(founder, id), 200).body).toEqual(rejected.body);
    const late = await approve(founder, id);
    expect([late.status, codeOf(late), messageOf(late)]).toEqual([
      409,
      "conflict",
      expect.stringContaining("rejected"),
    ]);
    expect(await balance(from)).toBe("100.000000000");
    expect(await actionsOf(id)).toEqual(["transfer.requested", "transfer.rejected"]);
  });

  it("is taken back by who asked for it and nobody else, once, and moves nothing then", async () => {
    const [from, to] = [await newWallet(), await newWallet()];
    const { id } = await ask(member, from, to);
    const other = await invite(platform, founder, { role: "member" });
    for (const by of [other, admin, founder]) {
      const refused = await cancel(by, id);
      expect([refused.status, codeOf(refused), messageOf(refused)]).toEqual([
        403,
        "forbidden",
        expect.stringContaining("Only who has asked for it"),
      ]);
    }
    expect((await cancel(stranger, id)).status).toBe(404);
    const cancelled = expectStatus(await cancel(member, id), 200);
    expect(cancelled.body).toMatchObject({ status: "cancelled", decided_by_name: member.email, finished_at: null });
    expect(expectStatus(await cancel(member, id), 200).body).toEqual(cancelled.body);
    for (const late of [await approve(admin, id), await reject(admin, id)]) {
      expect([late.status, codeOf(late), messageOf(late)]).toEqual([
        409,
        "conflict",
        expect.stringContaining("taken back"),
      ]);
    }
    expect((await cancel(stranger, id)).status).toBe(404);
    expect([await balance(from), await balance(to)]).toEqual(["100.000000000", "100.000000000"]);
    expect(await actionsOf(id)).toEqual(["transfer.requested", "transfer.cancelled"]);
    expect(rowsOf(await founder.call("GET", "/v1/wallet/transfers?status=cancelled")).map((row) => row.id)).toContain(
      id,
    );
    expect(rowsOf(await founder.call("GET", `/v1/alerts?object_id=${id}`))).toHaveLength(1);
  });

  it("is taken back by whatever key of who asked for it, which may ask itself", async () => {
    const [from, to] = [await newWallet(), await newWallet()];
    const [asking, reading] = [await keyOf(admin, ["money:request"]), await keyOf(admin, ["wallets:read"])];
    const { id } = await ask(admin, from, to);
    expect((await cancel(reading, id)).status).toBe(403);
    expect(expectStatus(await cancel(asking, id), 200).body).toMatchObject({ status: "cancelled" });
    const { id: by_key } = await ask(asking, from, to);
    expect(expectStatus(await cancel(admin, by_key), 200).body).toMatchObject({ status: "cancelled" });
  });

  it("that was decided or has expired is not taken back any more", async () => {
    const [from, to] = [await newWallet(), await newWallet()];
    const late = async (decide: (id: string) => Promise<unknown>): Promise<string> => {
      const { id } = await ask(member, from, to, "1");
      await decide(id);
      const answer = await cancel(member, id);
      expect([answer.status, codeOf(answer)]).toEqual([409, "conflict"]);
      return messageOf(answer);
    };
    expect(await late((id) => approve(admin, id))).toContain("approved already");
    expect(await late((id) => reject(admin, id))).toContain("rejected already");
    const overdue = "UPDATE money_requests SET expires_at = 1 WHERE id = ?";
    expect(await late((id) => platform.query(overdue, id))).toContain("expired");
    expect(await balance(from)).toBe("99.000000000");
  });

  it("approved and taken back at once is one of both, and its money is where that says", async () => {
    const [from, to] = [await newWallet(), await newWallet()];
    const asked = await Promise.all(Array.from({ length: 12 }, () => ask(member, from, to, "1")));
    const ends = await Promise.all(
      asked.map(async ({ id }, index) => {
        // Either is first in half of them.
        const both = [() => approve(admin, id), () => cancel(member, id)];
        const ordered = index % 2 === 0 ? both : both.toReversed();
        const answers = await Promise.all(ordered.map((decide) => decide()));
        expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
        const won = answers.find(({ status }) => status === 200)?.body.status;
        expect(["done", "cancelled"]).toContain(won);
        expect((await founder.call("GET", `/v1/wallet/transfers/${id}`)).body.status).toBe(won);
        expect(await actionsOf(id)).toEqual([
          "transfer.requested",
          ...(won === "done" ? ["transfer.approved", "transfer.done"] : ["transfer.cancelled"]),
        ]);
        return won;
      }),
    );
    const moved = ends.filter((end) => end === "done").length;
    expect([await balance(from), await balance(to)]).toEqual([`${100 - moved}.000000000`, `${100 + moved}.000000000`]);
    for (const id of [from, to]) expect((await audited(id)).body).toEqual({ ok: true, problems: [] });
  });

  it("expires after 48 hours, and then nobody approves it, whether that is on record yet or not", async () => {
    const [from, to] = [await newWallet(), await newWallet()];
    const asked = await ask(member, from, to);
    const ends = Date.parse(z.string().parse(asked.expires_at)) - Date.parse(z.string().parse(asked.created_at));
    expect(ends).toBe(48 * HOUR_MS);
    await platform.query("UPDATE money_requests SET expires_at = 1 WHERE id = ?", asked.id);
    expect((await founder.call("GET", `/v1/wallet/transfers/${asked.id}`)).body).toMatchObject({ status: "expired" });
    expect([(await approve(admin, asked.id)).status, (await reject(admin, asked.id)).status]).toEqual([409, 409]);
    await platform.runCron(CRON, Date.now() + 60_000);
    expect(rowsOf(await founder.call("GET", "/v1/wallet/transfers?status=expired")).map(({ id }) => id)).toContain(
      asked.id,
    );
    expect((await approve(admin, asked.id)).status).toBe(409);
    expect(await actionsOf(asked.id)).toEqual(["transfer.requested", "transfer.expired"]);
    expect(await balance(from)).toBe("100.000000000");
  });

  it("of more than there is fails and says what there is", async () => {
    const [from, to] = [await newWallet("10"), await newWallet()];
    const { id } = await ask(member, from, to, "10.000000001");
    const answer = expectStatus(await approve(admin, id), 200);
    expect(answer.body).toMatchObject({
      status: "failed",
      failure: { code: "exceeds_wallet", message: expect.stringContaining("10.000000000 USD") },
    });
    expect(expectStatus(await approve(founder, id), 200).body).toEqual(answer.body);
    expect([await balance(from), await balance(to)]).toEqual(["10.000000000", "100.000000000"]);
    expect(await actionsOf(id)).toEqual(["transfer.requested", "transfer.approved", "transfer.failed"]);
  });

  it("that was approved and interrupted is finished by the job, once", async () => {
    const [from, to] = [await newWallet(), await newWallet()];
    const { id } = await ask(member, from, to);
    await platform.query("UPDATE money_requests SET status = 'approved', decided_at = 1 WHERE id = ?", id);
    await platform.runCron(CRON, Date.now() + 120_000);
    await platform.runCron(CRON, Date.now() + 180_000);
    expect((await founder.call("GET", `/v1/wallet/transfers/${id}`)).body).toMatchObject({ status: "done" });
    expect([await balance(from), await balance(to)]).toEqual(["70.000000000", "130.000000000"]);
    expect(await actionsOf(id)).toEqual(["transfer.requested", "transfer.done"]);
  });

  it("asked for twice with one idempotency key is one request", async () => {
    const [from, to] = [await newWallet(), await newWallet()];
    const send = (amount: string) =>
      member.call("POST", "/v1/wallet/transfers", body(from, to, amount), { "idempotency-key": "once" });
    const [first, second] = [expectStatus(await send("5"), 201), expectStatus(await send("5"), 201)];
    expect(second.body).toEqual(first.body);
    expect(codeOf(await send("6"))).toBe("idempotency_mismatch");
    expect(rowsOf(await founder.call("GET", `/v1/wallet/transfers?from_wallet_id=${from}`))).toHaveLength(1);
  });

  it("is refused for what is wrong with it, and never with wallets of another org", async () => {
    const [own, unlimited, ended, archived] = [
      await newWallet(),
      await newWallet(null),
      await newWallet("1", { ends_at: new Date(Date.now() + HOUR_MS).toISOString() }),
      await newWallet(),
    ];
    await platform.query("UPDATE wallets SET ends_at = 1 WHERE id = ?", ended);
    expectStatus(await founder.call("DELETE", `/v1/wallets/${archived}`), 204);
    const target = await newWallet();
    const wrong: [object, number, string][] = [
      [body(own, own), 400, "to_wallet_id"],
      [body(own, stranger.wallet_id), 400, "to_wallet_id"],
      [body(stranger.wallet_id, own), 400, "from_wallet_id"],
      [body("wal_unknown", own), 400, "from_wallet_id"],
      [body(own, archived), 400, "to_wallet_id"],
      [body(own, unlimited), 409, "to_wallet_id"],
      [body(unlimited, own), 409, "from_wallet_id"],
      [body(own, ended), 409, "to_wallet_id"],
      [body(own, target, "0"), 400, "amount_usd"],
      [body(own, target, "-1"), 400, "amount_usd"],
      [body(own, target, "1.0000000001"), 400, "amount_usd"],
      [{ ...body(own, target), reason: " " }, 400, "reason"],
    ];
    for (const [sent, status, param] of wrong) {
      const answer = await member.call("POST", "/v1/wallet/transfers", sent);
      expect([answer.status, paramOf(answer)]).toEqual([status, param]);
    }
    const { id } = await ask(member, own, target);
    for (const by of [approve, reject]) expect((await by(stranger, id)).status).toBe(404);
    expect((await stranger.call("GET", `/v1/wallet/transfers/${id}`)).status).toBe(404);
    expect(rowsOf(await stranger.call("GET", "/v1/wallet/transfers"))).toEqual([]);
  });

  it("is decided by the lead of the team whose wallet gives, and by no other lead, nor by themselves", async () => {
    const [giving, taking] = [
      await make(founder, "/v1/teams", { name: "Giving" }),
      await make(founder, "/v1/teams", { name: "Taking" }),
    ];
    const leadOf = (team_id: string) => invite(platform, founder, { role: "member", team_id, team_role: "lead" });
    const [giver, taker] = [await leadOf(giving.id), await leadOf(taking.id)];
    const from = await newWallet("100", { team_id: giving.id });
    const to = await newWallet("100", { team_id: taking.id });
    const asked = await ask(member, from, to);
    const waits = async (by: Caller, id: string) => {
      const shown = z
        .object({ money_requests: z.object({ data: z.array(z.object({ id: z.string(), may_decide: z.boolean() })) }) })
        .parse((await by.call("GET", "/v1/overview")).body);
      return shown.money_requests.data.find((one) => one.id === id)?.may_decide;
    };
    expect([await waits(giver, asked.id), await waits(taker, asked.id)]).toEqual([true, false]);
    for (const by of [approve, reject]) {
      const refused = await by(taker, asked.id);
      expect([refused.status, codeOf(refused)]).toEqual([403, "forbidden"]);
    }
    expect(expectStatus(await approve(giver, asked.id), 200).body).toMatchObject({ status: "done" });
    expect([await balance(from), await balance(to)]).toEqual(["70.000000000", "130.000000000"]);
    // Their own they may take back alone; what comes from the organisation's money is the organisation's to decide.
    const own = await ask(giver, from, to, "1");
    expect((await approve(giver, own.id)).status).toBe(403);
    expectStatus(await reject(giver, own.id), 200);
    expectStatus(await cancel(giver, (await ask(giver, from, to, "1")).id), 200);
    const pool = await ask(member, await newWallet(), from);
    expect((await approve(giver, pool.id)).status).toBe(403);
    const corrected = await make(founder, `/v1/wallets/${from}/adjustments`, { amount_usd: "101", reason: "A test" });
    expect((await approve(giver, corrected.id, "adjustments")).status).toBe(403);
    expect((await cancel(giver, corrected.id, "adjustments")).status).toBe(403);
    expect(expectStatus(await cancel(founder, corrected.id, "adjustments"), 200).body.status).toBe("cancelled");
  });

  it("may be asked for by a team's lead for a wallet of that team only", async () => {
    const team = await make(founder, "/v1/teams", { name: "Search" });
    const lead = await invite(platform, founder, { role: "viewer", team_id: team.id, team_role: "lead" });
    const [theirs, pool, other] = [await newWallet("5", { team_id: team.id }), await newWallet(), await newWallet()];
    expect(await ask(lead, pool, theirs)).toMatchObject({ status: "pending" });
    expect(await ask(lead, theirs, pool)).toMatchObject({ status: "pending" });
    expect((await lead.call("POST", "/v1/wallet/transfers", body(pool, other))).status).toBe(403);
    const viewer = await invite(platform, founder, { role: "viewer" });
    expect((await viewer.call("POST", "/v1/wallet/transfers", body(pool, theirs))).status).toBe(403);
  });
});

it("killed in the middle of many approvals, the platform has moved each amount once or not at all, and finishes", async () => {
  const wallets = await Promise.all(Array.from({ length: 4 }, () => newWallet("100")));
  const pairs = Array.from({ length: 24 }, (_, index) => {
    const from = index % wallets.length;
    return [from, (from + 1 + (index % 3)) % wallets.length] as const;
  });
  const asked = await Promise.all(
    pairs.map(([from, to]) => ask(member, wallets[from] ?? "", wallets[to] ?? "", "7.000000001")),
  );
  const approvals = asked.map(({ id }) =>
    approve(admin, id).then(
      ({ status }) => status,
      () => 0,
    ),
  );
  await Promise.race(approvals);
  await platform.kill9();
  await Promise.all(approvals);
  await platform.restart();
  // Who got no answer asks again; what was approved is finished by itself.
  await platform.runCron(CRON, Date.now() + 240_000);
  for (const { id } of asked) expectStatus(await approve(admin, id), 200);
  const expected = wallets.map(() => 100_000_000_000n);
  for (const [index, { id }] of asked.entries()) {
    expect((await founder.call("GET", `/v1/wallet/transfers/${id}`)).body).toMatchObject({ status: "done" });
    const [from, to] = pairs[index] ?? [0, 0];
    expected[from] = (expected[from] ?? 0n) - 7_000_000_001n;
    expected[to] = (expected[to] ?? 0n) + 7_000_000_001n;
    expect((await actionsOf(id)).filter((action) => action === "transfer.done")).toHaveLength(1);
  }
  const nano = (usd: unknown) => BigInt(z.string().parse(usd).replace(".", ""));
  expect(await Promise.all(wallets.map(async (id) => nano(await balance(id))))).toEqual(expected);
  for (const id of wallets) expect((await audited(id)).body).toEqual({ ok: true, problems: [] });
  expect((await founder.call("POST", "/v1/audit/verify")).body).toMatchObject({ ok: true });
});

describe("a top-up", () => {
  it("is money that can be spent at once, posted once for an idempotency key", async () => {
    const id = await newWallet("1");
    const send = () =>
      admin.call(
        "POST",
        `/v1/wallets/${id}/top-ups`,
        { amount_usd: "2.5", reason: "PO 1" },
        { "idempotency-key": "t" },
      );
    const answers = await Promise.all([send(), send(), send()]);
    expect(answers.every(({ status }) => status === 201 || status === 409)).toBe(true);
    const again = expectStatus(await send(), 201);
    expect(again.body).toMatchObject({ status: "done", amount_usd: "2.500000000", expires_at: null });
    expect(await wallet(id)).toMatchObject({
      available_usd: "3.500000000",
      spent_usd: "0.000000000",
      limit_usd: "1.000000000",
    });
    expect(await kindsOf(id)).toEqual(["top_up", "limit"]);
    expect(await actionsOf(String(again.body.id))).toEqual(["top_up.requested", "top_up.done"]);
    expect((await member.call("POST", `/v1/wallets/${id}/top-ups`, { amount_usd: "1", reason: "x" })).status).toBe(403);
    expect((await stranger.call("POST", `/v1/wallets/${id}/top-ups`, { amount_usd: "1", reason: "x" })).status).toBe(
      404,
    );
    expect((await admin.call("POST", `/v1/wallets/${id}/top-ups`, { amount_usd: "-1", reason: "x" })).status).toBe(400);
  });

  it("is not possible in a wallet without a limit", async () => {
    const id = await newWallet(null);
    const answer = await admin.call("POST", `/v1/wallets/${id}/top-ups`, { amount_usd: "1", reason: "x" });
    expect([answer.status, codeOf(answer)]).toEqual([409, "conflict"]);
  });
});

describe("an adjustment", () => {
  const adjust = (by: Caller, id: string, amount_usd: string) =>
    by.call("POST", `/v1/wallets/${id}/adjustments`, { amount_usd, reason: "Invoice 7" });

  it("is posted at once up to the set amount, either way, also below zero", async () => {
    const id = await newWallet("50");
    expect(expectStatus(await adjust(admin, id, "-100"), 201).body).toMatchObject({ status: "done" });
    expect(await wallet(id)).toMatchObject({ balance_usd: "-50.000000000", available_usd: "0.000000000" });
    expect(expectStatus(await adjust(admin, id, "100"), 201).body).toMatchObject({ status: "done" });
    expect(await balance(id)).toBe("50.000000000");
    expect(await kindsOf(id)).toEqual(["adjustment", "adjustment", "limit"]);
  });

  it("of more than that needs a second person", async () => {
    const id = await newWallet("500");
    const asked = expectStatus(await adjust(admin, id, "-100.000000001"), 201).body;
    expect(asked).toMatchObject({ status: "pending" });
    expect(await balance(id)).toBe("500.000000000");
    expect((await approve(admin, String(asked.id), "adjustments")).status).toBe(403);
    // An id of one kind is none of another's.
    expect((await approve(founder, String(asked.id), "transfers")).status).toBe(404);
    expect(expectStatus(await approve(founder, String(asked.id), "adjustments"), 200).body).toMatchObject({
      status: "done",
    });
    expect(await balance(id)).toBe("399.999999999");
  });

  it("goes by what the org has set, which owners alone may change", async () => {
    const id = await newWallet("500");
    const set = (by: Caller, value: string | null) =>
      by.call("PATCH", `/v1/orgs/${founder.org_id}`, { adjustment_approval_above_usd: value });
    expect((await set(admin, null)).status).toBe(403);
    expectStatus(await set(founder, "0"), 200);
    expect((await adjust(admin, id, "0.000000001")).body).toMatchObject({ status: "pending" });
    expectStatus(await set(founder, null), 200);
    expect((await adjust(admin, id, "-450")).body).toMatchObject({ status: "done" });
    expectStatus(await set(founder, "100"), 200);
  });
});

describe("a wallet in a tree", () => {
  it("has its object's settings at once, with those above it, and stays where it was put", async () => {
    const top = await newWallet("10");
    const below = await newWallet("5", { parent_id: top });
    await platform.query("DELETE FROM wallet_effects");
    const key = await make(founder, "/v1/keys", { name: "k", wallet_id: below });
    await make(founder, "/v1/providers", { id: "sandbox", kind: "sandbox" });
    const chat = await byKey(platform, z.string().parse(key.key)).call("POST", "/v1/chat/completions", {
      model: "sandbox/echo",
      messages: [{ role: "user", content: "Hello!" }],
    });
    expect(chat.status).toBe(200);
    expect(Number((await wallet(top)).leased_usd)).toBeGreaterThan(0);
    for (const parent_id of [null, await newWallet()]) {
      const moved = await founder.call("PATCH", `/v1/wallets/${below}`, { parent_id });
      expect([moved.status, codeOf(moved)]).toEqual([409, "conflict"]);
    }
    expectStatus(await founder.call("PATCH", `/v1/wallets/${below}`, { parent_id: top, name: "Same place" }), 200);
    const late = await newWallet("5");
    expectStatus(await founder.call("PATCH", `/v1/wallets/${late}`, { parent_id: top }), 200);
  });

  it("that is minted ends when it was to, and says so to the caller and to the console", async () => {
    const top = await newWallet("10");
    const minted = await newWallet("5", { parent_id: top, ends_at: new Date(Date.now() + HOUR_MS).toISOString() });
    const made = await make(founder, "/v1/keys", { name: "k", wallet_id: minted });
    const chat = () =>
      byKey(platform, z.string().parse(made.key)).call("POST", "/v1/chat/completions", {
        model: "sandbox/echo",
        messages: [{ role: "user", content: "Hello!" }],
      });
    expect((await chat()).status).toBe(200);
    expect(await wallet(minted)).toMatchObject({ ended: false });
    const at = (ms: number) => ({ ends_at: new Date(Date.now() + ms).toISOString() });
    const patch = (change: object) => founder.call("PATCH", `/v1/wallets/${minted}`, change);
    for (const wrong of [at(-1_000), at(367 * 24 * HOUR_MS)]) expect((await patch(wrong)).status).toBe(400);
    expectStatus(await patch(at(2 * HOUR_MS)), 200);
    expectStatus(await patch(at(1_500)), 200);
    await expect.poll(async () => codeOf(await chat()), { timeout: 20_000, interval: 200 }).toBe("wallet_ended");
    expect((await chat()).status).toBe(403);
    expect(await wallet(minted)).toMatchObject({ ended: true });
    await expect.poll(async () => (await wallet(top)).leased_usd, { timeout: 20_000 }).toBe("0.000000000");
    expect((await patch(at(HOUR_MS))).status).toBe(409);
    expect((await patch({ ends_at: null })).status).toBe(409);
  });
});
