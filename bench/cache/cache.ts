import * as z from "zod";
import type { Findings, Harness, Run } from "../harness/harness.ts";
import { type Rig, startRig } from "../harness/platform.ts";
import { Violations } from "../harness/violations.ts";
import { until } from "../harness/wait.ts";
import { median } from "../measure/numbers.ts";
import { figure, table } from "../report/table.ts";

/** `npm run bench -- cache`: what the response cache costs a request that it does not answer, and saves one that it does. */
export const cache: Harness = {
  about:
    "The same chat asked of a provider that answers at once, or in half a second: without a cache, missed by each tier, and answered by each.\n" +
    "Rows take turns, one request at a time, so that each has the same machine; the ratios are what counts.",
  numbers: {
    rounds: { usual: 300, quick: 40, least: 5, most: 10_000, what: "requests of each row" },
  },
  run: runCache,
};

interface Row {
  readonly title: string;
  readonly mode: "off" | "exact" | "both";
  /** What is asked the nth time. */
  question(at: number): string;
  readonly expected: string | null;
  /** The provider takes half a second, and is asked in every tenth round only. */
  readonly slow?: true;
}

const KEPT = "Which of the towers in the old town is the tallest one";

const ROWS: readonly Row[] = [
  { title: "no cache", mode: "off", question: (at) => `Question ${at} of nobody`, expected: null },
  { title: "exact, miss", mode: "exact", question: (at) => `Question ${at} of exact`, expected: "miss" },
  { title: "exact and semantic, miss", mode: "both", question: (at) => `Tell me of ${at} ships`, expected: "miss" },
  { title: "exact, hit", mode: "exact", question: () => KEPT, expected: "hit-exact" },
  // Another spelling each time, so that none is found by its exact key.
  { title: "semantic, hit", mode: "both", question: (at) => `${KEPT}${"?".repeat(1 + at)}`, expected: "hit-semantic" },
  { title: "no cache, slow", mode: "off", question: (at) => `Slowly, ${at}`, expected: null, slow: true },
  { title: "exact, hit, slow", mode: "exact", question: () => KEPT, expected: "hit-exact", slow: true },
];

async function runCache(run: Run): Promise<Findings> {
  // A budget that a loaded machine keeps: what is late counts as a miss, and would only look fast.
  const rig = await startRig(run, { AO_CACHE_BUDGET_MS: "2000" });
  const violations = new Violations();
  const rows = [];
  for (const row of ROWS) rows.push({ row, key: await keyFor(rig, row), ms: [] as number[] });
  for (const { row, key } of rows) await warm(rig, row, key);
  for (let round = 0; round < run.number("rounds"); round += 1) {
    for (const { row, key, ms } of rows) {
      if (row.slow === true && round % 10 !== 0) continue;
      const from = performance.now();
      const status = await ask(rig, key, row, row.question(round));
      ms.push(performance.now() - from);
      // A veto that a like question of before met is a miss with a reason.
      violations.expect(
        status === row.expected || (status === "refused" && row.expected === "miss"),
        () => `${row.title}: ${status} instead of ${row.expected}`,
      );
    }
  }
  const base = median(rows[0]?.ms ?? []);
  const figures = rows.map(({ row, ms }) => ({
    title: row.title,
    median_ms: median(ms),
    ratio: median(ms) / base,
    added_ms: median(ms) - base,
  }));
  console.log(
    `\n${table(
      ["request", "median ms", "of no cache", "added ms"],
      figures.map((row) => [row.title, figure(row.median_ms), figure(row.ratio), figure(row.added_ms)]),
    )}`,
  );
  return { violations: violations.list, figures: { rows: figures } };
}

/** A key of its own, in a team of its own, under a setting of its own. */
async function keyFor({ admin }: Rig, { title, mode }: Row): Promise<string> {
  const team = await admin.make("/v1/teams", { name: title });
  const wallet = await admin.make("/v1/wallets", { name: title, team_id: team.id, limit_usd: "1000", period: "none" });
  const key = await admin.make("/v1/keys", { name: title, wallet_id: wallet.id });
  const set = await admin.call("PUT", "/v1/cache/settings", { scope: "team", team_id: team.id, mode, threshold: 0.9 });
  if (set?.status !== 200) throw new Error(`the setting of ${title}: ${JSON.stringify(set)}`);
  return z.string().parse(key.key);
}

/** Until the setting holds, and what is to be found is kept. */
async function warm(rig: Rig, row: Row, key: string): Promise<void> {
  if (row.mode !== "off") await ask(rig, key, row, KEPT);
  const wanted = row.mode === "off" ? null : "hit-exact";
  await until(
    () => ask(rig, key, row, KEPT),
    (status) => status === wanted,
    30_000,
  );
}

async function ask({ platform }: Rig, key: string, { slow }: Row, content: string): Promise<string | null> {
  const asked = slow === true ? { model: "sandbox/slow", metadata: { delay_ms: "500" } } : { model: "sandbox/echo" };
  const response = await fetch(`${platform.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ ...asked, messages: [{ role: "user", content }], max_tokens: 50 }),
  });
  await response.text();
  return response.headers.get("x-ao-cache");
}
