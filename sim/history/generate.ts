import type { WalletSettings } from "../../schema/wire/wallet-settings.ts";
import { type Dice, dice, seedOf } from "../dice.ts";
import type { Profile } from "../faults/profile.ts";
import { MoneySteps } from "./money-steps.ts";
import type { Ending, FailedAttempt, FaultStep, Move, RequestStep, RpcStep, Step, WorldStep } from "./step.ts";
import { randomChange } from "./tree.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const KEYS = 6;

/** The steps of a run. They follow from the seed alone: nothing that happens in the run changes them. */
export function historyOf(
  seed: number,
  count: number,
  wallets: readonly WalletSettings[],
  profile: Profile,
): readonly Step[] {
  const roll = dice(seedOf(seed, "history"));
  const steps: Step[] = [];
  const requests: RequestStep[] = [];
  const attempts = dice(seedOf(seed, "attempts"));
  const money = new MoneySteps(dice(seedOf(seed, "money")), wallets, profile);
  // Requests come one by one or all together; whichever, for a while.
  let crowded = roll.chance(0.5);
  let at_ms = 0;
  for (let index = 0; index < count; index += 1) {
    if (roll.chance(0.05)) crowded = !crowded;
    at_ms += gap(roll, crowded);
    const random = money.next(`m${index}`, at_ms) ?? randomStep(roll, `r${index}`, wallets, requests, profile);
    const step = withAttempts(attempts, random, profile);
    if (step.kind === "request") requests.push(step);
    steps.push({ ...step, at_ms });
  }
  return steps;
}

/** The same with attempts that fail and are charged, or charged again. */
function withAttempts(roll: Dice, step: WorldStep, profile: Profile): WorldStep {
  if (step.kind === "rpc") {
    const method = step.method === "extend" || roll.chance(0.15) ? "chargeAttempt" : step.method;
    return { ...step, method, attempt: 1 + roll.whole(3) };
  }
  if (step.kind !== "request" || !roll.chance(0.3)) return step;
  const moves = [...step.moves];
  let held = step.hold_nano_usd;
  while (moves.length < 8 && roll.chance(0.6)) {
    const over = profile.overages && roll.chance(0.1) ? roll.whole(50_000) : 0;
    const cost_nano_usd = roll.one([0, roll.whole(held + 1), Math.floor(held / 10)]) + over;
    held = roll.one([0, 50_000, step.hold_nano_usd, roll.whole(1_000_000)]);
    const failed: FailedAttempt = {
      after_ms: roll.whole(step.ttl_ms / 3),
      op: "attempt",
      cost_nano_usd,
      hold_nano_usd: held,
      committed_nano_usd: roll.whole(held + 1),
    };
    moves.splice(roll.whole(moves.length + 1), 0, failed);
  }
  return { ...step, moves };
}

function gap(roll: Dice, crowded: boolean): number {
  const kind = roll.whole(100);
  if (kind < 75) return roll.whole(crowded ? 4 : 2_000);
  if (kind < 92) return roll.whole(crowded ? 200 : 20_000);
  if (kind < 97) return roll.whole(2 * MINUTE_MS);
  if (kind < 99) return roll.whole(2 * HOUR_MS);
  return roll.whole(40 * HOUR_MS);
}

function randomStep(
  roll: Dice,
  id: string,
  wallets: readonly WalletSettings[],
  requests: readonly RequestStep[],
  profile: Profile,
): WorldStep {
  if (roll.chance(profile.fault_steps)) return faultStep(roll, wallets, profile);
  const { wallet_id: wallet } = roll.one(wallets);
  const kind = roll.whole(100);
  if (kind < 70 || requests.length === 0) return requestStep(roll, id, leaf(roll, wallets), profile);
  if (kind < 84) return rpcStep(roll, roll.one(requests.slice(-20)), profile);
  if (kind < 90) return { kind: "configure", wallet, change: randomChange(roll) };
  if (kind < 91) return { kind: "revoke", wallet, key_id: `key_${roll.whole(KEYS)}` };
  if (kind < 96) return { kind: "audit", wallet };
  return { kind: "sweep" };
}

/** Mostly the wallets at the bottom, where requests are; sometimes any. */
function leaf(roll: Dice, wallets: readonly WalletSettings[]): string {
  const above = new Set(wallets.map(({ parent_id }) => parent_id));
  const leaves = wallets.filter(({ wallet_id }) => !above.has(wallet_id));
  return roll.one(roll.chance(0.85) ? leaves : wallets).wallet_id;
}

function requestStep(roll: Dice, id: string, wallet: string, profile: Profile): RequestStep {
  const hold = roll.one([0, 1_000, 50_000, 50_000, 200_000, 200_000, 1_000_000, roll.whole(3_000_000)]);
  const ttl_ms = roll.one([5_000, 30_000, 90_000]);
  const moves = randomMoves(roll, hold, ttl_ms);
  const largest = Math.max(hold, ...moves.map((move) => move.hold_nano_usd));
  const over = profile.overages && roll.chance(0.15);
  return {
    kind: "request",
    id,
    wallet,
    key_id: `key_${roll.whole(KEYS)}`,
    hold_nano_usd: hold,
    committed_nano_usd: roll.one([0, Math.floor(hold / 10), roll.whole(hold + 1)]),
    ttl_ms,
    idempotency: roll.chance(0.3)
      ? { key_hash: `idem_${wallet}_${roll.whole(5)}`, fingerprint: `body_${roll.whole(4) === 0 ? 1 : 0}` }
      : null,
    moves,
    refused: roll.one(["gives_up", "takes_the_rest", "takes_the_rest", "takes_one_more"] as const),
    ending: randomEnding(roll, profile),
    ends_after_ms: profile.gateways_die && roll.chance(0.12) ? roll.whole(3 * ttl_ms) : roll.whole(ttl_ms / 3),
    // Never more than was admitted, unless it is an overage: an extension may have been refused.
    cost_nano_usd: over
      ? largest + roll.whole(200_000)
      : roll.one([0, hold, roll.whole(hold + 1), roll.whole(hold + 1)]),
  };
}

function randomMoves(roll: Dice, hold: number, ttl_ms: number): readonly Move[] {
  const moves: Move[] = [];
  let held = hold;
  let committed = 0;
  while (moves.length < 5 && roll.chance(0.45)) {
    const extends_hold = roll.chance(0.4);
    if (extends_hold) held += roll.whole(300_000);
    committed = Math.max(committed, roll.whole(held + 1));
    moves.push({
      after_ms: roll.whole(ttl_ms / 3),
      op: extends_hold ? "extend" : "checkpoint",
      hold_nano_usd: held,
      committed_nano_usd: committed,
    });
  }
  return moves;
}

function randomEnding(roll: Dice, profile: Profile): Ending {
  if (profile.gateways_die && roll.chance(0.12)) {
    return roll.one(["die_after_admit", "die_midway", "die_before_the_end"]);
  }
  return roll.chance(0.2) ? "release" : "settle";
}

const NO_AMOUNTS = [Number.NaN, -1, -50_000, 0.5, 1e300, Number.POSITIVE_INFINITY] as const;

const METHODS = ["admit", "admit", "extend", "checkpoint", "settle", "settle", "release"] as const;

/** Repeats something of an earlier request as it was, or with an amount of its own. */
function rpcStep(roll: Dice, request: RequestStep, profile: Profile): RpcStep {
  const method = roll.one(METHODS);
  const own = method === "settle" ? request.cost_nano_usd : request.hold_nano_usd;
  const kind = roll.whole(10);
  // A stray settlement of a request that was never admitted is an overage: nothing was held for it.
  const stray = profile.overages ? own : Math.min(own, request.hold_nano_usd);
  const amount = kind < 6 ? stray : kind < 8 ? roll.whole(stray + 1) : roll.one(NO_AMOUNTS);
  return { kind: "rpc", wallet: request.wallet, request, method, amount, attempt: 1 };
}

function faultStep(roll: Dice, wallets: readonly WalletSettings[], profile: Profile): FaultStep {
  const { wallet_id: wallet } = roll.one(wallets);
  const kind = roll.whole(10);
  if (kind < 3 && profile.clocks) {
    return { kind: "clock", wallet, offset_ms: roll.one([0, 0, HOUR_MS, -HOUR_MS, roll.whole(2 * HOUR_MS) - HOUR_MS]) };
  }
  if (profile.dies > 0 || profile.clocks) {
    if (kind < 7) return { kind: "evict", wallet };
  }
  if (profile.call_lost > 0) {
    if (kind < 8) return { kind: "unreachable", wallet, for_ms: roll.whole(2 * MINUTE_MS) };
    if (kind < 9) return { kind: "queue_down", for_ms: roll.whole(10 * MINUTE_MS) };
    return { kind: "database_down", for_ms: roll.whole(10 * MINUTE_MS) };
  }
  return { kind: "evict", wallet };
}
