import * as z from "zod";
import { readStoredWallets, type StoredWallet } from "../../scripts/harness/stored-wallets.ts";
import type { WalletFigures } from "./admin.ts";
import type { ChatAnswer } from "./chat.ts";
import type { Counts } from "./counts.ts";
import type { Rig } from "./platform.ts";
import type { Violations } from "./violations.ts";
import { until } from "./wait.ts";
import type { MadeWallet } from "./wallets.ts";

/**
 * What the platform says of its money once nothing moves any more, from three sides that share no code: its API, the rows
 * of D1, and the wallet objects' files on the disk.
 */

/** Postings of requests, and how much each wallet's requests were charged in all. */
export interface Books {
  /** By request id, what the ledger has charged in all. */
  readonly charged: ReadonlyMap<string, number>;
  readonly usage_rows: number;
  readonly ledger_rows: number;
  readonly corrections: number;
  readonly expired: number;
}

/** Kinds of ledger rows that belong to a request, and those that end its hold. */
const ENDS = new Set(["charge", "release", "expire"]);
const OF_REQUEST = new Set([...ENDS, "attempt", "overage", "correction"]);

/** What is told to the wallet above takes five seconds, each level; a busy machine some more. */
const TOLD_WITHIN_MS = 60_000;

/**
 * Waits until nothing is held any more and everything spent has been told upwards, for as long as that may take. What is
 * held after `held_within_ms` has outlived its deadline.
 */
export async function quiesce(
  rig: Rig,
  wallets: readonly MadeWallet[],
  held_within_ms: number,
  violations: Violations,
): Promise<ReadonlyMap<string, WalletFigures>> {
  const read = () => readFigures(rig, wallets);
  const idle = await until(read, (figures) => [...figures.values()].every(isIdle), held_within_ms);
  for (const { id, name } of wallets) {
    const figures = idle.get(id);
    violations.expect(figures !== undefined, () => `${name} does not answer`);
    if (figures !== undefined && !isIdle(figures)) {
      violations.add(`${name} still holds ${figures.held_nano_usd} in ${figures.open_holds} holds past their deadline`);
    }
  }
  const told = await until(read, (figures) => untold(wallets, figures).length === 0, TOLD_WITHIN_MS);
  for (const sentence of untold(wallets, told)) violations.add(sentence);
  return told;
}

const isIdle = ({ held_nano_usd, open_holds }: WalletFigures): boolean => held_nano_usd === 0 && open_holds === 0;

export async function readFigures(
  rig: Rig,
  wallets: readonly MadeWallet[],
): Promise<ReadonlyMap<string, WalletFigures>> {
  const all = await Promise.all(wallets.map(async ({ id }) => [id, await rig.admin.figures(id)] as const));
  return new Map(all.flatMap(([id, figures]) => (figures === null ? [] : [[id, figures] as const])));
}

/** Keys spend from leaves only in these runs, so what a wallet above spent is what those right below it did. */
function untold(wallets: readonly MadeWallet[], figures: ReadonlyMap<string, WalletFigures>): readonly string[] {
  return wallets.flatMap((wallet) => {
    const below = wallets.filter(({ above }) => above[0]?.id === wallet.id);
    if (below.length === 0) return [];
    const spent = figures.get(wallet.id)?.spent_nano_usd;
    const sum = below.reduce((total, { id }) => total + (figures.get(id)?.spent_nano_usd ?? Number.NaN), 0);
    return spent === sum ? [] : [`${wallet.name} has spent ${spent}, and the wallets below it ${sum}`];
  });
}

/** Compares all three sides. Stops the platform to read its files, and leaves it stopped. */
export async function checkBooks(
  rig: Rig,
  wallets: readonly MadeWallet[],
  figures: ReadonlyMap<string, WalletFigures>,
  violations: Violations,
): Promise<Books> {
  for (const { id, name } of wallets) {
    const report = await until(
      () => rig.admin.audit(id),
      (answer) => answer !== null,
      10_000,
    );
    violations.expect(report?.ok === true, () => `audit of ${name}: ${report?.problems.join("; ") ?? "no answer"}`);
  }
  const rows = await usageRows(rig, wallets, figures);
  await rig.platform.stop();
  const stored = new Map(readStoredWallets(rig.platform.dataDir).map((wallet) => [wallet.wallet_id, wallet]));
  const charged = new Map<string, number>();
  const kinds = { ledger_rows: 0, corrections: 0, expired: 0 };
  for (const wallet of wallets) {
    const found = stored.get(wallet.id);
    if (found === undefined) {
      violations.add(`${wallet.name} has no file`);
      continue;
    }
    checkFile(wallet, found, figures.get(wallet.id), violations);
    checkRows(wallet, chargedIn(found), rows.get(wallet.id) ?? new Map(), violations);
    for (const [request_id, amount] of chargedIn(found)) charged.set(request_id, amount);
    kinds.ledger_rows += found.ledger.length;
    kinds.corrections += found.ledger.filter(({ kind }) => kind === "correction").length;
    kinds.expired += found.ledger.filter(({ kind }) => kind === "expire").length;
  }
  const usage_rows = [...rows.values()].reduce((total, { size }) => total + size, 0);
  return { charged, usage_rows, ...kinds };
}

function checkFile(
  { name }: MadeWallet,
  stored: StoredWallet,
  figures: WalletFigures | undefined,
  violations: Violations,
): void {
  violations.expect(stored.open_holds === 0, () => `${name} has ${stored.open_holds} holds on the disk`);
  violations.expect(stored.unsent_events === 0, () => `${name} has ${stored.unsent_events} events that were not sent`);
  const spent = -stored.ledger
    .filter(({ kind }) => OF_REQUEST.has(kind) || kind === "child")
    .reduce((total, { amount }) => total + amount, 0);
  violations.expect(
    spent === figures?.spent_nano_usd,
    () => `${name}: ledger ${spent}, spent ${figures?.spent_nano_usd}`,
  );
  const ends = stored.ledger.filter(({ kind }) => ENDS.has(kind)).map(({ ref }) => ref);
  violations.expect(new Set(ends).size === ends.length, () => `${name}: a hold has ended twice`);
}

/** By request, what the ledger of a file has charged. */
function chargedIn({ ledger }: StoredWallet): ReadonlyMap<string, number> {
  const charged = new Map<string, number>();
  for (const { kind, ref, amount } of ledger) {
    if (OF_REQUEST.has(kind)) charged.set(ref, (charged.get(ref) ?? 0) - amount);
  }
  return charged;
}

function checkRows(
  { name }: MadeWallet,
  charged: ReadonlyMap<string, number>,
  rows: ReadonlyMap<string, number>,
  violations: Violations,
): void {
  violations.expect(rows.size === charged.size, () => `${name}: ${charged.size} requests, ${rows.size} usage rows`);
  for (const [request_id, amount] of charged) {
    violations.expect(
      rows.get(request_id) === amount,
      () => `${request_id} of ${name}: ledger ${amount}, usage row ${rows.get(request_id) ?? "missing"}`,
    );
  }
}

const rowSchema = z.array(z.object({ wallet_id: z.string(), request_id: z.string(), cost_nano_usd: z.number() }));

/** By wallet and request, what the log says with its adjustments. Waits until the last events have arrived. */
async function usageRows(
  rig: Rig,
  wallets: readonly MadeWallet[],
  figures: ReadonlyMap<string, WalletFigures>,
): Promise<ReadonlyMap<string, ReadonlyMap<string, number>>> {
  const leaves = wallets.filter(({ id }) => !wallets.some(({ above }) => above[0]?.id === id));
  const spent = leaves.reduce((total, { id }) => total + (figures.get(id)?.spent_nano_usd ?? 0), 0);
  const wanted = new Set(wallets.map(({ id }) => id));
  const read = async () => {
    const log = await rig.platform.query("SELECT wallet_id, request_id, cost_nano_usd FROM request_log");
    const more = await rig.platform.query("SELECT wallet_id, request_id, cost_nano_usd FROM request_adjustments");
    return rowSchema.parse([...log, ...more]).filter(({ wallet_id }) => wanted.has(wallet_id));
  };
  const sumOf = (rows: z.infer<typeof rowSchema>): number =>
    rows.reduce((total, { cost_nano_usd }) => total + cost_nano_usd, 0);
  // Requests without cost have rows too, and arrive with the others: one more look once the sum is there.
  let before = -1;
  const rows = await until(
    read,
    (found) => {
      const settled = sumOf(found) === spent && found.length === before;
      before = found.length;
      return settled;
    },
    60_000,
    2_500,
  );
  const by_wallet = new Map<string, Map<string, number>>();
  for (const { wallet_id, request_id, cost_nano_usd } of rows) {
    const of_wallet = by_wallet.get(wallet_id) ?? new Map<string, number>();
    by_wallet.set(wallet_id, of_wallet);
    of_wallet.set(request_id, (of_wallet.get(request_id) ?? 0) + cost_nano_usd);
  }
  return by_wallet;
}

/** The sandbox's prices: 1 dollar a million prompt tokens, 2 dollars a million answer tokens. */
export const INPUT_NANO_USD = 1_000;
export const OUTPUT_NANO_USD = 2_000;

/**
 * What the client saw must be in the ledger: an answer that told its cost was charged exactly that, and what was
 * delivered of any other was charged at least.
 */
export function checkAnswers(
  answers: readonly ChatAnswer[],
  charged: ReadonlyMap<string, number>,
  violations: Violations,
): { readonly acknowledged: number; readonly lost: number } {
  let acknowledged = 0;
  let lost = 0;
  for (const { request_id, cost_nano_usd, delivered_tokens, replayed } of answers) {
    if (request_id === null || replayed) continue;
    const amount = charged.get(request_id);
    if (cost_nano_usd !== null) {
      acknowledged += 1;
      if (amount !== cost_nano_usd) lost += 1;
      violations.expect(
        amount === cost_nano_usd,
        () => `${request_id} said that it cost ${cost_nano_usd}, and the ledger has ${amount ?? "nothing"}`,
      );
    } else if (delivered_tokens > 0) {
      const least = delivered_tokens * OUTPUT_NANO_USD;
      violations.expect(
        amount !== undefined && amount >= least,
        () => `${request_id} delivered ${delivered_tokens} tokens and was charged ${amount ?? "nothing"}`,
      );
    }
  }
  return { acknowledged, lost };
}

/** What of the books goes into a run's counts. */
export function booksFigures(books: Books, counts: Counts): void {
  counts.add("requests in the ledger", books.charged.size);
  counts.add("usage rows", books.usage_rows);
  counts.add("holds that expired", books.expired);
  counts.add("corrections after an expiry", books.corrections);
}
