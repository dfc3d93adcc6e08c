import { objectNamed } from "../../schema/clients/object-named.ts";
import { type WalletBindings, WalletUnavailable, walletClient } from "../../schema/clients/wallet-client.ts";
import type { NanoUsd } from "../../schema/kernel/money.ts";
import type { RequestContext, RequestRecord } from "../../schema/wire/request-record.ts";
import type {
  AdmitAnswer,
  AdmitRequest,
  ChargeAttemptRequest,
  ReleaseRequest,
  SettleRequest,
} from "../../schema/wire/wallet-rpc.ts";
import type { RequestStep, RpcStep } from "../history/step.ts";
import { ORG } from "../history/tree.ts";
import type { Scheduler } from "./scheduler.ts";

/** What a gateway works with. */
export interface GatewayWorld {
  readonly bindings: WalletBindings;
  readonly scheduler: Scheduler;
}

/**
 * One gateway with one request: admit, heartbeats and extensions while it streams, attempts that fail and are charged, and
 * its end; or its death, at any of these points. Repeats what stays unanswered through the real client.
 */
export async function runRequest(world: GatewayWorld, step: RequestStep): Promise<void> {
  const { scheduler } = world;
  const client = clientOf(world, step.wallet);
  const place = (amount: number) => client.call((wallet) => wallet.admit(admitOf(step, amount))).catch(unavailable);
  let hold_nano_usd = step.hold_nano_usd;
  let admitted = await place(hold_nano_usd);
  const rest = restOf(admitted);
  if (rest !== null && step.refused !== "gives_up") {
    hold_nano_usd = step.refused === "takes_the_rest" ? rest : rest + 1;
    admitted = await place(hold_nano_usd);
  }
  if (admitted === null) {
    // It may be held all the same: a release also refuses its late arrival.
    await client.call((wallet) => wallet.release(releaseOf(step))).catch(unavailable);
    return;
  }
  if (admitted.status !== "held" || step.ending === "die_after_admit") return;
  /** Which attempt is running, and what is held for it at least. */
  let attempt = 1;
  let held = hold_nano_usd;
  for (const [index, move] of step.moves.entries()) {
    await scheduler.wait(move.after_ms);
    if (step.ending === "die_midway" && index + 1 >= step.moves.length / 2) return;
    const { id: request_id } = step;
    const committed_nano_usd = amountOf(move.committed_nano_usd);
    const hold_nano_usd = amountOf(move.hold_nano_usd);
    if (move.op === "attempt") {
      // What cost more than it held did so on purpose: the hold may be smaller than was wanted.
      const cost = move.cost_nano_usd > step.hold_nano_usd ? move.cost_nano_usd : Math.min(move.cost_nano_usd, held);
      const next = { hold_nano_usd, committed_nano_usd };
      const answer = await client
        .call((wallet) => wallet.chargeAttempt(attemptOf(step, attempt, cost, next)))
        .catch(unavailable);
      if (answer?.status !== "held") {
        // The failure is the answer. Whether the attempt was charged, the wallet knows.
        await client.end((wallet) => wallet.settle(settleOf(step, cost, attempt))).catch(unavailable);
        return;
      }
      attempt += 1;
      held = Math.max(held - cost, hold_nano_usd);
    } else if (move.op === "checkpoint") {
      await client.call((wallet) => wallet.checkpoint({ request_id, committed_nano_usd })).catch(unavailable);
    } else {
      await client
        .call((wallet) => wallet.extend({ request_id, hold_nano_usd, committed_nano_usd }))
        .catch(unavailable);
    }
  }
  await scheduler.wait(step.ends_after_ms);
  if (step.ending === "release") await client.end((wallet) => wallet.release(releaseOf(step))).catch(unavailable);
  if (step.ending === "settle") {
    // What cost more than it held did so on purpose; an answer is bounded by what was left.
    const bounded = hold_nano_usd < step.hold_nano_usd || (attempt > 1 && step.cost_nano_usd <= step.hold_nano_usd);
    const cost = bounded ? Math.min(held, step.cost_nano_usd) : step.cost_nano_usd;
    await client.end((wallet) => wallet.settle(settleOf(step, cost, attempt))).catch(unavailable);
  }
}

/** What a wallet that refuses says it has; null when it does not refuse for money. */
function restOf(answer: AdmitAnswer | null): number | null {
  switch (answer?.status) {
    case "exhausted":
    case "held_by_others":
    case "exceeds_wallet":
      return answer.available_nano_usd;
    default:
      return null;
  }
}

/** One call by itself, once. */
export async function runRpc(
  world: GatewayWorld,
  { wallet, request, method, amount, attempt }: RpcStep,
): Promise<void> {
  const stub = objectNamed(world.bindings.WALLET, wallet);
  const { id: request_id } = request;
  const figure = amountOf(amount);
  switch (method) {
    case "admit":
      return void (await stub.admit(admitOf(request, amount)).catch(() => null));
    case "extend":
      return void (await stub
        .extend({ request_id, hold_nano_usd: figure, committed_nano_usd: figure })
        .catch(() => null));
    case "checkpoint":
      return void (await stub.checkpoint({ request_id, committed_nano_usd: figure }).catch(() => null));
    case "settle":
      return void (await stub.settle(settleOf(request, amount, attempt)).catch(() => null));
    case "chargeAttempt": {
      const next = { hold_nano_usd: amountOf(request.hold_nano_usd), committed_nano_usd: amountOf(0) };
      return void (await stub.chargeAttempt(attemptOf(request, attempt, amount, next)).catch(() => null));
    }
    case "release":
      return void (await stub.release(releaseOf(request)).catch(() => null));
  }
}

export function clientOf({ bindings, scheduler }: GatewayWorld, wallet_id: string) {
  const effects = { randomBytes: (length: number) => new Uint8Array(length), wait: (ms: number) => scheduler.wait(ms) };
  return walletClient(bindings, effects, wallet_id);
}

/** Not every figure that is sent is an amount: that is what some steps are about. */
const amountOf = (value: number): NanoUsd => Object.assign(JSON.parse("{}"), { value }).value;

function unavailable(error: unknown): null {
  if (error instanceof WalletUnavailable) return null;
  throw error;
}

function admitOf(step: RequestStep, amount: number): AdmitRequest {
  return {
    request_id: step.id,
    hold_nano_usd: amountOf(amount),
    committed_nano_usd: amountOf(Math.min(step.committed_nano_usd, amount)),
    ttl_ms: step.ttl_ms,
    context: contextOf(step),
    price_id: priceOf(step),
    ...(step.idempotency === null ? {} : { idempotency: step.idempotency }),
  };
}

function attemptOf(
  step: RequestStep,
  attempt: number,
  cost: number,
  next: Pick<ChargeAttemptRequest["next"], "hold_nano_usd" | "committed_nano_usd">,
): ChargeAttemptRequest {
  return {
    request_id: step.id,
    attempt,
    cost_nano_usd: amountOf(cost),
    record: { ...recordOf(step), outcome: "upstream_timeout", status: 504, attempts: attempt },
    context: contextOf(step),
    next: { ...next, price_id: priceOf(step), context: contextOf(step) },
  };
}

function settleOf(step: RequestStep, cost: number, attempt: number): SettleRequest {
  const answer = { status: 200, headers: {}, body: step.id };
  return {
    request_id: step.id,
    cost_nano_usd: amountOf(cost),
    attempt,
    record: recordOf(step),
    context: contextOf(step),
    ...(step.idempotency === null ? {} : { answer }),
  };
}

const releaseOf = (step: RequestStep): ReleaseRequest => ({
  request_id: step.id,
  record: { ...recordOf(step), outcome: "upstream_error", status: 502 },
  context: contextOf(step),
});

const priceOf = (step: RequestStep): string => `price_${step.id}`;

const contextOf = (step: RequestStep): RequestContext => ({
  org_id: ORG,
  key_id: step.key_id,
  route: "/v1/chat/completions",
  dialect: "openai-chat",
  provider_id: "sandbox",
  provider_kind: "sandbox",
  model: "sandbox/echo",
  stream: step.moves.length > 0,
  feature: null,
  tags: {},
  subject: null,
  country: null,
  trace_id: null,
  started_at: 0,
});

const recordOf = (step: RequestStep): RequestRecord => ({
  outcome: "completed",
  status: 200,
  error_code: null,
  usage: { input: 10, output: 20 },
  usage_source: "provider",
  estimated: false,
  unpriced: [],
  price_id: priceOf(step),
  upstream_model: null,
  upstream_request_id: null,
  finish_reason: "stop",
  attempts: 1,
  latency_ms: 250,
  first_byte_ms: 100,
});
