import { describe, expect, it } from "vitest";
import { RATE_FIELDS } from "../../../../schema/resources/rate-fields.ts";
import { readDraft } from "../../../../workers/dashboard/app/resources/draft.ts";
import {
  meaningOf,
  RATE_NAMES,
  RATES,
  scopesOf,
  tightest,
} from "../../../../workers/dashboard/app/resources/rate-limits/rate-limits.ts";
import { type FieldInfo, readResource } from "../../../../workers/dashboard/app/resources/resource-info.ts";

const wallet = (id: string, parent_id: string | null, limits: object = {}) => ({ id, name: id, parent_id, ...limits });

describe("rate limits", () => {
  it("are all that the API has", () => {
    expect([...RATE_NAMES]).toEqual([...RATE_FIELDS]);
  });

  it("bind a key's requests by itself, its wallet and each wallet above, and the least is met first", () => {
    const wallets = [
      wallet("company", null, { requests_per_minute: 500, tokens_per_minute: 0 }),
      wallet("search", "company", { requests_per_minute: 900 }),
      wallet("other", "company", { requests_per_minute: 1 }),
    ];
    const row = { id: "key_1", name: "Backend", wallet_id: "search", requests_per_minute: 600 };
    const scopes = scopesOf("key", row, wallets);
    expect(scopes.map(({ resource, id }) => [resource, id])).toEqual([
      ["key", "key_1"],
      ["wallet", "search"],
      ["wallet", "company"],
    ]);
    expect(RATE_NAMES.map((name) => tightest(scopes, name))).toEqual([500, 0, null]);
    expect(scopesOf("wallet", wallet("search", "company"), wallets).map(({ id }) => id)).toEqual(["search", "company"]);
  });

  it("end where a wallet is not known, and where wallets stand above each other in a circle", () => {
    expect(scopesOf("wallet", wallet("a", "gone"), [])).toHaveLength(1);
    const circle = [wallet("a", "b"), wallet("b", "a")];
    expect(scopesOf("key", { id: "k", wallet_id: "a" }, circle).map(({ id }) => id)).toEqual(["k", "a", "b"]);
  });

  const [requests, tokens, concurrent] = RATES;
  it.each([
    [requests, "600", "After a pause 600 requests at once, then 10 a second."],
    [tokens, "200,000", "After a pause 200,000 tokens at once, then 3,333.3 a second."],
    [requests, "7", "After a pause 7 requests at once, then one in 8.6 seconds."],
    [concurrent, "20", "Whatever comes beyond that is refused until one has ended."],
    [concurrent, "0", "Refuses everything."],
    [requests, "", null],
    [requests, "many", null],
  ])("say what they mean as they are typed: %o %s", (rate, typed, meaning) => {
    expect(meaningOf(rate, typed)).toBe(meaning);
  });
});

describe("a whole number in a form", () => {
  const { fields } = readResource({
    path: "/v1/keys",
    title: "API keys",
    fields: [
      { name: "rate", nullable: true, update: true, widget: { kind: "integer", least: 0, most: 1_000_000_000 } },
      { name: "runs", update: true, widget: { kind: "integer" } },
    ],
  });
  const read = (name: string, typed: string) =>
    readDraft(
      fields.filter((field: FieldInfo) => field.name === name),
      { rate: 5, runs: 5 },
      { [name]: typed },
      [],
    );

  it.each([
    ["200000", 200_000],
    [" 1,000,000,000 ", 1_000_000_000],
    ["0", 0],
    ["", null],
  ])("is read from %j", (typed, value) => {
    expect(read("rate", typed)).toEqual({ values: { rate: value }, errors: {} });
  });

  it.each(["1.5", "-1", "1,00", "1000000001", "ten", "9999999999999999"])("is refused at its field: %s", (typed) => {
    expect(read("rate", typed)).toEqual({
      values: {},
      errors: { rate: "Give a whole number from 0 to 1,000,000,000." },
    });
  });

  it("has no bound where the API tells none", () => {
    expect(read("runs", "-1").errors.runs).toBe("Give a whole number from 0 on.");
    expect(read("runs", "999999999999999").values.runs).toBe(999_999_999_999_999);
  });
});
