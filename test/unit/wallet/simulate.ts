import { nanoUsd } from "../../../schema/kernel/money.ts";
import type {
  AdmitAnswer,
  AdmitRequest,
  ChargeAttemptAnswer,
  ChargeAttemptRequest,
  CheckpointAnswer,
  CheckpointRequest,
  ExtendAnswer,
  ExtendRequest,
  ReleaseRequest,
  SettleAnswer,
  SettleRequest,
  WalletState,
} from "../../../schema/wire/wallet-rpc.ts";
import { PERIODS, type WalletSettings } from "../../../schema/wire/wallet-settings.ts";
import { type Dice, dice } from "../../../sim/dice.ts";
import { admit, charge, context, release, settings, settle } from "./make.ts";
import { Model } from "./model.ts";

type Later<T> = T | Promise<T>;

/** What a simulation drives: the pure core, or a real object. A command that throws must have changed nothing. */
export interface Subject {
  setNow(now: number): Later<void>;
  /** Makes the next write fail, if the next command has one. */
  failNext(): Later<void>;
  /** Makes writes work again. */
  heal(): Later<void>;
  /** Loses what is only in memory. */
  restart(): Later<void>;
  configure(settings: WalletSettings): Later<unknown>;
  admit(request: AdmitRequest): Later<AdmitAnswer>;
  extend(request: ExtendRequest): Later<ExtendAnswer>;
  checkpoint(request: CheckpointRequest): Later<CheckpointAnswer>;
  chargeAttempt(request: ChargeAttemptRequest): Later<ChargeAttemptAnswer>;
  settle(request: SettleRequest): Later<SettleAnswer>;
  release(request: ReleaseRequest): Later<SettleAnswer>;
  revokeKey(key_id: string): Later<unknown>;
  read(): Later<WalletState | null>;
  ring(): Later<unknown>;
  /** What is wrong with the books by themselves, after every step. */
  problems(): Later<readonly string[]>;
}

const ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia"];
const LIMITS_NANO_USD = [null, 0, 900, 50_000, 1_000_000, 5_000_000];

function randomSettings(roll: Dice, version: number): WalletSettings {
  return settings({
    version,
    limit_nano_usd: roll.one(LIMITS_NANO_USD),
    hard: roll.chance(0.85),
    overdraft_percent: roll.one([0, 0, 0, 10, 33, 200]),
    period: roll.one(PERIODS),
    time_zone: roll.one(ZONES),
    start_day: 1 + roll.whole(7),
    carry_over: roll.chance(0.4),
    thresholds: [50, 80, 100],
    maximum_per_request_nano_usd: roll.chance(0.8) ? null : 200_000,
    frozen: roll.chance(0.08),
  });
}

/** A command with its expectation: what the subject does, what the model says, both as comparable values. */
interface Step {
  readonly name: string;
  act(subject: Subject): Later<unknown>;
  expect(model: Model): unknown;
}

const outcome = (answer: SettleAnswer) => ({ status: answer.status, charged: Number(answer.charged_nano_usd) });

function randomStep(roll: Dice, model: Model, now: number, fresh: () => string): Step {
  const known = [...model.requests.keys()];
  const id = known.length > 0 && roll.chance(0.9) ? roll.one(known.slice(-12)) : fresh();
  const cost = roll.chance(0.1) ? 0 : roll.whole(roll.chance(0.1) ? 600_000 : 60_000);
  switch (roll.whole(14)) {
    case 0:
    case 1:
    case 2:
    case 3: {
      const request_id = roll.chance(0.2) ? id : fresh();
      const before = model.requests.get(request_id);
      const hold =
        before !== undefined && roll.chance(0.8) ? before.admitted : roll.one([0, 1, 40_000, 90_000, 400_000]);
      const idempotency = { key_hash: `key${roll.whole(8)}`, fingerprint: `body${roll.whole(2)}` };
      const request = admit(request_id, hold, {
        ttl_ms: roll.one([1_000, 90_000, 3_600_000]),
        committed_nano_usd: nanoUsd(roll.whole(hold + 1)),
        context: context({ key_id: `key_${roll.whole(40)}` }),
        ...(roll.chance(0.3) ? { idempotency } : {}),
      });
      return {
        name: `admit ${request_id} ${hold} ${request.idempotency?.key_hash ?? ""}`,
        act: async (subject) => (await subject.admit(request)).status,
        expect: () => model.admit(request, now),
      };
    }
    case 4: {
      const [total, committed] = [roll.whole(500_000), roll.whole(300_000)];
      const request = { request_id: id, hold_nano_usd: nanoUsd(total), committed_nano_usd: nanoUsd(committed) };
      return {
        name: `extend ${id} ${total}`,
        act: async (subject) => (await subject.extend(request)).status,
        expect: () => model.extend(id, total, committed, now),
      };
    }
    case 5: {
      const committed = roll.whole(100_000);
      const request = { request_id: id, committed_nano_usd: nanoUsd(committed) };
      return {
        name: `checkpoint ${id} ${committed}`,
        act: async (subject) => (await subject.checkpoint(request)).status,
        expect: () => model.checkpoint(id, committed, now),
      };
    }
    case 6:
    case 7:
    case 8: {
      const attempt = 1 + roll.whole(3);
      return {
        name: `settle ${id} ${cost} of attempt ${attempt}`,
        act: async (subject) => outcome(await subject.settle(settle(id, cost, { attempt }))),
        expect: () => model.settle(id, cost, attempt, now),
      };
    }
    case 12:
    case 13: {
      const { open } = model;
      const request = open.length > 0 && roll.chance(0.6) ? roll.one(open) : model.requests.get(id);
      const attempt = roll.chance(0.7) ? (request?.attempts.size ?? 0) + 1 : 1 + roll.whole(3);
      const before = request?.attempts.get(attempt);
      const charged = charge(
        request?.id ?? id,
        attempt,
        before !== undefined && roll.chance(0.7) ? before : cost,
        roll.whole(200_000),
      );
      // A hold stays with the key that it was admitted for.
      const next = { ...charged.next, context: context({ key_id: request?.key ?? "key_0" }) };
      return {
        name: `charge ${charged.request_id} attempt ${attempt} ${charged.cost_nano_usd}, next ${next.hold_nano_usd}`,
        act: async (subject) => `attempt ${(await subject.chargeAttempt({ ...charged, next })).status}`,
        expect: () => `attempt ${model.chargeAttempt(charged, now)}`,
      };
    }
    case 9:
      return {
        name: `release ${id}`,
        act: async (subject) => outcome(await subject.release(release(id))),
        expect: () => model.release(id, now),
      };
    case 10: {
      const key = `key_${roll.whole(40)}`;
      if (!roll.chance(0.1)) return { name: "ring", act: ring, expect: () => model.advance(now) };
      return {
        name: `revoke ${key}`,
        act: async (subject) => void (await subject.revokeKey(key)),
        expect: () => {
          model.advance(now);
          model.revoked.add(key);
        },
      };
    }
    default: {
      const next = randomSettings(roll, (model.settings?.version ?? 1) + roll.whole(3) - 1);
      if (next.version < 1 || !roll.chance(0.4)) return { name: "ring", act: ring, expect: () => model.advance(now) };
      return {
        name: `configure ${JSON.stringify(next)}`,
        act: async (subject) => void (await subject.configure(next)),
        expect: () => model.configure(next, now),
      };
    }
  }
}

const ring = async (subject: Subject): Promise<void> => void (await subject.ring());

/** How time moves before a step: mostly a little, sometimes past a deadline or a period, sometimes back. */
function nextNow(roll: Dice, now: number): number {
  const kind = roll.whole(100);
  if (kind < 70) return now + roll.whole(3_000);
  if (kind < 88) return now + roll.whole(120_000);
  if (kind < 93) return now + roll.whole(3 * 3_600_000);
  if (kind < 95) return now + roll.whole(45 * 86_400_000);
  return now - roll.whole(3_600_000);
}

const figures = (model: Model) =>
  model.settings === null
    ? null
    : {
        balance: model.balance,
        spent: model.spent,
        held: model.held,
        available: model.free === Number.POSITIVE_INFINITY ? null : model.available,
        open: model.open.length,
        start: model.start,
        end: model.end,
      };

const stateFigures = (state: WalletState | null) =>
  state === null
    ? null
    : {
        balance: Number(state.balance_nano_usd),
        spent: Number(state.spent_nano_usd),
        held: Number(state.held_nano_usd),
        available: state.available_nano_usd,
        open: state.open_holds,
        start: state.period_start,
        end: state.resets_at,
      };

/**
 * Runs `steps` random commands from the moment `start` on and compares everything with the model after each. Throws with
 * the seed and the step. Answers how often each kind of answer was seen.
 */
export async function simulate(
  subject: Subject,
  seed: number,
  steps: number,
  start: number,
): Promise<Record<string, number>> {
  const roll = dice(seed);
  const seen: Record<string, number> = {};
  let model = new Model();
  let now = start;
  let ids = 0;
  const fresh = () => `req${++ids}`;
  const trail: string[] = [];
  const check = (what: string, actual: unknown, expected: unknown): void => {
    if (JSON.stringify(actual) === JSON.stringify(expected)) return;
    throw new Error(
      `SIM_SEED=${seed}: ${what}\n  is       ${JSON.stringify(actual)}\n  should be ${JSON.stringify(expected)}\n` +
        `last steps:\n  ${trail.slice(-8).join("\n  ")}`,
    );
  };
  for (let index = 0; index < steps; index += 1) {
    now = nextNow(roll, now);
    await subject.setNow(now);
    if (roll.chance(0.03)) await subject.restart();
    const fails = roll.chance(0.05);
    if (fails) await subject.failNext();
    const before = fails ? structuredClone(toPlain(model)) : null;
    const step = randomStep(roll, model, now, fresh);
    trail.push(`${index} ${new Date(now).toISOString()} ${fails ? "FAILING " : ""}${step.name}`);
    let failed = false;
    let actual: unknown;
    try {
      actual = await step.act(subject);
    } catch (error) {
      if (!fails) throw new Error(`SIM_SEED=${seed}: step ${trail.at(-1)} threw`, { cause: error });
      failed = true;
    }
    if (fails) await subject.heal();
    const expected = step.expect(model);
    if (failed && before !== null) model = fromPlain(before);
    else check("answer", actual ?? null, expected ?? null);
    const label = failed ? "commit failed" : typeof actual === "string" ? actual : step.name.split(" ")[0];
    seen[label ?? ""] = (seen[label ?? ""] ?? 0) + 1;
    // Reading does what is due; a failed step may have left that undone.
    const state = await subject.read();
    model.advance(now);
    check("state", stateFigures(state), figures(model));
    check("books", await subject.problems(), []);
  }
  return seen;
}

type Plain = Pick<Model, "settings" | "start" | "end" | "opening" | "charges" | "requests" | "keys" | "revoked">;
const toPlain = ({ settings: s, start, end, opening, charges, requests, keys, revoked }: Model): Plain => ({
  settings: s,
  start,
  end,
  opening,
  charges,
  requests,
  keys,
  revoked,
});
const fromPlain = (plain: Plain): Model => Object.assign(new Model(), plain);
