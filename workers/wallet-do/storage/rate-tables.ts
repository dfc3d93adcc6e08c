import { unreachable } from "../../../schema/kernel/unreachable.ts";
import type { KeyLimits } from "../../../schema/wire/rate-limits.ts";
import type { Change } from "../core/change.ts";
import { enterHold, enterPass, type Pass, putBucket, type RateTree } from "../core/rate-book.ts";
import type { Bucket } from "../core/rate-bucket.ts";
import type { State } from "../core/state.ts";

type BucketSqlRow = { -readonly [Name in keyof Bucket]: Bucket[Name] };

/** Reads everything about rates. The holds were read before. */
export function loadRates(sql: SqlStorage, state: State): void {
  const { rates } = state;
  for (const row of sql.exec<BucketSqlRow>("SELECT * FROM bucket")) putBucket(rates, row);
  // In the order in which they were let, in which they come to count as used.
  const open = [
    ...[...state.holds.values()].map(({ request_id, context, rate }) => ({
      seq: rate?.seq ?? 0,
      enter: () => enterHold(rates, request_id, context.key_id, rate),
    })),
    ...loadPasses(sql).map((pass) => ({ seq: pass.mark.seq, enter: () => enterPass(rates, pass) })),
  ];
  for (const { enter } of open.sort((a, b) => a.seq - b.seq)) enter();
  for (const row of sql.exec<{ key_id: string; limits: string }>("SELECT * FROM key_limits")) {
    const limits: KeyLimits = JSON.parse(row.limits);
    rates.key_limits.set(row.key_id, limits);
  }
  const [row] = sql.exec<{ tree: string }>("SELECT tree FROM rate_tree");
  if (row === undefined) return;
  const tree: RateTree = JSON.parse(row.tree);
  rates.tree = tree;
}

function loadPasses(sql: SqlStorage): readonly Pass[] {
  return [...sql.exec<{ request_id: string; child_id: string; mark: string }>("SELECT * FROM pass")].map((row) => {
    const mark: Pass["mark"] = JSON.parse(row.mark);
    return { ...row, mark };
  });
}

/** Writes the last state of each bucket that changed. */
export function writeBuckets(sql: SqlStorage, changes: readonly Change[]): void {
  const last = new Map<string, Bucket>();
  for (const change of changes) if (change.kind === "bucket") last.set(change.bucket.scope, change.bucket);
  for (const bucket of last.values()) {
    sql.exec(
      `INSERT OR REPLACE INTO bucket
        (scope, requests_per_minute, tokens_per_minute, requests_debt_parts, tokens_debt_parts, at, posted_seq)
        VALUES (?, ?, ?, ?, ?, ?, ?)`,
      bucket.scope,
      bucket.requests_per_minute,
      bucket.tokens_per_minute,
      bucket.requests_debt_parts,
      bucket.tokens_debt_parts,
      bucket.at,
      bucket.posted_seq,
    );
  }
}

type RateChange = Extract<Change, { readonly kind: "pass" | "pass_ended" | "key_limits" | "rate_tree" }>;

export function writeRates(sql: SqlStorage, change: RateChange): void {
  switch (change.kind) {
    case "pass": {
      const { request_id, child_id, mark } = change.pass;
      sql.exec(
        "INSERT INTO pass (request_id, child_id, mark) VALUES (?, ?, ?)",
        request_id,
        child_id,
        JSON.stringify(mark),
      );
      return;
    }
    case "pass_ended":
      sql.exec("DELETE FROM pass WHERE request_id = ?", change.request_id);
      return;
    case "key_limits":
      sql.exec(
        "INSERT OR REPLACE INTO key_limits (key_id, limits) VALUES (?, ?)",
        change.key_id,
        JSON.stringify(change.limits),
      );
      return;
    case "rate_tree":
      sql.exec("INSERT OR REPLACE INTO rate_tree (id, tree) VALUES (1, ?)", JSON.stringify(change.tree));
      return;
    default:
      unreachable(change);
  }
}
