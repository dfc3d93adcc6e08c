import { booksFigures, checkAnswers, checkBooks, quiesce } from "../harness/books.ts";
import { type ChatAnswer, chat } from "../harness/chat.ts";
import { Counts } from "../harness/counts.ts";
import type { Dice } from "../harness/dice.ts";
import type { Findings, Harness, Run } from "../harness/harness.ts";
import { type Rig, startRig } from "../harness/platform.ts";
import { Violations } from "../harness/violations.ts";
import { pause } from "../harness/wait.ts";
import { type MadeKey, type MadeWallet, makeKey, makeWallet } from "../harness/wallets.ts";

/** `npm run bench -- kills`: whether anything that a client was told is lost when the machine crashes. */
export const kills: Harness = {
  about:
    "Kills the whole runtime (SIGKILL) under load, again and again, and then compares every answer that a client\n" +
    "received whole with the ledger on the disk and the usage rows.",
  numbers: {
    times: { usual: 50, quick: 4, least: 1, most: 1_000, what: "how often it is killed" },
    clients: { usual: 24, quick: 12, least: 1, most: 500, what: "how many ask at once" },
  },
  run: runKills,
};

/** Short, so that what a crash leaves held ends soon; several heartbeats long, so that nothing alive does. */
const HOLD_TTL_MS = 8_000;
const HEARTBEAT_MS = 1_500;
/** What a busy machine takes to notice a deadline. */
const SLACK_MS = 15_000;
/** Between a start and the next kill. */
const LIFE_MS = { least: 400, most: 2_000 };

async function runKills(run: Run): Promise<Findings> {
  const rig = await startRig(run, { AO_HOLD_TTL_MS: String(HOLD_TTL_MS), AO_HEARTBEAT_MS: String(HEARTBEAT_MS) });
  const { wallets, keys } = await makeTree(rig);
  const answers: ChatAnswer[] = [];
  const counts = new Counts();
  for (let killed = 0; killed < run.number("times"); killed += 1) {
    if (killed > 0) await rig.platform.restart();
    const life = { over: false };
    const clients = Array.from({ length: run.number("clients") }, () => client(rig, keys, run.dice, life, answers));
    await pause(run.dice.between(LIFE_MS.least, LIFE_MS.most));
    life.over = true;
    await rig.platform.kill9();
    counts.add("kills");
    await Promise.all(clients);
    if ((killed + 1) % 10 === 0) console.log(`killed ${killed + 1} times, ${answers.length} answers`);
  }
  await rig.platform.restart();
  for (const { end, status } of answers) counts.add(end === "broken" ? "broken off" : `${end}, status ${status}`);
  return await judge(rig, wallets, answers, counts);
}

/** Three levels and a wallet that stands alone, with more money than a run spends. */
async function makeTree(rig: Rig): Promise<{ wallets: readonly MadeWallet[]; keys: readonly MadeKey[] }> {
  const org = await makeWallet(rig.admin, "org", "1000");
  const alone = await makeWallet(rig.admin, "alone", "1000");
  const teams = [await makeWallet(rig.admin, "team a", "800", org), await makeWallet(rig.admin, "team b", "800", org)];
  const apps: MadeWallet[] = [];
  for (const team of teams) {
    for (const name of ["app 1", "app 2"]) {
      apps.push(await makeWallet(rig.admin, `${team.name}, ${name}`, "500", team));
    }
  }
  const keys = [];
  for (const wallet of [...apps, alone]) keys.push(await makeKey(rig.admin, wallet));
  return { wallets: [org, ...teams, ...apps, alone], keys };
}

/** One client that asks without a pause until the life is over. */
async function client(
  rig: Rig,
  keys: readonly MadeKey[],
  dice: Dice,
  life: { readonly over: boolean },
  answers: ChatAnswer[],
): Promise<void> {
  const { url } = rig.platform;
  while (!life.over) {
    const { key } = dice.pick(keys);
    const answer = await chat({ url, key, body: bodyOf(dice) });
    answers.push(answer);
    // Not a busy loop while nobody answers.
    if (answer.status === null) await pause(20);
  }
}

/** Mostly short whole answers, because those are the ones that are acknowledged; some streams. */
function bodyOf(dice: Dice): Readonly<Record<string, unknown>> {
  const messages = [{ role: "user", content: `Number ${dice.between(1, 1_000_000)}, please.` }];
  if (dice.chance(0.7)) return { model: "sandbox/echo", messages, max_tokens: 50 };
  const metadata = { chunks: String(dice.between(5, 60)), delay_ms: String(dice.between(0, 5)) };
  return { model: "sandbox/lorem", messages, stream: true, metadata };
}

async function judge(
  rig: Rig,
  wallets: readonly MadeWallet[],
  answers: readonly ChatAnswer[],
  counts: Counts,
): Promise<Findings> {
  const violations = new Violations();
  const figures = await quiesce(rig, wallets, HOLD_TTL_MS + SLACK_MS, violations);
  const books = await checkBooks(rig, wallets, figures, violations);
  const { acknowledged, lost } = checkAnswers(answers, books.charged, violations);
  counts.add("answers acknowledged with their cost", acknowledged);
  counts.add("of these lost or charged otherwise", lost);
  booksFigures(books, counts);
  console.log(`\n${counts}`);
  return { violations: violations.list, figures: counts.all };
}
