import type { WalletFigures } from "../harness/admin.ts";
import { booksFigures, checkAnswers, checkBooks, quiesce } from "../harness/books.ts";
import type { ChatAnswer } from "../harness/chat.ts";
import { Counts } from "../harness/counts.ts";
import type { Findings, Harness, Run } from "../harness/harness.ts";
import { type Rig, startRig } from "../harness/platform.ts";
import { Violations } from "../harness/violations.ts";
import { pause } from "../harness/wait.ts";
import type { MadeWallet } from "../harness/wallets.ts";
import { abuser } from "./abusers.ts";
import { administrator } from "./administrator.ts";
import { Timeline } from "./timeline.ts";
import { makeTree, TOP_LIMIT_NANO_USD, type Tree } from "./tree.ts";
import { look, watcher } from "./watcher.ts";
import type { Limit, World } from "./world.ts";

/** `npm run bench -- abuse`: whether a dollar stays a dollar, whatever clients, administrators and crashes do. */
export const abuse: Harness = {
  about:
    "Rounds of a minute. Each gives a tree of wallets 1 dollar at the top, promised several times over below, and then\n" +
    "abuses it: bursts, streams left at any event, repeated idempotency keys, slow readers, unknown models, revoked keys,\n" +
    "limits that change, wallets that freeze and thaw, and kill -9 of the runtime. Nothing may ever be spent or promised\n" +
    "past a limit, no refusal may be false, and in the end ledger, usage rows and figures must be equal.",
  numbers: {
    minutes: { usual: 3, quick: 0.5, least: 0.2, most: 600, what: "how long in all, without starts and checks" },
    clients: { usual: 20, quick: 12, least: 1, most: 500, what: "how many abuse it at once" },
  },
  run: runAbuse,
};

/** Short, so that what a crash leaves held ends soon; several heartbeats long, so that nothing alive does. */
const HOLD_TTL_MS = 10_000;
const HEARTBEAT_MS = 2_000;
const SLACK_MS = 15_000;
const ROUND_MS = 60_000;
const LIFE_MS = { least: 6_000, most: 16_000 };

async function runAbuse(run: Run): Promise<Findings> {
  const rig = await startRig(run, { AO_HOLD_TTL_MS: String(HOLD_TTL_MS), AO_HEARTBEAT_MS: String(HEARTBEAT_MS) });
  const found: Found = { counts: new Counts(), violations: new Violations(), answers: [], repeats: new Map() };
  const wallets: MadeWallet[] = [];
  const figures = new Map<string, WalletFigures>();
  const total_ms = run.number("minutes") * 60_000;
  const rounds = Math.max(1, Math.round(total_ms / ROUND_MS));
  for (let index = 1; index <= rounds; index += 1) {
    const tree = await makeTree(rig, index);
    await round(run, rig, tree, found, total_ms / rounds);
    const after = await quiesce(rig, tree.all, HOLD_TTL_MS + SLACK_MS, found.violations);
    for (const [id, of_wallet] of after) figures.set(id, of_wallet);
    wallets.push(...tree.all);
    const spent = after.get(tree.top.id)?.spent_nano_usd ?? Number.NaN;
    console.log(`round ${index} of ${rounds}: ${spent} of ${TOP_LIMIT_NANO_USD} nano-dollars spent`);
    found.violations.expect(spent <= TOP_LIMIT_NANO_USD, () => `${tree.top.name} has spent ${spent}`);
    found.counts.add("nano-dollars spent of 1,000,000,000 a round", spent);
  }
  return await judge(rig, wallets, figures, found);
}

type Found = Pick<World, "counts" | "violations" | "answers" | "repeats">;

async function round(run: Run, rig: Rig, tree: Tree, found: Found, lasting_ms: number): Promise<void> {
  const world: World = {
    ...found,
    rig,
    tree,
    dice: run.dice,
    possible: new Map(tree.all.map(({ id }) => [id, new Timeline(0)])),
    limits: new Map(tree.all.map((wallet) => [wallet.id, startingLimit(wallet)])),
    stopped: new Map(),
    over: false,
    down: false,
  };
  const clients = Array.from({ length: run.number("clients") }, () => abuser(world));
  const others = [administrator(world), watcher(world), killer(world)];
  await pause(lasting_ms);
  world.over = true;
  await Promise.all([...clients, ...others]);
  for (const wallet of tree.all) await look(world, wallet);
  found.counts.add("rounds");
}

function startingLimit({ limit_usd }: MadeWallet): Limit {
  const amount = Math.round(Number(limit_usd) * 1_000_000_000);
  return { least: new Timeline(amount), most: amount };
}

/** Kills the runtime now and then, as a crash of the machine would, and starts it again. */
async function killer(world: World): Promise<void> {
  const { rig, dice, counts } = world;
  for (;;) {
    const until_at = performance.now() + dice.between(LIFE_MS.least, LIFE_MS.most);
    while (performance.now() < until_at && !world.over) await pause(50);
    if (world.over) return;
    world.down = true;
    await rig.platform.kill9();
    counts.add("done: kill -9 of the runtime");
    await rig.platform.restart();
    world.down = false;
  }
}

async function judge(
  rig: Rig,
  wallets: readonly MadeWallet[],
  figures: ReadonlyMap<string, WalletFigures>,
  { counts, violations, answers, repeats }: Found,
): Promise<Findings> {
  const books = await checkBooks(rig, wallets, figures, violations);
  const { acknowledged } = checkAnswers(answers, books.charged, violations);
  checkRepeats(repeats, books.charged, violations);
  counts.add("answers with their cost, found in the ledger", acknowledged);
  counts.add("idempotency keys", repeats.size);
  counts.add("tokens delivered", tokensOf(answers));
  booksFigures(books, counts);
  console.log(`\n${counts}`);
  return { violations: violations.list, figures: counts.all };
}

const tokensOf = (answers: readonly ChatAnswer[]): number =>
  answers.reduce((total, { delivered_tokens }) => total + delivered_tokens, 0);

/** However often an idempotency key was sent, it was charged once at most. */
function checkRepeats(
  repeats: ReadonlyMap<string, readonly string[]>,
  charged: ReadonlyMap<string, number>,
  violations: Violations,
): void {
  for (const [key, request_ids] of repeats) {
    const paid = new Set(request_ids.filter((id) => (charged.get(id) ?? 0) > 0));
    violations.expect(paid.size <= 1, () => `idempotency key ${key} was charged ${paid.size} times`);
  }
}
