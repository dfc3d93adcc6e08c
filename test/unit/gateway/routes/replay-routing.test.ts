import { beforeEach, describe, expect, it } from "vitest";
import { quietLogs } from "../fixtures.ts";
import { answerOf, gatewayWithLog, noon, rule, saved, YESTERDAY } from "../logged-gateway.ts";

beforeEach(() => {
  quietLogs();
});

describe("a draft on requests of the log", () => {
  it("is told by the requests that it moves, with what they cost and would cost, to the nano-dollar", async () => {
    const on = await gatewayWithLog([
      { feature: "search" },
      { feature: "search", model: "acme/other", cost_nano_usd: 7 },
      { feature: "chat" },
      { feature: "search", model: "acme/cheap", cost_nano_usd: 5 },
    ]);
    const answer = await answerOf(on, rule({ when: { feature: "search" } }));
    expect(answer).toMatchObject({
      looked_at: 4,
      requests: 4,
      judged: 3,
      decides: 3,
      releases: 0,
      as_saved: { same: 3, moved: 0, denied: 0, refused: 0, not_known: 0 },
      outcome: { same: 1, moved: 2, denied: 0, refused: 0, not_known: 0 },
      // 900 tokens at 1, 100 at 2 nano-dollars, twice; what stays costs what it cost.
      cost: {
        compared: 3,
        cost_usd: "0.000010012",
        replayed_cost_usd: "0.000002205",
        difference_usd: "-0.000007807",
      },
      next_cursor: null,
    });
    expect(answer.moves).toHaveLength(3);
    expect(answer.moves).toContainEqual(
      expect.objectContaining({
        from: { provider: "acme", model: "acme/dear" },
        to: { provider: "acme", model: "acme/cheap" },
        verdict: "moved",
        requests: 1,
        examples: ["req_0"],
      }),
    );
  });

  it("that denies costs nothing, and says so in its words", async () => {
    const on = await gatewayWithLog([{ tags: '{"env":"dev"}' }, {}]);
    const answer = await answerOf(on, rule({ when: { tags: { env: "dev" } }, then: { deny: "Not from dev." } }));
    expect(answer.outcome).toMatchObject({ denied: 1, moved: 0 });
    expect(answer.moves).toMatchObject([
      { verdict: "denied", to: null, message: "Not from dev.", examples: ["req_0"] },
    ]);
    expect(answer.cost).toMatchObject({ cost_usd: "0.000010000", replayed_cost_usd: "0.000000000" });
  });

  it("splits as the request's own subject says, again and again, and keeps to its shares", async () => {
    const rows = Array.from({ length: 400 }, (_, at) => ({ subject: `user-${at % 200}` }));
    const on = await gatewayWithLog(rows);
    const split = {
      id: "rule_7",
      then: {
        split: [
          { model: "acme/cheap", weight: 1 },
          { model: "acme/other", weight: 1 },
        ],
        by: "subject",
      },
    };
    const answer = await answerOf(on, rule(split));
    expect(await answerOf(on, rule(split))).toEqual(answer);
    const counts = answer.moves.map(({ requests }: { requests: number }) => requests);
    // Each subject came twice and goes to one place; five standard deviations of a fair coin.
    expect(counts.every((count: number) => count % 2 === 0)).toBe(true);
    expect(Math.abs(counts[0] - 200)).toBeLessThan(2 * 5 * Math.sqrt(200 / 4));
    expect(answer.not_known).not.toContainEqual(expect.objectContaining({ condition: "rule_id" }));
    const { id: _, ...unsaved } = split;
    expect((await answerOf(on, rule(unsaved))).not_known).toContainEqual({
      condition: "rule_id",
      effect: "assumed",
      requests: 400,
    });
  });

  it("is tried by the clock of then: its schedule, and the time of day in its zone", async () => {
    const on = await gatewayWithLog([{}, { started_at: noon(3_600) }, { started_at: noon(7_200) }]);
    const scheduled = { starts_at: `${YESTERDAY}T13:00:00Z`, ends_at: `${YESTERDAY}T14:00:00Z` };
    expect(await answerOf(on, rule(scheduled))).toMatchObject({ judged: 1, decides: 1, off_schedule: 2 });
    // Nine in the evening of a Tuesday in Tokyo is noon in UTC.
    const evening = { when: { time: { days: ["tue"], from: "21:00", to: "22:00", zone: "Asia/Tokyo" } } };
    expect((await answerOf(on, rule(evening))).moves).toMatchObject([{ requests: 1, examples: ["req_0"] }]);
  });

  it("takes the place of the saved rule with its id, or its own among the others", async () => {
    const on = await gatewayWithLog(
      [{ feature: "a", model: "acme/other" }, { feature: "b", model: "acme/other" }, { feature: "c" }],
      [saved({ feature: ["a", "b"] }, { model: "acme/other" })],
    );
    const narrowed = await answerOf(on, rule({ id: "rule_0", priority: 0, when: { feature: "a" } }));
    expect(narrowed).toMatchObject({
      judged: 2,
      decides: 1,
      releases: 1,
      as_saved: { same: 2 },
      // What was let go of is asked of the model that the caller named: the log has no other.
      outcome: { same: 1, moved: 1 },
    });
    // A rule before it decides first; one behind it never comes to them.
    expect(await answerOf(on, rule({ priority: 0 }))).toMatchObject({
      decides: 1,
      preceded_by: [{ id: "rule_0", name: "Rule 0", requests: 2 }],
    });
    expect(await answerOf(on, rule({ priority: 0, when: { feature: "c" } }))).toMatchObject({ preceded_by: [] });
    expect(await answerOf(on, rule({ priority: 5 }))).toMatchObject({ decides: 1 });
    expect(await answerOf(on, rule({ id: "rule_0", enabled: false }))).toMatchObject({ decides: 0, releases: 2 });
  });

  it("says what the log does not hold, and guesses none of it", async () => {
    const on = await gatewayWithLog(
      [
        { finish_reason: "tool_calls" },
        {},
        { feature: "a" },
        { route: "/v1/embeddings", dialect: "openai-embeddings" },
        { feature: "z" },
      ],
      [saved({ metadata: { tier: "gold" }, feature: "a" }, { model: "acme/other" })],
    );
    const tools = await answerOf(on, rule({ priority: 20, when: { tools: true, operation: "chat" } }));
    // An answer that called a tool had one; an embedding has none. The rule before asks for metadata of one of them.
    expect(tools).toMatchObject({ judged: 4, decides: 1, outcome: { moved: 1, not_known: 3 } });
    expect(tools.not_known).toEqual(
      expect.arrayContaining([
        { condition: "tools", effect: "undecided", requests: 3 },
        { condition: "metadata", effect: "undecided", requests: 1 },
      ]),
    );
    expect(tools.cost).toMatchObject({ compared: 1, not_compared: { not_known: 3 } });
    const downgrade = { downgrade: { to: ["acme/cheap"], above_percent: 50 } };
    const used = await answerOf(on, rule({ when: { feature: "z" }, then: downgrade }));
    expect(used.not_known).toContainEqual({ condition: "wallet_used_percent", effect: "undecided", requests: 1 });
    const fastest = await answerOf(
      on,
      rule({ when: { feature: "z" }, then: { fastest: ["acme/cheap", "acme/other"] } }),
    );
    expect(fastest.not_known).toContainEqual({ condition: "latency_p50_ms", effect: "undecided", requests: 1 });
    const down = await answerOf(on, rule({ when: { health: { acme: "down" } } }));
    expect(down).toMatchObject({ decides: 0, outcome: { not_known: 5 } });
    const blind = await answerOf(on, rule({ when: { feature: "z" }, then: { model: "acme/blind" } }));
    expect(blind).toMatchObject({ outcome: { moved: 1 } });
    expect(blind.not_known).toEqual(
      expect.arrayContaining([
        { condition: "images", effect: "assumed", requests: 1 },
        { condition: "tools", effect: "assumed", requests: 1 },
        { condition: "key", effect: "assumed", requests: 1 },
      ]),
    );
    const sized = await answerOf(on, rule({ when: { input_tokens: { gte: 900 } } }));
    expect(sized.not_known).toContainEqual({ condition: "input_tokens", effect: "estimated", requests: 5 });
  });

  it("goes by how much of the wallet was used where a rule had asked for it then", async () => {
    const routing = JSON.stringify({ asked: "smart", wallet_used_percent: 81 });
    const on = await gatewayWithLog([{ routing }, { routing, tags: '{"a":"b"}', cache: "hit-exact" }]);
    const answer = await answerOf(on, rule({ when: { model: "smart", wallet_used_percent: { gt: 80 } } }));
    expect(answer).toMatchObject({
      decides: 2,
      outcome: { moved: 2 },
      cost: { compared: 1, not_compared: { cached: 1 } },
    });
  });

  it("compares with where a request was sent first, and leaves out what cannot be priced", async () => {
    const on = await gatewayWithLog([
      { routing: JSON.stringify({ asked: "acme/cheap", tried: [{ model: "acme/cheap" }] }) },
      { usage: "{}", input_tokens: 0, status: 502, cost_nano_usd: 0 },
      { usage: '{"input":5,"search":2}' },
    ]);
    const answer = await answerOf(on, rule({}));
    expect(answer).toMatchObject({
      outcome: { same: 1, moved: 2 },
      cost: { compared: 1, not_compared: { no_usage: 1, unpriced: 1 } },
    });
    const gone = await answerOf(on, rule({ then: { model: "nobody/x" } }));
    expect(gone.moves[0]).toMatchObject({ verdict: "refused", code: "model_not_found", to: null });
  });

  it("takes a provider that is disabled now to be enabled, and says so", async () => {
    const on = await gatewayWithLog([{ feature: "a" }, {}]);
    await on.addProvider({ id: "off", enabled: 0 });
    const to_off = rule({ when: { feature: "a" }, then: { model: "off/gpt-4.1-nano" } });
    const answer = await answerOf(on, to_off);
    expect(answer).toMatchObject({ outcome: { moved: 1 }, moves: [{ to: { provider: "off" } }] });
    expect(answer.not_known).toContainEqual({ condition: "provider", effect: "assumed", requests: 1 });
    const either = rule({ then: { fallback: ["off/gpt-4.1-nano", "acme/cheap"] } });
    expect((await answerOf(on, either)).moves).toMatchObject([{ to: { model: "acme/cheap" }, requests: 2 }]);
  });

  it("counts corrections and charged attempts in what a request cost, and prices the corrected usage", async () => {
    const on = await gatewayWithLog([{}]);
    on.d1.insert("request_adjustments", {
      event_id: "wal_1:x",
      request_id: "req_0",
      org_id: on.org_id,
      wallet_id: "wal_1",
      key_id: "key_gone",
      at: noon(9),
      provider_id: "acme",
      model: "acme/dear",
      reason: "correction",
      cost_nano_usd: -3,
      input_tokens: 0,
      output_tokens: 0,
      record: '{"usage":{"input":10}}',
      batch_id: "b",
    });
    expect((await answerOf(on, rule({}))).cost).toMatchObject({
      cost_usd: "0.000009997",
      replayed_cost_usd: "0.000000010",
    });
  });
});

describe("the saved rules on requests of the log", () => {
  it("are judged on all of them where there is no draft", async () => {
    const on = await gatewayWithLog([{ feature: "a" }, {}], [saved({ feature: "a" }, { model: "acme/cheap" })]);
    expect(await answerOf(on)).toMatchObject({
      judged: 2,
      decides: 0,
      as_saved: { same: 1, moved: 1 },
      outcome: { same: 1, moved: 1 },
      moves: [{ requests: 1 }, { requests: 1 }],
    });
  });

  it("hold to the countries and the keys' models of now, as a request would", async () => {
    const on = await gatewayWithLog([{ country: "DE" }, { country: "FR" }]);
    on.d1.run("UPDATE orgs SET caller_countries = '[\"DE\"]'");
    const answer = await answerOf(on, rule({}));
    expect(answer.outcome).toMatchObject({ moved: 1, refused: 1 });
    expect(answer.moves).toContainEqual(expect.objectContaining({ code: "region_denied", examples: ["req_1"] }));
    on.d1.run("UPDATE api_keys SET models = '[\"acme/dear\"]'");
    on.d1.run("UPDATE request_log SET key_id = (SELECT id FROM api_keys)");
    expect((await answerOf(on, rule({ when: { country: "DE" } }))).moves).toMatchObject([{ code: "forbidden" }]);
  });
});
