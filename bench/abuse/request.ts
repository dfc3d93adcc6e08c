import { INPUT_NANO_USD, OUTPUT_NANO_USD } from "../harness/books.ts";
import { type ChatAnswer, type ChatRequest, chat } from "../harness/chat.ts";
import type { MadeKey } from "../harness/wallets.ts";
import { checkRefusal } from "./refusals.ts";
import { pathOf, type World } from "./world.ts";

export interface Asked extends Omit<ChatRequest, "url" | "key" | "body"> {
  readonly body: Readonly<Record<string, unknown>> & { readonly max_tokens: number };
}

/**
 * No prompt of these runs has more tokens than its JSON has bytes, and a request's framing is a few dozen more: so much may
 * be held for it at most.
 */
const mostOf = (body: Asked["body"]): number =>
  (JSON.stringify(body).length + 100) * INPUT_NANO_USD + body.max_tokens * OUTPUT_NANO_USD;

/** Asks as one of the abusers, and checks what came against what was known when it was sent. */
export async function ask(world: World, key: MadeKey, asked: Asked): Promise<ChatAnswer> {
  const wallets = pathOf(key);
  const most = mostOf(asked.body);
  const add = (amount: number): void => {
    for (const { id } of wallets) {
      const possible = world.possible.get(id);
      possible?.set(possible.value + amount, performance.now());
    }
  };
  add(most);
  const sent_at = performance.now();
  const answer = await chat({ ...asked, url: world.rig.platform.url, key: key.key });
  world.answers.push(answer);
  world.counts.add(`answers: ${labelOf(answer)}`);
  checkStopped(world, key, sent_at, answer);
  if (answer.status !== null && answer.status !== 200) checkRefusal(world, key, answer, { sent_at, most });
  // What is known to have cost less, or nothing, frees the rest; a replay has cost nothing again.
  if (answer.cost_nano_usd !== null && !answer.replayed) add(answer.cost_nano_usd - most);
  else if (answer.replayed || (answer.status !== null && answer.status >= 400 && answer.status < 500)) add(-most);
  return answer;
}

function labelOf({ end, status, error, replayed }: ChatAnswer): string {
  if (status === null) return "no connection";
  if (status !== 200) return `${status} ${error?.code ?? ""}`;
  return replayed ? "200 replayed" : `200 ${end}`;
}

/** What was revoked or frozen before a request was sent must not be served. */
function checkStopped(world: World, key: MadeKey, sent_at: number, answer: ChatAnswer): void {
  if (answer.status !== 200 || answer.replayed) return;
  for (const id of [key.id, ...pathOf(key).map((wallet) => wallet.id)]) {
    const since = world.stopped.get(id);
    if (since === undefined || since.answered_at === null || since.answered_at > sent_at) continue;
    world.violations.add(`${answer.request_id} was served, although ${id} had been stopped before it was sent`);
  }
}
