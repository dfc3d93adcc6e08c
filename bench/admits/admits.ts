import * as z from "zod";
import { NANO_PER_USD } from "../../schema/kernel/money.ts";
import type { WalletSettings } from "../../schema/wire/wallet-settings.ts";
import type { Findings, Harness, Run } from "../harness/harness.ts";
import { Violations } from "../harness/violations.ts";
import { settingsOf } from "../harness/wallet-settings.ts";
import { median } from "../measure/numbers.ts";
import { figure, table } from "../report/table.ts";
import { type BenchWorker, startWalletsWorker } from "../rig/bench-worker.ts";
import { loopResultSchema, readResultSchema } from "../rig/wallets-contract.ts";

/** `npm run bench -- admits`: what admission alone costs, in the wallet objects themselves. */
export const admits: Harness = {
  about:
    "Admits and settles over RPC against the real wallet objects, without a gateway in front: one wallet, many, and\n" +
    "wallets below others. Rounds take turns, so that every row has the same machine; the ratios are what counts.",
  numbers: {
    seconds: { usual: 2, quick: 0.4, least: 0.1, most: 60, what: "measured seconds per row and round" },
    rounds: { usual: 5, quick: 2, least: 1, most: 100, what: "how often each row has its turn" },
    lanes: { usual: 64, quick: 64, least: 1, most: 1_000, what: "how many admit at once" },
  },
  run: runAdmits,
};

/** Which wallets a row admits on. */
interface Shape {
  readonly title: string;
  /** Wallets that requests come to. */
  readonly leaves: number;
  /** Wallets from the top to a leaf, both counted. All but the leaves are shared. */
  readonly depth: number;
  /** The leaves are shards of the wallet above them: wallets without a limit of their own. */
  readonly sharded?: boolean;
}

/** The first is what the others are compared with. */
const SHAPES: readonly Shape[] = [
  { title: "1 wallet", leaves: 1, depth: 1 },
  { title: "1 wallet, depth 3", leaves: 1, depth: 3 },
  { title: "1 wallet, depth 5", leaves: 1, depth: 5 },
  { title: "1 wallet in 8 shards", leaves: 8, depth: 2, sharded: true },
  { title: "64 wallets", leaves: 64, depth: 1 },
  { title: "64 wallets below one, depth 2", leaves: 64, depth: 2 },
  { title: "64 wallets below one, depth 5", leaves: 64, depth: 5 },
];

const HOLD_NANO_USD = 1_000_000;
const COST_NANO_USD = 900_000;
/** More than any run spends. */
const LIMIT_NANO_USD = 1_000_000 * NANO_PER_USD;

interface Row {
  readonly shape: Shape;
  readonly leaves: readonly string[];
  /** Those that only lend. */
  readonly above: readonly string[];
  readonly per_second: number[];
  admits: number;
  messages: number;
}

async function runAdmits(run: Run): Promise<Findings> {
  const worker = await startWalletsWorker(run);
  const violations = new Violations();
  const rows: Row[] = [];
  for (const [index, shape] of SHAPES.entries()) rows.push(await makeRow(worker, shape, `shape${index}`));
  // The first turn fills leases and caches, and is not counted.
  for (const row of rows) await turn(run, worker, row, violations, false);
  for (let round = 0; round < run.number("rounds"); round += 1) {
    for (const row of rows) await turn(run, worker, row, violations, true);
  }
  for (const row of rows) {
    const { wallets } = await worker.ask({ kind: "read", wallet_ids: [...row.above, ...row.leaves] }, readResultSchema);
    for (const { wallet_id, problems } of wallets) {
      violations.expect(problems.length === 0, () => `audit of ${wallet_id}: ${problems.join("; ")}`);
    }
  }
  const figures = rows.map((row) => figuresOf(row, rows[0]));
  console.log(
    `\n${table(
      ["wallets", "admits/s", "of the first", "objects per warm admit"],
      figures.map((row) => [row.title, figure(row.per_second), figure(row.ratio), row.objects_per_admit.toFixed(4)]),
    )}`,
  );
  return { violations: violations.list, figures: { rows: figures } };
}

async function makeRow(worker: BenchWorker, shape: Shape, prefix: string): Promise<Row> {
  const above = Array.from({ length: shape.depth - 1 }, (_, level) => `${prefix}/level${level}`);
  const leaves = Array.from({ length: shape.leaves }, (_, leaf) => `${prefix}/leaf${leaf}`);
  const settings: WalletSettings[] = [
    ...above.map((id, level) => settingsOf(id, LIMIT_NANO_USD, above[level - 1] ?? null)),
    ...leaves.map((id) => settingsOf(id, shape.sharded ? null : LIMIT_NANO_USD, above.at(-1) ?? null)),
  ];
  await worker.ask({ kind: "configure", settings }, z.object({}));
  return { shape, leaves, above, per_second: [], admits: 0, messages: 0 };
}

async function turn(run: Run, worker: BenchWorker, row: Row, violations: Violations, counted: boolean): Promise<void> {
  const before = await messagesOf(worker, row);
  const result = await worker.ask(
    {
      kind: "loop",
      wallet_ids: row.leaves,
      lanes: run.number("lanes"),
      duration_ms: Math.round(run.number("seconds") * 1_000),
      hold_nano_usd: HOLD_NANO_USD,
      cost_nano_usd: COST_NANO_USD,
    },
    loopResultSchema,
  );
  violations.expect(result.refusals === 0, () => `${row.shape.title}: ${result.refusals} refusals of a full wallet`);
  if (!counted) return;
  row.per_second.push((result.admits / result.elapsed_ms) * 1_000);
  row.admits += result.admits;
  row.messages += (await messagesOf(worker, row)) - before;
}

/** Messages that the wallets above have had so far. */
async function messagesOf(worker: BenchWorker, { above }: Row): Promise<number> {
  const { wallets } = await worker.ask({ kind: "read", wallet_ids: above }, readResultSchema);
  return wallets.reduce((total, { messages }) => total + messages, 0);
}

function figuresOf({ shape, per_second, admits: count, messages }: Row, first: Row | undefined) {
  const rate = median(per_second);
  return {
    title: shape.title,
    per_second: rate,
    ratio: rate / median(first?.per_second ?? []),
    objects_per_admit: 1 + messages / count,
  };
}
