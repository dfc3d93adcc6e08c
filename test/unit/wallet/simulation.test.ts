import { expect, test } from "vitest";
import { eventSchema } from "../../../schema/wire/events.ts";
import { NOON } from "./make.ts";
import { MemoryWallet } from "./memory-wallet.ts";
import { type Subject, simulate } from "./simulate.ts";

const SEED = Number(process.env.SIM_SEED ?? 20_260_310);
const RUNS = Number(process.env.SIM_RUNS ?? 12);
const STEPS = 1_500;

/** The books by themselves: rows, events and the promise of a hard limit, without asking the model. */
class Books {
  private rows = 0;
  private events = 0;
  private balance = 0;
  private readonly fired = new Set<string>();
  private readonly postings = new Map<string, string[]>();

  check(wallet: MemoryWallet): string[] {
    const problems: string[] = [];
    for (const row of wallet.ledger.slice(this.rows)) {
      this.balance += row.amount_nano_usd;
      if (row.balance_nano_usd !== this.balance) problems.push(`row ${row.seq}: balance`);
      if (row.seq !== ++this.rows) problems.push(`row ${row.seq}: sequence`);
      const kinds = [...(this.postings.get(row.ref) ?? []), row.kind];
      this.postings.set(row.ref, kinds);
      if (!ENDINGS.test(kinds.join(" "))) problems.push(`${row.ref} ended as ${kinds.join(" ")}`);
    }
    for (const event of wallet.events.slice(this.events)) {
      this.events += 1;
      if (!eventSchema.safeParse(event).success) problems.push(`event ${event.event_id}: schema`);
      if (event.event_id !== `wal_1:${this.events}`) problems.push(`event ${event.event_id}: sequence`);
      if (event.type !== "wallet.threshold" && event.type !== "wallet.exhausted") continue;
      const once = `${event.type} ${event.type === "wallet.threshold" ? event.percent : ""} ${event.period_start}`;
      if (this.fired.has(once)) problems.push(`${once} twice`);
      this.fired.add(once);
    }
    const extra = [...this.fired].length;
    if (this.events !== this.rows + extra) problems.push("a ledger row without its event");
    return problems;
  }
}

/** How the rows of one reference may follow each other. */
const ENDINGS = /^(limit|reset|attempt( attempt)*|(attempt )*(charge( overage)?|release|expire( correction)?))$/;

function subject(): Subject {
  const wallet = new MemoryWallet(NOON);
  const books = new Books();
  return {
    setNow: (now) => {
      wallet.now = now;
    },
    failNext: () => {
      wallet.fail_next_commit = true;
    },
    heal: () => {
      wallet.fail_next_commit = false;
    },
    restart: () => undefined,
    configure: (settings) => wallet.configure(settings),
    admit: (request) => wallet.admit(request),
    extend: (request) => wallet.extend(request),
    checkpoint: (request) => wallet.checkpoint(request),
    chargeAttempt: (request) => wallet.chargeAttempt(request),
    settle: (request) => wallet.settle(request),
    release: (request) => wallet.release(request),
    revokeKey: (key_id) => wallet.revokeKey(key_id),
    read: () => wallet.read(),
    ring: () => wallet.ring(),
    problems: () => books.check(wallet),
  };
}

test(`${RUNS} random lives of a wallet agree with an independent model after every step (SIM_SEED=${SEED})`, async () => {
  const seen: Record<string, number> = {};
  for (let run = 0; run < RUNS; run += 1) {
    const counts = await simulate(subject(), SEED + run, STEPS, NOON);
    for (const [label, count] of Object.entries(counts)) seen[label] = (seen[label] ?? 0) + count;
  }
  // A simulation that never comes to the interesting answers proves nothing.
  for (const label of ["held", "already_held", "already_ended", "invalid", "exhausted", "held_by_others"]) {
    expect(seen[label], label).toBeGreaterThan(0);
  }
  for (const label of ["exceeds_wallet", "exceeds_maximum", "frozen", "key_revoked", "commit failed", "refused"]) {
    expect(seen[label], label).toBeGreaterThan(0);
  }
  for (const status of ["held", "refused", "conflict", "already_ended", "unknown", "invalid", "not_configured"]) {
    expect(seen[`attempt ${status}`], `attempt ${status}`).toBeGreaterThan(0);
  }
  for (const label of ["duplicate_in_flight", "duplicate_finished", "duplicate_mismatch", "not_configured"]) {
    expect(seen[label], label).toBeGreaterThan(0);
  }
}, 60_000);
