import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { byKey, expectStatus, type Founder, make, rowsOf, signUp } from "./support/console.ts";
import { eventually } from "./support/money.ts";
import { startPlatform, type TestPlatform } from "./support/platform.ts";

const RULES = "/v1/routing/rules";
const REPLAY = "/v1/routing/replay";
const USERS = 12;

let platform: TestPlatform;
let founder: Founder;
let key: string;
let shared_out: string;

const answerSchema = z.looseObject({
  looked_at: z.int(),
  judged: z.int(),
  decides: z.int(),
  as_saved: z.record(z.string(), z.int()),
  outcome: z.record(z.string(), z.int()),
  cost: z.looseObject({ cost_usd: z.string(), replayed_cost_usd: z.string() }),
  moves: z.array(
    z.looseObject({ from: z.looseObject({ model: z.string() }), verdict: z.string(), examples: z.array(z.string()) }),
  ),
  next_cursor: z.string().nullable(),
});

async function replay(body: object) {
  const answer = await founder.call("POST", REPLAY, body);
  expectStatus(answer, 200);
  return answerSchema.parse(answer.body);
}

/** Two models share the requests of users and of nobody, and one feature has a rule of its own. */
beforeAll(async () => {
  platform = await startPlatform({ args: ["--no-demo"] });
  founder = await signUp(platform);
  await make(founder, "/v1/providers", { id: "sandbox", kind: "sandbox" });
  key = z.string().parse((await make(founder, "/v1/keys", { name: "app", wallet_id: founder.wallet_id })).key);
  const split = [
    { model: "sandbox/echo", weight: 1 },
    { model: "sandbox/lorem", weight: 1 },
  ];
  const rule = (name: string, priority: number, when: object, then: object) =>
    make(founder, RULES, { name, priority, when, then });
  await rule("Titles", 1, { feature: "titles" }, { model: "sandbox/free" });
  shared_out = z.string().parse((await rule("By user", 2, { subject: "*" }, { split, by: "subject" })).id);
  await rule("By request", 3, {}, { split, by: "request" });
  const ask = (headers: Readonly<Record<string, string>>) =>
    byKey(platform, key).call(
      "POST",
      "/v1/chat/completions",
      { model: "smart", messages: [{ role: "user", content: "Hello!" }], max_tokens: 20 },
      headers,
    );
  expectStatus(await ask({ "x-ao-feature": "titles" }), 200);
  for (let at = 0; at < USERS; at += 1) {
    expectStatus(await ask({ "x-ao-subject": `user-${at}` }), 200);
    expectStatus(await ask({}), 200);
  }
  await eventually(
    async () => rowsOf(await founder.call("GET", "/v1/requests?limit=100")),
    ({ length }) => length === 2 * USERS + 1,
  );
});
afterAll(() => platform.dispose());

describe("rules on the requests that they have served", () => {
  it("send each where it went, splits by subject and by request among them", async () => {
    const answer = await replay({});
    expect(answer).toMatchObject({ looked_at: 2 * USERS + 1, as_saved: { same: 2 * USERS + 1, moved: 0 } });
    expect(answer.cost.replayed_cost_usd).toBe(answer.cost.cost_usd);
  });

  it("send those elsewhere that a draft decides, by its page, and nothing is kept of it", async () => {
    const before = rowsOf(await founder.call("GET", RULES));
    const rule = { priority: 0, when: { subject: "*" }, then: { model: "sandbox/free" } };
    const whole = await replay({ rule });
    expect(whole).toMatchObject({
      judged: USERS,
      decides: USERS,
      as_saved: { same: USERS },
      outcome: { moved: USERS },
      cost: { replayed_cost_usd: "0.000000000" },
    });
    const [example = ""] = whole.moves[0]?.examples ?? [];
    expectStatus(await founder.call("GET", `/v1/requests/${example}`), 200);
    const first = await replay({ rule, limit: 10 });
    const second = await replay({ rule, limit: 100, cursor: first.next_cursor });
    expect([first.looked_at, second.looked_at, second.next_cursor]).toEqual([10, 2 * USERS - 9, null]);
    expect(first.judged + second.judged).toBe(USERS);
    expect(rowsOf(await founder.call("GET", RULES))).toEqual(before);
  });

  it("give each subject in a changed split what it would get, and only take from who loses", async () => {
    const split = [
      { model: "sandbox/echo", weight: 1 },
      { model: "sandbox/lorem", weight: 1_000 },
    ];
    const rule = { id: shared_out, priority: 2, when: { subject: "*" }, then: { split, by: "subject" } };
    const { moves, judged, outcome } = await replay({ rule });
    expect([judged, Number(outcome.same) + Number(outcome.moved)]).toEqual([USERS, USERS]);
    const moved = moves.filter(({ verdict }) => verdict === "moved");
    expect(moved.map(({ from }) => from.model).filter((model) => model !== "sandbox/echo")).toEqual([]);
  });

  it("deny in the words of a draft, and are refused where it is wrong", async () => {
    const rule = { priority: 0, when: { feature: "titles" }, then: { deny: "No titles." } };
    expect(await replay({ rule })).toMatchObject({ outcome: { denied: 1 }, moves: [{ message: "No titles." }] });
    const wrong = await founder.call("POST", REPLAY, { rule: { when: {}, then: { model: "echo" } } });
    expect([wrong.status, wrong.body]).toMatchObject([400, { error: { param: "rule.then.model" } }]);
    expect((await founder.call("POST", REPLAY, { from: "2026-01-01T00:00:00Z" })).status).toBe(400);
    // A key for inference, and one that may read rules and not the log.
    expect((await byKey(platform, key).call("POST", REPLAY, {})).status).toBe(403);
    const member = await make(founder, "/v1/keys", {
      name: "member",
      wallet_id: founder.wallet_id,
      scopes: ["routing:read"],
    });
    expect((await byKey(platform, z.string().parse(member.key)).call("POST", REPLAY, {})).status).toBe(403);
    // Another organisation sees nothing of it.
    const stranger = await signUp(platform);
    expect((await stranger.call("POST", REPLAY, {})).body).toMatchObject({ looked_at: 0, requests: 0 });
  });
});
