import { describe, expect, test } from "vitest";
import { composeDigest, type DigestToTell } from "../../../workers/cron/notifications/compose-digest.ts";
import { type DueDigest, dueDigest } from "../../../workers/cron/notifications/digest-days.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Every digest that goes out while a job looks every ten minutes, and is down from time to time. */
function sentBetween(from: string, to: string, hour: number, time_zone: string, down = (_at: number) => false) {
  const sent: (DueDigest & { readonly at: string })[] = [];
  let last_day = "";
  for (let at = Date.parse(from); at < Date.parse(to); at += 10 * MINUTE) {
    const due = down(at) ? null : dueDigest({ hour, time_zone, last_day }, at);
    if (due === null) continue;
    last_day = due.today;
    sent.push({ ...due, at: new Date(at).toISOString() });
  }
  return sent;
}

const lengths = (digests: readonly DueDigest[]) => digests.map(({ day }) => (day.end - day.start) / HOUR);

describe("a digest is sent once in each local day", () => {
  test("over a night in which clocks skip its hour, behind the gap", () => {
    // Berlin, 29 March 2026: 02:00 becomes 03:00, at 01:00 UTC.
    const sent = sentBetween("2026-03-27T23:00:00Z", "2026-03-31T12:00:00Z", 2, "Europe/Berlin");
    expect(sent.map(({ at }) => at)).toEqual([
      "2026-03-28T01:00:00.000Z",
      "2026-03-29T01:00:00.000Z",
      "2026-03-30T00:00:00.000Z",
      "2026-03-31T00:00:00.000Z",
    ]);
    expect(sent.map(({ day }) => day.date)).toEqual(["2026-03-27", "2026-03-28", "2026-03-29", "2026-03-30"]);
    expect(lengths(sent)).toEqual([24, 24, 23, 24]);
  });

  test("over a night in which clocks show its hour twice, the first time", () => {
    // Berlin, 25 October 2026: 03:00 becomes 02:00, at 01:00 UTC.
    const sent = sentBetween("2026-10-23T22:00:00Z", "2026-10-27T12:00:00Z", 2, "Europe/Berlin");
    expect(sent.map(({ at }) => at)).toEqual([
      "2026-10-24T00:00:00.000Z",
      "2026-10-25T00:00:00.000Z",
      "2026-10-26T01:00:00.000Z",
      "2026-10-27T01:00:00.000Z",
    ]);
    expect(lengths(sent)).toEqual([24, 24, 25, 24]);
  });

  test.each([
    ["America/New_York", "2026-03-06T00:00:00Z", "2026-03-12T00:00:00Z"],
    ["America/New_York", "2026-10-30T00:00:00Z", "2026-11-05T00:00:00Z"],
    // Midnight itself is skipped.
    ["America/Santiago", "2026-09-03T00:00:00Z", "2026-09-10T00:00:00Z"],
    ["Asia/Kolkata", "2026-03-06T00:00:00Z", "2026-03-12T00:00:00Z"],
    ["Pacific/Kiritimati", "2026-03-06T00:00:00Z", "2026-03-12T00:00:00Z"],
  ])("in %s from %s, at every hour: days follow each other without a gap", (time_zone, from, to) => {
    for (let hour = 0; hour < 24; hour += 1) {
      const sent = sentBetween(from, to, hour, time_zone);
      expect(sent.length).toBeGreaterThanOrEqual(5);
      expect(new Set(sent.map(({ today }) => today)).size).toBe(sent.length);
      for (const [at, { day, before }] of sent.entries()) {
        expect(before.end).toBe(day.start);
        if (at > 0) expect(sent[at - 1]?.day).toEqual(before);
      }
    }
  });

  test("also behind an outage in its hour, and not twice for a day that was missed", () => {
    const down = (at: number) => at > Date.parse("2026-05-02T00:00:00Z") && at < Date.parse("2026-05-04T15:00:00Z");
    const sent = sentBetween("2026-05-01T00:00:00Z", "2026-05-06T00:00:00Z", 8, "UTC", down);
    expect(sent.map(({ at }) => at.slice(0, 16))).toEqual(["2026-05-01T08:00", "2026-05-04T15:00", "2026-05-05T08:00"]);
  });
});

const spend = (cost_nano_usd: number, requests: number) => ({
  cost_nano_usd,
  requests,
  input_tokens: 1_000 * requests,
  output_tokens: 100 * requests,
});

const due = dueDigest({ hour: 8, time_zone: "Europe/Berlin", last_day: "" }, Date.parse("2026-11-26T07:00:00Z"));
if (due === null) throw new Error("it is due");

const digest: DigestToTell = {
  id: "dig_1",
  org_id: "org_1",
  team_id: "team_1",
  whose: "Search",
  time_zone: "Europe/Berlin",
  due,
  spend: spend(12_345_678_901, 1_200),
  spend_before: spend(10_000_000_000, 900),
  models: [{ model: "openai/gpt-5", ...spend(12_345_678_901, 1_200) }],
  budgets: [
    {
      id: "wal_1",
      name: "App",
      limit_nano_usd: 100_000_000_000,
      spent_nano_usd: 40_000_000_000,
      left_nano_usd: 60_000_000_000,
      resets_at: Date.parse("2026-11-30T23:00:00Z"),
    },
  ],
};

test("a digest says what was spent, on what, beside the day before, and what is left", () => {
  const { title, lines, tables, data, source_id } = composeDigest(digest, 0);
  expect(source_id).toBe("dig_1/2026-11-25");
  expect(title).toBe("Search spent 12.35 US dollars on 2026-11-25");
  expect(lines).toEqual([
    "On 2026-11-25 (Europe/Berlin) Search spent 12.35 US dollars for 1,200 requests.",
    "The day before it was 10.00 US dollars for 900 requests: 23 % more now.",
  ]);
  expect(tables.map(({ rows }) => rows)).toEqual([
    [["openai/gpt-5", "1,200", "1,200,000", "120,000", "12.35"]],
    [["App", "100.00", "40.00", "60.00"]],
  ]);
  expect(data).toMatchObject({
    day: { date: "2026-11-25", cost_usd: "12.345678901", requests: 1_200 },
    before: { date: "2026-11-24", cost_usd: "10.000000000" },
    wallets: [{ id: "wal_1", left_usd: "60.000000000", resets_at: "2026-11-30T23:00:00.000Z" }],
  });
});

test.each([
  [0, ""],
  [20_000_000_000, ": 38 % less now"],
  [12_340_000_000, ": about the same"],
])("beside %i nano-dollars of the day before it says %j", (before, said) => {
  const { lines } = composeDigest({ ...digest, spend_before: spend(before, 900) }, 0);
  expect(lines[1]).toMatch(new RegExp(`requests${said}\\.$`));
});

test("a day without anything is told without tables", () => {
  expect(composeDigest({ ...digest, models: [], budgets: [] }, 0).tables).toEqual([]);
});
