import type { WalletSettings } from "../../schema/wire/wallet-settings.ts";
import type { Host } from "../world/host.ts";
import type { Delta, HoldChange, StoredHold, StoredRow } from "./books.ts";
import { type Asked, type CallLog, isAmount } from "./call-log.ts";
import type { Invariant } from "./violation.ts";

export type Fail = (invariant: Invariant, problem: string) => void;

/** How the rows of one request may follow each other. */
const ENDINGS = /^(charge( overage)?|release|expire( correction)?)$/;
const HOLD_LIFETIME_MS = 3_600_000;

/**
 * What one transaction may do to one wallet, in the words of the contract and not in those of its code: each row and each
 * change of a hold must be explained by what the wallet was asked.
 */
export class LocalChecks {
  private readonly calls: CallLog;
  private readonly fail: Fail;
  /** Promised beyond what is allowed, after the last transaction. */
  private readonly excess = new Map<string, number>();
  /** Charges for which nothing was held. */
  private readonly unheld = new Set<string>();
  /** What attempts were charged beyond what was held for them. */
  private readonly beyond = new Map<string, number>();

  constructor(calls: CallLog, fail: Fail) {
    this.calls = calls;
    this.fail = fail;
  }

  transaction(host: Host, delta: Delta): void {
    this.chain(host, delta.rows);
    for (const change of delta.holds) this.hold(host, change, delta.rows);
    const ended = new Map(
      delta.holds.flatMap(({ before, after }) =>
        before !== null && after === null ? [[before.request_id, before]] : [],
      ),
    );
    for (const row of delta.rows) {
      if (row.kind === "attempt") this.attempt(host, row, delta);
      else this.row(host, row, ended.get(row.ref) ?? null);
    }
    for (const id of ended.keys()) {
      if (!delta.rows.some((row) => row.ref === id))
        this.fail("I3", `${name(host)}: the hold of ${id} went without a row`);
    }
    for (const ref of new Set(delta.rows.map((row) => row.ref))) this.pattern(host, ref);
    this.promises(host, delta);
  }

  /** Writes were lost: the next transaction is compared with what is there now. */
  reloaded(host: Host): void {
    this.excess.set(host.wallet_id, excessOf(host));
  }

  /** What was charged in all beyond what was held for it. */
  overages(host: Host): number {
    let sum = 0;
    for (const row of host.books.rows) {
      const counts = row.kind === "overage" || row.kind === "correction" || this.unheld.has(`${name(host)} ${row.ref}`);
      if (counts && row.amount < 0) sum -= row.amount;
      if (row.kind === "attempt") sum += this.beyond.get(attemptName(host, row)) ?? 0;
    }
    return sum;
  }

  private chain(host: Host, rows: readonly StoredRow[]): void {
    const all = host.books.rows;
    for (const row of rows) {
      const before = all[row.seq - 2];
      if (all[row.seq - 1] !== row) this.fail("I12", `${name(host)}: row ${row.seq} is not the ${row.seq}th`);
      if (row.balance !== (before?.balance ?? 0) + row.amount)
        this.fail("I1", `${name(host)}: balance of row ${row.seq}`);
      if (row.at < (before?.at ?? 0)) this.fail("I23", `${name(host)}: row ${row.seq} is older than the one before`);
      if (![row.amount, row.balance].every((amount) => isAmount(Math.abs(amount)))) {
        this.fail("I17", `${name(host)}: row ${row.seq} is out of range`);
      }
    }
  }

  private hold(host: Host, { before, after, ended }: HoldChange, rows: readonly StoredRow[]): void {
    if (after === null) return;
    const asked = this.calls.of(host.wallet_id, after.request_id);
    const where = `${name(host)}: the hold of ${after.request_id}`;
    if (before === null) {
      if (!asked.admits.some((admit) => admit.hold_nano_usd === after.admitted))
        this.fail("I3", `${where} was not asked for`);
      if (ended) this.fail("I3", `${where} was placed after its end`);
    } else {
      const charged = rows.filter(({ kind, ref }) => kind === "attempt" && ref === after.request_id);
      const taken = -charged.reduce((sum, { amount }) => sum + amount, 0);
      // A charged attempt is taken out of the hold, no more than that; the next has committed nothing yet.
      const shrank = after.hold < Math.max(0, before.hold - taken);
      if (shrank || (charged.length === 0 && after.committed < before.committed)) this.fail("I5", `${where} shrank`);
      if (after.deadline < before.deadline) this.fail("I4", `${where} has an earlier deadline`);
    }
    if (after.hold > Math.max(after.admitted, asked.hold_nano_usd))
      this.fail("I2", `${where} is larger than was asked`);
    const committed = Math.max(asked.committed_nano_usd, ...asked.admits.map((admit) => admit.committed_nano_usd));
    if (after.committed > committed || after.committed > after.hold) this.fail("I5", `${where} is committed too far`);
    if (after.deadline > after.created_at + HOLD_LIFETIME_MS) this.fail("I4", `${where} may live too long`);
  }

  private row(host: Host, row: StoredRow, hold: StoredHold | null): void {
    const asked = this.calls.of(host.wallet_id, row.ref);
    const where = `${name(host)}: ${row.kind} ${row.amount} of ${row.ref}`;
    switch (row.kind) {
      case "charge":
        if (hold === null) this.unheld.add(`${name(host)} ${row.ref}`);
        if (!chargeExplained(asked, -row.amount, hold) && !(row.amount === 0 && settledBefore(host, row.ref, asked)))
          this.fail("I11", `${where} fits no settlement`);
        return;
      case "overage":
        if (hold === null || row.amount >= 0) this.fail("I11", `${where} is none`);
        return;
      case "release":
        if (!asked.released || row.amount !== 0) this.fail("I5", `${where} was not asked for`);
        return;
      case "expire":
        if (hold === null) this.fail("I3", `${where} had no hold`);
        else if (hold.committed !== -row.amount) this.fail("I5", `${where}, but ${hold.committed} was committed`);
        else if (hold.deadline > row.at) this.fail("I4", `${where} came before the deadline ${hold.deadline}`);
        return;
      case "reset":
        this.reset(host, row);
        return;
      default:
        return;
    }
  }

  /** An attempt is charged once, as somebody asked, under a hold that goes on or ends with it. */
  private attempt(host: Host, row: StoredRow, delta: Delta): void {
    const where = `${name(host)}: attempt ${row.attempt} ${row.amount} of ${row.ref}`;
    if (!this.calls.of(host.wallet_id, row.ref).attempts.has(`${row.attempt} of ${-row.amount}`)) {
      this.fail("I11", `${where} was not asked for`);
    }
    const same = host.books.rows.filter(({ ref, attempt }) => ref === row.ref && attempt === row.attempt);
    if (same.length > 1) this.fail("I3", `${where} was charged before`);
    const changed = delta.holds.flatMap(({ before: hold }) => (hold?.request_id === row.ref ? [hold.hold] : []));
    const now = host.books.holds.get(row.ref);
    const before = now === undefined || changed.length > 0 ? changed : [now.hold];
    if (before.length === 0) this.fail("I3", `${where} had no hold`);
    this.beyond.set(attemptName(host, row), Math.max(0, -row.amount - Math.min(...before)));
  }

  /** A new period begins with the limit, and later than the one before. */
  private reset(host: Host, row: StoredRow): void {
    const earlier = host.books.rows.filter((other) => other.kind === "reset" && other.seq < row.seq).at(-1);
    if (earlier !== undefined && earlier.ref >= row.ref)
      this.fail("I23", `${name(host)}: ${row.ref} after ${earlier.ref}`);
  }

  private pattern(host: Host, ref: string): void {
    const rows = host.books.endings.get(ref);
    if (rows === undefined) return;
    const kinds = rows.map((row) => row.kind).join(" ");
    if (!ENDINGS.test(kinds)) this.fail("I3", `${name(host)}: ${ref} ended as ${kinds}`);
    if (host.books.holds.has(ref)) this.fail("I3", `${name(host)}: ${ref} is held and has ended as ${kinds}`);
    const asked = this.calls.of(host.wallet_id, ref);
    const total = -rows.reduce((sum, row) => sum + row.amount, 0);
    if (
      rows.length > 1 &&
      !asked.costs.has(total) &&
      !(total === 0 && (asked.released || settledBefore(host, ref, asked)))
    ) {
      this.fail("I11", `${name(host)}: ${ref} was charged ${total}, which nobody asked for`);
    }
  }

  /** What is promised grows within what is allowed: holds, and leases to wallets below. */
  private promises(host: Host, delta: Delta): void {
    const before = this.excess.get(host.wallet_id) ?? Number.NEGATIVE_INFINITY;
    const after = excessOf(host);
    this.excess.set(host.wallet_id, after);
    const changed = delta.settings || delta.rows.some((row) => row.kind === "limit" || row.kind === "reset");
    const { settings } = host.books;
    if (changed || settings === null || !settings.hard) return;
    // With a limit of 0 the balance does not count, so that what is given back below looks like a promise.
    if (settings.limit_nano_usd === 0 && delta.rows.some((row) => row.kind === "child")) return;
    const over = delta.rows.filter((row) => row.amount < 0 && this.isOver(host, row));
    const beyond = delta.rows.reduce((sum, row) => sum + (this.beyond.get(attemptName(host, row)) ?? 0), 0);
    const allowed = Math.max(0, before) + delta.debts + beyond - over.reduce((sum, row) => sum + row.amount, 0);
    if (after > allowed) {
      this.fail("I2", `${name(host)} has promised ${after} more than it may, ${allowed} of it with reason`);
    }
  }

  private isOver(host: Host, row: StoredRow): boolean {
    const unheld = row.kind === "charge" && this.unheld.has(`${name(host)} ${row.ref}`);
    return unheld || row.kind === "overage" || row.kind === "correction" || row.kind === "adjustment";
  }
}

const name = (host: Host): string => host.wallet_id;

const attemptName = (host: Host, { ref, attempt }: StoredRow): string => `${name(host)} ${ref} ${attempt}`;

/** Whether a settlement was of an attempt that is charged by itself: it adds nothing. */
const settledBefore = (host: Host, ref: string, { settled }: Asked): boolean =>
  [...(host.books.attempts.get(ref)?.keys() ?? [])].some((attempt) => settled.has(attempt));

function chargeExplained({ costs }: Asked, charged: number, hold: StoredHold | null): boolean {
  for (const cost of costs) if (charged === (hold === null ? cost : Math.min(cost, hold.hold))) return true;
  return false;
}

/** What a wallet allows in all: its balance and its overdraft; Infinity where nothing bounds it. */
export function allowedBy(settings: WalletSettings, balance: number): number {
  const limit = settings.limit_nano_usd;
  if (limit === null) return Number.POSITIVE_INFINITY;
  if (limit === 0) return 0;
  if (!settings.hard) return Number.POSITIVE_INFINITY;
  return balance + Math.floor((limit * settings.overdraft_percent) / 100);
}

function excessOf({ books }: Host): number {
  if (books.settings === null) return Number.NEGATIVE_INFINITY;
  return books.held + books.leased_out + books.transferring - allowedBy(books.settings, books.balance);
}
