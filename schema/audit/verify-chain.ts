import { assert } from "../kernel/unreachable.ts";
import type { AuditProblem } from "../wire/audit-rpc.ts";
import { type AuditRow, auditRowSchema } from "./audit-row.ts";
import { entryHash, genesisHash } from "./entry-hash.ts";
import { type AuditKey, verifyReceipt } from "./receipt.ts";

/** A head that is known from elsewhere: a receipt, or what the audit object keeps. */
export interface KnownHead {
  readonly seq: number;
  readonly hash: string;
}

export interface ChainFindings {
  /** How many entries were read. */
  readonly entries: number;
  readonly ok: boolean;
  /** At most MAX_PROBLEMS, by `seq`. At most one of each entry: the first thing that is wrong with it. */
  readonly problems: readonly AuditProblem[];
  /** Number of the last entry in its place; 0 without any. */
  readonly last_seq: number;
}

export interface ChainOptions {
  readonly org_id: string;
  /** Public keys whose signatures count. */
  readonly keys: readonly AuditKey[];
  /** True for a selection of entries: gaps are no problem, and known heads count where their entries are. */
  readonly partial?: boolean;
}

export const MAX_PROBLEMS = 100;

/** Bound of the search for where entries were moved from: each place tried costs a hash, some 10 µs. */
const PLACES_TRIED = 20_000;

/**
 * Verifies the chain of one org, fed with its rows by `seq`, in any number of pieces: hashes are computed anew, links and
 * signatures checked, and known heads compared. The audit object, the offline verifier and the tests all use this.
 *
 * What is found is named where it is: an entry behind a wrong one is not blamed for not following it.
 */
export class ChainVerifier {
  private readonly options: ChainOptions;
  private readonly problems: AuditProblem[] = [];
  /** Entries whose content does not have their hash: changed, or moved from a place that is looked for at the end. */
  private readonly suspects: AuditRow[] = [];
  private readonly known = new Map<number, string>();
  private end: KnownHead | null = null;
  private entries = 0;
  private next_seq = 1;
  private found = 0;
  /** Of the entry before, and whether it can be followed: the hash of a wrong entry blames nobody. */
  private prev_hash: string | null = null;
  private prev_sound = true;

  constructor(options: ChainOptions) {
    this.options = options;
  }

  /** Says what the chain's hash is at a place. To be called before that place is fed. */
  expect(head: KnownHead): void {
    assert(head.seq >= this.next_seq, "a known head is given before its entry");
    const known = this.known.get(head.seq);
    if (known !== undefined && known !== head.hash) {
      this.report("changed", head.seq, null, `there are two signed heads with the number ${head.seq}`);
    }
    this.known.set(head.seq, head.hash);
  }

  /** Says that the chain ends with this head, null for none: what comes behind it is not ours. */
  expectEnd(head: KnownHead | null): void {
    if (head !== null && head.seq >= this.next_seq) this.expect(head);
    this.end = head ?? { seq: 0, hash: "" };
  }

  /** Takes the next rows. What is no row at all, as only a stranger writes, is a problem like any other. */
  async feed(rows: readonly unknown[]): Promise<void> {
    this.prev_hash ??= await genesisHash(this.options.org_id);
    for (const row of rows) {
      this.entries += 1;
      const parsed = auditRowSchema.safeParse(row);
      if (parsed.success) this.judge(parsed.data, await this.evidenceOf(parsed.data));
      else this.unreadable(row);
    }
  }

  /** Ends the chain: what is missing behind the last row shows now. */
  async finish(): Promise<ChainFindings> {
    const last_known = Math.max(0, ...this.known.keys());
    if (last_known >= this.next_seq) this.lacks(this.next_seq, last_known);
    await this.explainSuspects();
    const problems = this.problems.toSorted((a, b) => a.seq - b.seq).slice(0, MAX_PROBLEMS);
    return { entries: this.entries, ok: this.found === 0, problems, last_seq: this.next_seq - 1 };
  }

  private async evidenceOf(row: AuditRow): Promise<Evidence> {
    const key = this.options.keys.find(({ key_id }) => key_id === row.key_id);
    const intact = (await entryHash(row)) === row.hash;
    return { intact, signed: key !== undefined && (await verifyReceipt(key, row)) };
  }

  private judge(row: AuditRow, { intact, signed }: Evidence): void {
    const in_place = row.seq >= this.next_seq;
    const gap = row.seq > this.next_seq;
    if (gap) this.lacks(this.next_seq, row.seq - 1);
    const own = this.wrongWith(row, signed, gap);
    if (!intact) this.suspect(row);
    else if (own !== null) this.report(own.kind, row.seq, row.id, own.problem);
    if (!in_place) return;
    this.prev_sound = intact && own === null;
    this.prev_hash = row.hash;
    this.next_seq = row.seq + 1;
  }

  /** The first thing wrong with an entry that has its hash, or null. */
  private wrongWith(row: AuditRow, signed: boolean, gap: boolean): Pick<AuditProblem, "kind" | "problem"> | null {
    const { seq } = row;
    if (row.org_id !== this.options.org_id) {
      return { kind: "unlinked", problem: `entry ${seq} belongs to another org, ${row.org_id}` };
    }
    if (!signed) return { kind: "forged", problem: `entry ${seq} is not signed with our key: somebody else wrote it` };
    if (seq < this.next_seq) return { kind: "unlinked", problem: `there is another entry with the number ${seq}` };
    if (!gap && this.prev_sound && row.prev_hash !== this.prev_hash) {
      return { kind: "unlinked", problem: `entry ${seq} does not follow the entry before it` };
    }
    const known = this.known.get(seq);
    if (known !== undefined && known !== row.hash) {
      const problem = `entry ${seq} is not the one whose hash is on record: the chain up to here was written anew`;
      return { kind: "changed", problem };
    }
    if (this.end !== null && seq > this.end.seq) {
      return { kind: "forged", problem: `entry ${seq} comes after the end on record, ${this.end.seq}` };
    }
    return null;
  }

  private lacks(from: number, to: number): void {
    if (this.options.partial === true) return;
    const which = from === to ? `entry ${from} is` : `entries ${from} to ${to} are`;
    this.report("missing", from, null, `${which} missing`);
  }

  private unreadable(row: unknown): void {
    const given = typeof row === "object" && row !== null && "seq" in row ? row.seq : null;
    const seq = typeof given === "number" && Number.isSafeInteger(given) ? given : this.next_seq;
    this.report("changed", seq, null, `entry ${seq} cannot be read: its columns do not hold what they should`);
    this.prev_sound = false;
    this.next_seq = Math.max(this.next_seq, seq + 1);
  }

  private suspect(row: AuditRow): void {
    this.found += 1;
    if (this.suspects.length < MAX_PROBLEMS) this.suspects.push(row);
  }

  private report(kind: AuditProblem["kind"], seq: number, entry_id: string | null, problem: string): void {
    this.found += 1;
    if (this.problems.length < MAX_PROBLEMS) this.problems.push({ kind, seq, entry_id, problem });
  }

  private async explainSuspects(): Promise<void> {
    let left = PLACES_TRIED;
    for (const row of this.suspects) {
      const { seq, id } = row;
      const origin = await placeOf(row, this.next_seq, left);
      left -= origin.tried;
      const [kind, problem] =
        origin.seq === null
          ? (["changed", `entry ${seq} is not what was written: its content does not have its hash`] as const)
          : (["moved", `entry ${seq} was written as entry ${origin.seq}`] as const);
      this.problems.push({ kind, seq, entry_id: id, problem });
    }
  }
}

interface Evidence {
  /** The content has the hash that the row says. */
  readonly intact: boolean;
  readonly signed: boolean;
}

/** Where an entry has the hash that it says, nearest places first, trying at most `most` of them. */
async function placeOf(row: AuditRow, last: number, most: number): Promise<{ seq: number | null; tried: number }> {
  let tried = 0;
  for (let distance = 1; distance <= Math.max(last, row.seq) && tried < most; distance += 1) {
    for (const seq of [row.seq - distance, row.seq + distance]) {
      if (seq < 1 || seq > last) continue;
      tried += 1;
      if ((await entryHash({ ...row, seq })) === row.hash) return { seq, tried };
    }
  }
  return { seq: null, tried };
}
