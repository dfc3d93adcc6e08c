import { runInDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { LIMITS } from "../../../schema/kernel/limits.ts";
import {
  FREQUENT_KINDS,
  isMoving,
  isOfRequest,
  LEDGER_KINDS,
  type LedgerKind,
  type LedgerQuery,
  type LedgerRow,
  OWN_KINDS,
} from "../../../schema/wire/wallet-rpc.ts";
import { ledgerPage } from "../../../workers/wallet-do/storage/ledger-page.ts";
import { settle } from "../../unit/wallet/make.ts";
import { freshWallet, START, type Stub } from "./in-wallet.ts";

/** A row a second, of each kind in turn and mostly charges; every seventh has the cause of the one before it. */
const ROWS = 400;
const kindOf = (seq: number): LedgerKind =>
  (seq % 3 === 0 ? LEDGER_KINDS[(seq / 3) % LEDGER_KINDS.length] : null) ?? "charge";
const refOf = (seq: number): string => `ref_${seq % 7 === 0 && kindOf(seq) !== kindOf(seq - 1) ? seq - 1 : seq}`;
const atOf = (seq: number): number => START + Math.floor(seq / 2) * 2_000;
const MADE: readonly LedgerRow[] = Array.from({ length: ROWS }, (_, index) => {
  const [seq, kind] = [index + 1, kindOf(index + 1)];
  const attempt = kind === "attempt" ? { attempt: 1 } : null;
  return {
    seq,
    kind,
    amount_nano_usd: 0,
    balance_nano_usd: 0,
    ref: refOf(seq),
    ...attempt,
    at: atOf(seq),
  } as LedgerRow;
});

/** A wallet in whose ledger just these rows are. */
async function filled(): Promise<Stub> {
  const stub = await freshWallet(null);
  await runInDurableObject(stub, (_object, { storage }) => {
    for (const { seq, kind, ref, attempt, at } of MADE) {
      storage.sql.exec(
        `INSERT INTO ledger (seq, kind, amount_nano_usd, balance_nano_usd, spent_nano_usd, ref, attempt, at, event_seq)
          VALUES (?, ?, 0, 0, 0, ?, ?, ?, ?)`,
        seq,
        kind,
        ref,
        attempt ?? null,
        at,
        seq,
      );
    }
  });
  return stub;
}

type Filters = Omit<LedgerQuery, "limit" | "before_seq">;

const expected = ({ kinds, ref, from = 0, to = Number.POSITIVE_INFINITY }: Filters): readonly LedgerRow[] =>
  MADE.filter(
    (row) =>
      (kinds === undefined || kinds.includes(row.kind)) &&
      (ref === undefined || row.ref === ref) &&
      row.at >= from &&
      row.at < to,
  ).toReversed();

const QUERIES: readonly Filters[] = [
  {},
  ...LEDGER_KINDS.map((kind) => ({ kinds: [kind] })),
  { kinds: LEDGER_KINDS },
  { kinds: LEDGER_KINDS.filter(isMoving) },
  { kinds: LEDGER_KINDS.filter(isOfRequest) },
  { kinds: ["top_up", "top_up", "charge"] },
  { kinds: [] },
  { from: atOf(101) },
  { to: atOf(101) },
  { from: atOf(100) + 1, to: atOf(200) },
  { from: atOf(100), to: atOf(100) + 1 },
  { from: 0, to: 1 },
  { from: atOf(ROWS) + 1 },
  { kinds: ["transfer_in", "reset"], from: atOf(50), to: atOf(350) },
  { kinds: ["release", "child"], from: atOf(50), to: atOf(350) },
  ...MADE.slice(0, 60).map(({ ref }) => ({ ref })),
  { ref: "ref_6", kinds: ["attempt"] },
  { ref: "ref_6", from: atOf(7) },
  { ref: "nobody's" },
];

describe("a ledger, page by page", () => {
  test.each([
    [1_000, LIMITS.ledger_scan_rows],
    [3, LIMITS.ledger_scan_rows],
    [7, 5],
    [1, 1],
  ])("gives what fulfils a query, each row once, newest first: %i rows of %i", async (limit, scan_rows) => {
    await runInDurableObject(await filled(), (_object, { storage }) => {
      for (const query of QUERIES) {
        const found: LedgerRow[] = [];
        for (let before_seq: number | undefined = ROWS + 1_000; before_seq !== undefined; ) {
          const { rows, end } = ledgerPage(storage.sql, { ...query, limit, before_seq }, scan_rows);
          expect(rows.length).toBeLessThanOrEqual(limit);
          expect(rows.every(({ seq }) => end === null || seq >= end.seq)).toBe(true);
          if (end !== null) expect(end).toEqual({ seq: end.seq, at: atOf(end.seq) });
          if (end !== null && before_seq !== undefined) expect(end.seq).toBeLessThan(before_seq);
          found.push(...rows);
          before_seq = end?.seq;
        }
        expect(found, JSON.stringify(query)).toEqual(expected(query));
      }
    });
  });

  test("goes on behind the same row whatever is posted meanwhile", async () => {
    const stub = await freshWallet();
    for (let index = 0; index < 5; index += 1) await stub.settle(settle(`r${index}`, index));
    const first = await stub.ledgerPage({ limit: 4 });
    expect(first.rows.map((row) => row.ref)).toEqual(["r4", "r3", "r2", "r1"]);
    await stub.settle(settle("later", 1));
    const second = await stub.ledgerPage({ limit: 4, before_seq: first.end?.seq });
    expect(second.rows.map((row) => row.ref)).toEqual(["r0", "settings:1"]);
    expect(second.end).toBeNull();
    expect(await stub.ledgerPage({ limit: -1 })).toEqual({ rows: [], end: null });
    expect((await stub.ledgerPage({ limit: Number.MAX_SAFE_INTEGER })).rows).toHaveLength(7);
  });

  test("is read by an index, whatever is asked", async () => {
    await runInDurableObject(await filled(), (_object, { storage }) => {
      for (const query of QUERIES) {
        for (const plan of plansOf(storage.sql, query)) {
          // Of many arms that are merged each is a step of its own.
          expect(
            plan.filter((step) => /^SCAN (?!json_each|CONSTANT)/.test(step)),
            plan.join("\n"),
          ).toEqual([]);
          if (query.ref === undefined) expect(plan.join("\n")).not.toContain("TEMP B-TREE");
        }
      }
      const rare = plansOf(storage.sql, { kinds: ["top_up", "reset"] }).flat();
      expect(rare.filter((step) => step.includes("ledger_rare (kind=? AND rowid>? AND rowid<?)"))).toHaveLength(2);
      const cause = plansOf(storage.sql, { ref: "ref_6" }).flat().join("\n");
      for (const index of ["ledger_request", "ledger_attempt", "ledger_moving", "ledger_own"]) {
        expect(cause).toContain(`SEARCH ledger USING INDEX ${index} (ref=?`);
      }
    });
  });

  test("costs nothing more for each request than before there were filters", async () => {
    await runInDurableObject(await filled(), (_object, { storage }) => {
      const written = (kind: LedgerKind): number => {
        const cursor = storage.sql.exec(
          `INSERT INTO ledger (seq, kind, amount_nano_usd, balance_nano_usd, spent_nano_usd, ref, at, event_seq)
            VALUES ((SELECT max(seq) + 1 FROM ledger), ?, 0, 0, 0, 'r', ?, (SELECT max(seq) + 1 FROM ledger))`,
          kind,
          atOf(ROWS),
        );
        cursor.toArray();
        return cursor.rowsWritten;
      };
      // The row, and how it is found by its cause.
      expect(FREQUENT_KINDS.map(written)).toEqual([2, 2, 2]);
      expect(OWN_KINDS.map(written)).toEqual([3, 3, 2]);
    });
  });
});

/** How SQLite reads each statement of a page. */
function plansOf(sql: SqlStorage, query: Filters): readonly (readonly string[])[] {
  const plans: string[][] = [];
  const watched = new Proxy(sql, {
    get: (target, name) =>
      name === "exec"
        ? (text: string, ...bindings: unknown[]) => {
            const steps = target.exec<{ detail: string }>(`EXPLAIN QUERY PLAN ${text}`, ...bindings);
            plans.push([...steps].map(({ detail }) => detail));
            return target.exec(text, ...bindings);
          }
        : Reflect.get(target, name),
  });
  ledgerPage(watched, { ...query, limit: 10 });
  return plans;
}
