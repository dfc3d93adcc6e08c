import { parseUsd } from "../../schema/kernel/money.ts";
import type { ChatAnswer } from "../harness/chat.ts";
import type { MadeKey } from "../harness/wallets.ts";
import { pathOf, type World } from "./world.ts";

/** What abusers may be answered besides 200. Anything else is a surprise. */
const EXPECTED: ReadonlySet<string> = new Set([
  "401 invalid_api_key",
  "402 wallet_exhausted",
  "402 wallet_held",
  "402 request_exceeds_wallet",
  "403 wallet_frozen",
  "404 model_not_found",
  "409 idempotency_in_flight",
  "409 idempotency_mismatch",
  "409 idempotency_answer_gone",
]);

/** A client may have its answer a moment before its money is free again. */
const SETTLED_WITHIN_MS = 3_000;

/** While the runtime goes down, what it does not get done is answered with these. */
const WHILE_DOWN: ReadonlySet<number> = new Set([500, 502, 503, 504]);

/** What is known of the request that was refused. */
export interface Sent {
  readonly sent_at: number;
  /** More than it can hold or cost. */
  readonly most: number;
}

/** Whether a refusal can be true. */
export function checkRefusal(world: World, key: MadeKey, answer: ChatAnswer, sent: Sent): void {
  const { violations } = world;
  const name = `${answer.status} ${answer.error?.code ?? "without a code"}`;
  if (!EXPECTED.has(name)) {
    const excused = answer.end === "broken" || (world.down && WHILE_DOWN.has(answer.status ?? 0));
    violations.expect(excused, () => `an answer that nobody expects: ${name}: ${answer.error?.message ?? ""}`);
  }
  if (answer.status === 402 && answer.end === "whole") checkMoneyRefusal(world, key, answer, sent);
}

/**
 * A 402 names a wallet on the way up that has too little. It is false for certain when even all requests so far at
 * their dearest would have left enough in that wallet, at the smallest limit that it may have had meanwhile.
 */
function checkMoneyRefusal(world: World, key: MadeKey, { error }: ChatAnswer, { sent_at, most }: Sent): void {
  const { violations, possible, limits, counts } = world;
  const wallet = pathOf(key).find(({ id }) => id === error?.wallet_id);
  const required = parseUsd(error?.required_usd ?? "");
  const available = parseUsd(error?.available_usd ?? "");
  if (error === null || wallet === undefined || required === null || available === null) {
    violations.add(`a 402 without its figures, or of a wallet that is not on the way: ${JSON.stringify(error)}`);
    return;
  }
  counts.add("402s checked");
  violations.expect(required > available, () => `a 402 although ${required} fits ${available}: ${error.message}`);
  violations.expect(required <= most, () => `${required} was asked for a request that was thought to cost ${most}`);
  const from = sent_at - SETTLED_WITHIN_MS;
  const limit = limits.get(wallet.id)?.least.leastSince(from) ?? 0;
  const left_at_worst = limit - (possible.get(wallet.id)?.mostSince(from) ?? 0);
  violations.expect(
    left_at_worst < 0,
    () => `a false 402 of ${wallet.name}: ${required} asked, at worst ${left_at_worst} were left (${error.code})`,
  );
}
