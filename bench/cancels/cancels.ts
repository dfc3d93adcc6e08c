import * as z from "zod";
import { booksFigures, checkAnswers, checkBooks, INPUT_NANO_USD, OUTPUT_NANO_USD, quiesce } from "../harness/books.ts";
import { type ChatAnswer, chat } from "../harness/chat.ts";
import { Counts } from "../harness/counts.ts";
import type { Findings, Harness, Run } from "../harness/harness.ts";
import { type Rig, startRig } from "../harness/platform.ts";
import { Violations } from "../harness/violations.ts";
import { inLanes, until } from "../harness/wait.ts";
import { type MadeKey, type MadeWallet, makeKey, makeWallet } from "../harness/wallets.ts";

/** `npm run bench -- cancels`: whether a client that leaves costs what was generated for it, and leaves nothing held. */
export const cancels: Harness = {
  about:
    "Opens streams that never end and leaves each after a random number of events. Afterwards nothing may be held,\n" +
    "and each must be charged between what its client got and what the provider says it generated.",
  numbers: {
    streams: { usual: 10_000, quick: 300, least: 1, most: 1_000_000, what: "how many streams are left" },
    lanes: { usual: 24, quick: 16, least: 1, most: 500, what: "how many are open at once" },
  },
  run: runCancels,
};

/** The sandbox remembers its last 1,000 requests. */
const BATCH = 500;
const EVENTS_MAX = 30;
/** Nobody crashes here: a hold ends because its stream did, and not at its deadline. */
const HELD_WITHIN_MS = 15_000;

interface Left {
  readonly answer: ChatAnswer;
  readonly generated_tokens: number;
  readonly prompt_tokens: number;
}

async function runCancels(run: Run): Promise<Findings> {
  const rig = await startRig(run, {});
  const org = await makeWallet(rig.admin, "org", "1000");
  const apps: MadeWallet[] = [];
  for (const name of ["app 1", "app 2", "app 3", "app 4"]) apps.push(await makeWallet(rig.admin, name, "500", org));
  const keys = await Promise.all(apps.map((app) => makeKey(rig.admin, app)));
  const violations = new Violations();
  const left: Left[] = [];
  const streams = run.number("streams");
  while (left.length < streams) left.push(...(await batch(rig, run, keys, Math.min(BATCH, streams - left.length))));
  return await judge(rig, [org, ...apps], left, violations);
}

async function batch(rig: Rig, run: Run, keys: readonly MadeKey[], size: number): Promise<readonly Left[]> {
  await rig.platform.sandbox("/_seen", "DELETE");
  const answers: ChatAnswer[] = [];
  await inLanes(size, run.number("lanes"), async () => {
    const { dice } = run;
    const metadata = { delay_ms: String(dice.between(0, 4)) };
    const messages = [{ role: "user", content: "Go on for ever." }];
    const body = { model: "sandbox/endless", messages, stream: true, metadata };
    const { key } = dice.pick(keys);
    answers.push(await chat({ url: rig.platform.url, key, body, leave_after: dice.between(0, EVENTS_MAX) }));
  });
  const seen = await until(
    () => seenBySandbox(rig),
    (rows) => rows.every(({ state }) => state !== "open"),
    HELD_WITHIN_MS,
  );
  const by_id = new Map(seen.map((row) => [row.request_id, row]));
  return answers.map((answer) => {
    const row = by_id.get(answer.request_id);
    return { answer, generated_tokens: row?.tokens_generated ?? 0, prompt_tokens: row?.prompt_tokens ?? 0 };
  });
}

const seenSchema = z.object({
  data: z.array(
    z.object({
      request_id: z.string().nullable(),
      state: z.string(),
      prompt_tokens: z.int(),
      tokens_generated: z.int(),
    }),
  ),
});

const seenBySandbox = async (rig: Rig) =>
  seenSchema.parse(JSON.parse((await rig.platform.sandbox("/_seen")).body)).data;

async function judge(
  rig: Rig,
  wallets: readonly MadeWallet[],
  left: readonly Left[],
  violations: Violations,
): Promise<Findings> {
  const counts = new Counts();
  let unread_most = 0;
  const figures = await quiesce(rig, wallets, HELD_WITHIN_MS, violations);
  const held = [...figures.values()].reduce((total, { held_nano_usd }) => total + held_nano_usd, 0);
  const books = await checkBooks(rig, wallets, figures, violations);
  const answers = left.map(({ answer }) => answer);
  checkAnswers(answers, books.charged, violations);
  for (const one of left) {
    unread_most = Math.max(unread_most, judgeOne(one, books.charged, counts, violations));
  }
  counts.add("most tokens of a stream that were generated and not charged", unread_most);
  violations.expect(
    books.expired === 0,
    () => `${books.expired} holds ended at their deadline and not with their stream`,
  );
  violations.expect(books.usage_rows === left.length, () => `${left.length} streams, ${books.usage_rows} usage rows`);
  counts.add("nano-dollars held afterwards", held);
  booksFigures(books, counts);
  console.log(`\n${counts}`);
  return { violations: violations.list, figures: counts.all };
}

/**
 * Answers how many tokens were generated and not charged: what the provider had made and nobody had read when the client
 * left.
 */
function judgeOne(one: Left, charged: ReadonlyMap<string, number>, counts: Counts, violations: Violations): number {
  const { answer, generated_tokens, prompt_tokens } = one;
  counts.add(answer.end === "left" ? "streams left by their client" : `streams that ended otherwise (${answer.end})`);
  counts.add("tokens delivered", answer.delivered_tokens);
  counts.add("tokens generated", generated_tokens);
  const amount = charged.get(answer.request_id ?? "");
  if (amount === undefined) {
    violations.add(`${answer.request_id} (status ${answer.status}) is in no ledger`);
    return 0;
  }
  const tokens = (amount - prompt_tokens * INPUT_NANO_USD) / OUTPUT_NANO_USD;
  counts.add("tokens charged", tokens);
  if (tokens === generated_tokens) counts.add("streams charged exactly what was generated");
  else if (tokens < generated_tokens) counts.add("streams charged less than was generated");
  violations.expect(
    tokens >= answer.delivered_tokens && tokens <= generated_tokens,
    () =>
      `${answer.request_id}: ${answer.delivered_tokens} tokens delivered, ${tokens} charged, ${generated_tokens} generated`,
  );
  return generated_tokens - tokens;
}
