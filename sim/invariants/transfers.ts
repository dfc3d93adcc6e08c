import type {
  PostAnswer,
  PostRequest,
  TransferInAnswer,
  TransferInRequest,
  TransferOutAnswer,
  TransferOutRequest,
} from "../../schema/wire/wallet-rpc.ts";
import type { Host } from "../world/host.ts";
import type { Visit } from "../world/network.ts";
import type { StoredRow, StoredTransfer } from "./books.ts";
import type { Fail } from "./local.ts";
import type { RefusalChecks, Wish } from "./refusals.ts";
import type { Trouble } from "./visits.ts";

const MOVING: ReadonlySet<string> = new Set(["top_up", "adjustment", "transfer_in", "transfer_out"]);
/** Answers of `transferOut` after which nothing changes any more. */
const FINAL: ReadonlySet<string> = new Set([
  "transferred",
  "target_refused",
  "exhausted",
  "held_by_others",
  "exceeds_wallet",
  "frozen",
  "no_limit",
]);
const WISH_OUTCOMES: Readonly<Record<string, Wish["outcome"]>> = {
  transferred: "held",
  pending: "held",
  exhausted: "refused",
  exceeds_wallet: "refused",
  held_by_others: "told_to_wait",
};

/** Money that is added, corrected or moved: once for each id, out of what is free, and never into nowhere. */
export class TransferChecks {
  private readonly hosts: ReadonlyMap<string, Host>;
  private readonly refusals: RefusalChecks;
  private readonly trouble: Trouble;
  private readonly count: (what: string) => void;
  private readonly fail: Fail;
  private readonly posts = new Map<string, PostRequest[]>();
  /** Answers that are the last word, by the wallet and all of what was asked. */
  private readonly finals = new Map<string, string>();
  private readonly asked = new Set<string>();
  /** Those under way after the last statement, by wallet. */
  private readonly open = new Map<string, ReadonlyMap<string, StoredTransfer>>();

  constructor(parts: {
    readonly hosts: ReadonlyMap<string, Host>;
    readonly refusals: RefusalChecks;
    readonly trouble: Trouble;
    readonly count: (what: string) => void;
    readonly fail: Fail;
  }) {
    this.hosts = parts.hosts;
    this.refusals = parts.refusals;
    this.trouble = parts.trouble;
    this.count = parts.count;
    this.fail = parts.fail;
  }

  post(host: Host, request: PostRequest): Visit<PostAnswer> {
    const name = `${host.wallet_id} ${request.ref}`;
    this.posts.set(name, [...(this.posts.get(name) ?? []), request]);
    const said = this.saidOf("post", host, request);
    return {
      run: (wallet) => wallet.post(request),
      answers: (answer) => {
        this.count(`post ${answer.status}`);
        said(answer, answer.status === "posted");
        const rows = movesOf(host, request.ref);
        if (
          answer.status === "posted" &&
          (rows.length !== 1 || !isRowOf(rows[0], request.kind, request.amount_nano_usd))
        )
          this.fail("I6", `${host.wallet_id} answered that ${request.ref} is posted: ${JSON.stringify(rows)}`);
        if (answer.status === "mismatch" && rows.every((row) => isRowOf(row, request.kind, request.amount_nano_usd)))
          this.fail("I6", `${host.wallet_id} knows ${request.ref} as what it was asked, and answered mismatch`);
      },
      fails: () => undefined,
    };
  }

  out(host: Host, request: TransferOutRequest): Visit<TransferOutAnswer> {
    const { transfer_id: id, amount_nano_usd: amount } = request;
    const said = this.saidOf("out", host, request);
    const from = this.trouble.now();
    // A refusal is remembered: only the first one is about the money that is there.
    const first = !this.asked.has(`${host.wallet_id} ${id}`) && !host.books.transfers.has(id);
    this.asked.add(`${host.wallet_id} ${id}`);
    const wish = first && amount > 0 ? this.refusals.arrives(host.wallet_id, id, amount, true) : null;
    return {
      run: (wallet) => wallet.transferOut(request),
      answers: (answer) => {
        const { status } = answer;
        this.count(`transfer ${status}`);
        said(answer, FINAL.has(status));
        if (status === "transferred" || status === "pending" || status === "target_refused") {
          this.isStored(host, request, status);
        }
        if (status === "mismatch") this.isOther(host, id, request.to_wallet_id, amount, "out");
        if (FINAL.has(status) && status !== "transferred") this.nothingMoved(host, request);
        if (wish !== null) {
          this.refusals.ends(wish, WISH_OUTCOMES[status] ?? "other", this.trouble.last_at() >= from);
        }
      },
      fails: () => {
        if (wish !== null) this.refusals.ends(wish, "other", true);
      },
    };
  }

  in(host: Host, request: TransferInRequest): Visit<TransferInAnswer> {
    const { transfer_id: id, amount_nano_usd: amount } = request;
    const sent = this.hosts.get(request.from_wallet_id)?.books.transfers.get(id);
    if (sent?.direction !== "out" || sent.other_wallet_id !== host.wallet_id || sent.amount !== amount) {
      this.fail("I3", `${request.from_wallet_id} sends ${amount} as ${id} to ${host.wallet_id} and has not stored it`);
    }
    const said = this.saidOf("in", host, request);
    return {
      run: (wallet) => wallet.transferIn(request),
      answers: (answer) => {
        this.count(`transfer in ${answer.status}`);
        said(answer, answer.status === "received" || answer.status === "refused");
        const rows = movesOf(host, id).filter((row) => row.kind === "transfer_in");
        if (answer.status === "received" && (rows.length !== 1 || rows[0]?.amount !== amount))
          this.fail("I1", `${host.wallet_id} has received ${id}, its rows are ${JSON.stringify(rows)}`);
        if (answer.status === "refused" && rows.length > 0)
          this.fail("I1", `${host.wallet_id} has refused ${id} and has posted it`);
        if (answer.status === "mismatch") this.isOther(host, id, request.from_wallet_id, amount, "in");
        const stored = host.books.transfers.get(id)?.status;
        if ((answer.status === "received" || answer.status === "refused") && stored !== answer.status)
          this.fail("I3", `${host.wallet_id} answered ${answer.status} for ${id} and has stored ${stored}`);
      },
      fails: () => undefined,
    };
  }

  /** After a statement about transfers: what is reserved anew was promised to nobody. */
  wrote(host: Host): void {
    const before = this.open.get(host.wallet_id);
    const after = openOf(host);
    this.open.set(host.wallet_id, after);
    const { settings } = host.books;
    for (const [id, { amount }] of after) {
      if (before?.has(id) === true) continue;
      const free = movable(host);
      if (free < 0) this.fail("I2", `${host.wallet_id} has reserved ${amount} for ${id}, ${-free} more than is free`);
      if (settings?.frozen !== false) this.fail("I2", `${host.wallet_id} is frozen and gives ${amount} as ${id}`);
    }
  }

  /** What a transaction has posted: each row was asked for, once, and has its other half. */
  transaction(host: Host, rows: readonly StoredRow[]): void {
    for (const row of rows) {
      if (!MOVING.has(row.kind)) continue;
      const where = `${host.wallet_id}: ${row.kind} ${row.amount} of ${row.ref}`;
      if (movesOf(host, row.ref).length !== 1) this.fail("I1", `${where} is not the only one`);
      if (!this.isExplained(host, row)) this.fail("I1", `${where} is explained by nothing`);
    }
  }

  reloaded(host: Host): void {
    this.open.set(host.wallet_id, openOf(host));
  }

  /** Once all is quiet, no transfer is under way, and each that went through is in both wallets. */
  quiet(): void {
    for (const host of this.hosts.values()) {
      for (const id of openOf(host).keys()) this.fail("I7", `${host.wallet_id} has not ended the transfer ${id}`);
      for (const row of host.books.rows) {
        if (row.kind === "transfer_in" || row.kind === "transfer_out") this.hasBoth(host, row);
      }
    }
  }

  private hasBoth(host: Host, row: StoredRow): void {
    const other = this.hosts.get(host.books.transfers.get(row.ref)?.other_wallet_id ?? "");
    const kind = row.kind === "transfer_in" ? "transfer_out" : "transfer_in";
    const halves = other === undefined ? [] : movesOf(other, row.ref);
    if (halves.length !== 1 || !isRowOf(halves[0], kind, -row.amount)) {
      this.fail("I1", `${host.wallet_id}: ${row.kind} ${row.amount} of ${row.ref} has no other half`);
    }
  }

  private isExplained(host: Host, { kind, ref, amount }: StoredRow): boolean {
    if (kind === "top_up" || kind === "adjustment") {
      const asked = this.posts.get(`${host.wallet_id} ${ref}`) ?? [];
      return asked.some((post) => post.kind === kind && post.amount_nano_usd === amount);
    }
    const own = host.books.transfers.get(ref);
    const other = this.hosts.get(own?.other_wallet_id ?? "");
    if (own === undefined || other === undefined || own.amount !== Math.abs(amount)) return false;
    // The sender posts last, and what it has reserved waits for that.
    if (kind === "transfer_out")
      return own.direction === "out" && isRowOf(movesOf(other, ref)[0], "transfer_in", -amount);
    const sent = other.books.transfers.get(ref);
    return own.direction === "in" && sent?.direction === "out" && sent.amount === amount && sent.status === null;
  }

  /** An answer that is the last word is given again to whoever asks later. */
  private saidOf(method: string, host: Host, request: object) {
    const name = `${host.wallet_id} ${method} ${JSON.stringify(request)}`;
    const before = this.finals.get(name);
    return (answer: { readonly status: string }, is_final: boolean): void => {
      const text = JSON.stringify(answer);
      const known = before ?? (is_final ? this.finals.get(name) : undefined);
      if (known !== undefined && known !== text) this.fail("I6", `${name} was answered ${known}, and then ${text}`);
      if (is_final) this.finals.set(name, text);
    };
  }

  private isStored(host: Host, { transfer_id: id, to_wallet_id, amount_nano_usd }: TransferOutRequest, status: string) {
    const stored = host.books.transfers.get(id);
    const same = stored?.other_wallet_id === to_wallet_id && stored.amount === amount_nano_usd;
    const as_answered = status === "pending" || stored?.status === status;
    if (!same || stored.direction !== "out" || !as_answered)
      this.fail("I3", `${host.wallet_id} answered ${status} for ${id} and has stored ${JSON.stringify(stored)}`);
    const rows = movesOf(host, id);
    if (status === "transferred" && !isRowOf(rows[0], "transfer_out", -amount_nano_usd))
      this.fail("I1", `${host.wallet_id} has transferred ${id}, its rows are ${JSON.stringify(rows)}`);
  }

  private isOther(host: Host, id: string, other: string, amount: number, direction: "in" | "out"): void {
    const stored = host.books.transfers.get(id);
    const same = stored?.direction === direction && stored.other_wallet_id === other && stored.amount === amount;
    if (same || (stored === undefined && movesOf(host, id).length === 0))
      this.fail("I6", `${host.wallet_id} answered mismatch for ${id} and has stored ${JSON.stringify(stored)}`);
  }

  private nothingMoved(host: Host, { transfer_id: id, to_wallet_id }: TransferOutRequest): void {
    const taken = host.books.rows.some((row) => row.ref === id && row.kind === "transfer_out");
    const there = this.hosts.get(to_wallet_id);
    const came = there?.books.transfers.get(id);
    const given = came?.other_wallet_id === host.wallet_id && came.status === "received";
    if (taken || given) this.fail("I1", `${id} was refused at ${host.wallet_id} and has moved money`);
  }
}

const openOf = ({ books }: Host): ReadonlyMap<string, StoredTransfer> =>
  new Map([...books.transfers].filter(([, { status }]) => status === null));

const movesOf = ({ books }: Host, ref: string): readonly StoredRow[] =>
  books.rows.filter((row) => row.ref === ref && MOVING.has(row.kind));

const isRowOf = (row: StoredRow | undefined, kind: string, amount: number): boolean =>
  row?.kind === kind && row.amount === amount;

/** What of the balance nobody has been promised. */
function movable({ books }: Host): number {
  const limit = books.settings?.limit_nano_usd ?? null;
  if (limit === null || limit === 0) return Number.NEGATIVE_INFINITY;
  return books.balance - books.held - books.leased_out - books.transferring;
}
