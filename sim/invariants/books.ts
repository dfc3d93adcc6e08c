import type { WalletSettings } from "../../schema/wire/wallet-settings.ts";
import type { Disk } from "../world/disk.ts";

/** What a wallet has stored, read from its tables and not through its code. */

export interface StoredHold {
  readonly request_id: string;
  readonly admitted: number;
  readonly hold: number;
  readonly committed: number;
  readonly created_at: number;
  readonly deadline: number;
  readonly key_id: string;
  readonly idempotency_key_hash: string | null;
}

export interface StoredRow {
  readonly seq: number;
  readonly kind: string;
  readonly amount: number;
  readonly balance: number;
  readonly ref: string;
  /** Of an attempt that was charged by itself. */
  readonly attempt: number | null;
  readonly at: number;
}

export interface StoredMessage {
  readonly seq: number;
  readonly consumed_nano_usd: number;
  readonly returned_nano_usd: number;
}

export interface StoredUpstream {
  readonly parent_id: string;
  readonly leased: number;
  readonly unreported: number;
  readonly messages: Readonly<Record<"ask" | "give", StoredMessage | null>>;
}

export interface StoredChildLane {
  readonly told_seq: number;
  readonly answered_seq: number;
  /** What the last answer granted. */
  readonly granted: number;
}

export interface StoredChild {
  readonly leased: number;
  readonly lanes: Readonly<Record<"ask" | "give", StoredChildLane>>;
}

export interface StoredTransfer {
  readonly direction: string;
  readonly other_wallet_id: string;
  readonly amount: number;
  /** How it ended; null while it is under way. */
  readonly status: string | null;
}

export interface HoldChange {
  readonly before: StoredHold | null;
  readonly after: StoredHold | null;
  /** Whether the request had rows at that moment. */
  readonly ended: boolean;
}

/** What one transaction changed, in order. */
export interface Delta {
  readonly holds: HoldChange[];
  readonly rows: StoredRow[];
  settings: boolean;
  /** How much wallets below have spent beyond their leases. */
  debts: number;
}

const REQUEST_KINDS: ReadonlySet<string> = new Set(["charge", "overage", "release", "expire", "correction"]);

export class Books {
  holds = new Map<string, StoredHold>();
  rows: StoredRow[] = [];
  /** Rows of requests, by request. */
  endings = new Map<string, StoredRow[]>();
  /** Costs of attempts that were charged by themselves, by request and number. */
  attempts = new Map<string, ReadonlyMap<number, number>>();
  children = new Map<string, StoredChild>();
  upstream: StoredUpstream | null = null;
  settings: WalletSettings | null = null;
  held = 0;
  /** Promised to wallets below: a debt of one is no room for another. */
  leased_out = 0;
  /** The sum of the accounts of wallets below, debts and all. */
  accounts = 0;
  transfers = new Map<string, StoredTransfer>();
  /** Reserved for those under way. */
  transferring = 0;
  /** Ever charged here, and ever told by wallets below. */
  charged = 0;
  told = 0;
  delta: Delta = { holds: [], rows: [], settings: false, debts: 0 };
  private readonly disk: Disk;

  constructor(disk: Disk) {
    this.disk = disk;
  }

  /** What attempts of a request were charged by themselves. */
  attemptsOf(request_id: string): number {
    return [...(this.attempts.get(request_id)?.values() ?? [])].reduce((sum, cost) => sum + cost, 0);
  }

  get balance(): number {
    return this.rows.at(-1)?.balance ?? 0;
  }

  /** Takes in what a statement has changed. */
  look(sql: string): void {
    if (/\bledger\b/.test(sql)) this.readRows();
    if (/\bhold\b/.test(sql)) this.readHolds();
    if (/\bchild\b/.test(sql)) this.readChildren();
    if (/\bupstream\b/.test(sql)) this.readUpstream();
    if (/\btransfer\b/.test(sql)) this.readTransfers();
    if (/\bwallet\b/.test(sql)) this.readSettings();
  }

  takeDelta(): Delta {
    const { delta } = this;
    this.delta = { holds: [], rows: [], settings: false, debts: 0 };
    return delta;
  }

  /** Reads everything anew, after writes were lost. */
  reload(): void {
    this.rows = [];
    this.endings = new Map();
    this.attempts = new Map();
    this.charged = 0;
    this.told = 0;
    if (this.disk.rows("SELECT name FROM sqlite_master WHERE name = 'upstream'").length > 0) {
      this.readRows();
      this.readHolds();
      this.readChildren();
      this.readUpstream();
      this.readTransfers();
      this.readSettings();
    }
    this.takeDelta();
  }

  private readRows(): void {
    const rows = this.disk.rows("SELECT * FROM ledger WHERE seq > ? ORDER BY seq", [this.rows.at(-1)?.seq ?? 0]);
    for (const raw of rows) {
      const row: StoredRow = {
        seq: Number(raw.seq),
        kind: String(raw.kind),
        amount: Number(raw.amount_nano_usd),
        balance: Number(raw.balance_nano_usd),
        ref: String(raw.ref),
        attempt: raw.attempt === null || raw.attempt === undefined ? null : Number(raw.attempt),
        at: Number(raw.at),
      };
      this.rows.push(row);
      this.delta.rows.push(row);
      if (REQUEST_KINDS.has(row.kind)) {
        this.charged -= row.amount;
        this.endings.set(row.ref, [...(this.endings.get(row.ref) ?? []), row]);
      } else if (row.attempt !== null) {
        this.charged -= row.amount;
        this.attempts.set(row.ref, new Map([...(this.attempts.get(row.ref) ?? []), [row.attempt, -row.amount]]));
      } else if (row.kind === "child") this.told -= row.amount;
    }
  }

  private readHolds(): void {
    const before = this.holds;
    this.holds = new Map();
    this.held = 0;
    for (const raw of this.disk.rows("SELECT * FROM hold")) {
      const hold = holdOf(raw);
      this.held += hold.hold;
      this.holds.set(hold.request_id, hold);
      const known = before.get(hold.request_id) ?? null;
      if (known === null || differs(known, hold))
        this.delta.holds.push({ before: known, after: hold, ended: this.endings.has(hold.request_id) });
    }
    for (const [id, hold] of before)
      if (!this.holds.has(id)) this.delta.holds.push({ before: hold, after: null, ended: this.endings.has(id) });
  }

  private readChildren(): void {
    const debts = this.leased_out - this.accounts;
    this.children = new Map();
    this.leased_out = 0;
    this.accounts = 0;
    for (const raw of this.disk.rows("SELECT * FROM child")) {
      const lanes = JSON.parse(String(raw.lanes));
      const leased = Number(raw.leased_nano_usd);
      this.leased_out += Math.max(0, leased);
      this.accounts += leased;
      this.children.set(String(raw.child_id), { leased, lanes: { ask: laneOf(lanes.ask), give: laneOf(lanes.give) } });
    }
    this.delta.debts += Math.max(0, this.leased_out - this.accounts - debts);
  }

  private readUpstream(): void {
    const [raw] = this.disk.rows("SELECT * FROM upstream");
    if (raw === undefined) {
      this.upstream = null;
      return;
    }
    const lanes = JSON.parse(String(raw.lanes));
    this.upstream = {
      parent_id: String(raw.parent_id),
      leased: Number(raw.leased_nano_usd),
      unreported: Number(raw.unreported_nano_usd),
      messages: { ask: lanes.ask.message, give: lanes.give.message },
    };
  }

  private readTransfers(): void {
    this.transfers = new Map();
    this.transferring = 0;
    for (const raw of this.disk.rows("SELECT * FROM transfer")) {
      const amount = Number(raw.amount_nano_usd);
      const status = raw.answer === null ? null : String(JSON.parse(String(raw.answer)).status);
      if (status === null) this.transferring += amount;
      const other_wallet_id = String(raw.other_wallet_id);
      this.transfers.set(String(raw.transfer_id), {
        direction: String(raw.direction),
        other_wallet_id,
        amount,
        status,
      });
    }
  }

  private readSettings(): void {
    const [raw] = this.disk.rows("SELECT settings FROM wallet");
    this.settings = raw === undefined ? null : JSON.parse(String(raw.settings));
    this.delta.settings = true;
  }
}

function holdOf(raw: Record<string, unknown>): StoredHold {
  const context = JSON.parse(String(raw.context));
  return {
    request_id: String(raw.request_id),
    admitted: Number(raw.admitted_nano_usd),
    hold: Number(raw.hold_nano_usd),
    committed: Number(raw.committed_nano_usd),
    created_at: Number(raw.created_at),
    deadline: Number(raw.deadline),
    key_id: String(context.key_id),
    idempotency_key_hash: raw.idempotency_key_hash === null ? null : String(raw.idempotency_key_hash),
  };
}

const differs = (a: StoredHold, b: StoredHold): boolean =>
  a.hold !== b.hold || a.committed !== b.committed || a.deadline !== b.deadline || a.admitted !== b.admitted;

interface RawLane {
  readonly told_seq: number;
  readonly answered_seq: number;
  readonly answer: { readonly status: string; readonly granted_nano_usd?: number } | null;
}

const laneOf = ({ told_seq, answered_seq, answer }: RawLane): StoredChildLane => ({
  told_seq,
  answered_seq,
  granted: answer?.status === "taken" ? (answer.granted_nano_usd ?? 0) : 0,
});
