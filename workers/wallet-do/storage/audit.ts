import type { AuditReport } from "../../../schema/wire/wallet-rpc.ts";
import { promisedTo, type State } from "../core/state.ts";
import { rateDifferences } from "./audit-rates.ts";
import { load } from "./load.ts";
import { MOVING_KINDS_SQL, REQUEST_KINDS_SQL, SPENDING_KINDS_SQL } from "./migrations.ts";

/**
 * Checks what must always hold, against the tables themselves and not against what is in memory: sums, the chain of
 * balances, holds, periods, and one event for every ledger row. Call it when nothing waits to be stored. Sums are read
 * as text, because SQLite's integers are larger than JavaScript's safe ones.
 */
export function audit(sql: SqlStorage, memory: State, now: number): AuditReport {
  const stored = load(sql);
  const problems = [
    ...sums(sql, stored),
    ...chain(sql),
    ...events(sql, stored),
    ...holds(sql, stored),
    ...period(stored, now),
    ...leases(stored),
    ...transfers(sql, stored),
    ...differences(memory, stored),
  ];
  return { ok: problems.length === 0, problems };
}

const expectEqual = (what: string, actual: bigint | number, expected: bigint | number): string[] =>
  BigInt(actual) === BigInt(expected) ? [] : [`${what} is ${actual}, not ${expected}`];

function text(sql: SqlStorage, query: string, ...bindings: number[]): bigint {
  return BigInt(sql.exec<{ total: string }>(query, ...bindings).one().total);
}

function count(sql: SqlStorage, query: string, ...bindings: number[]): number {
  return sql.exec<{ count: number }>(query, ...bindings).one().count;
}

function sums(sql: SqlStorage, stored: State): string[] {
  const total = text(sql, "SELECT CAST(coalesce(sum(amount_nano_usd), 0) AS TEXT) AS total FROM ledger");
  const spent = text(
    sql,
    `SELECT CAST(coalesce(-sum(amount_nano_usd), 0) AS TEXT) AS total FROM ledger
      WHERE seq > ? AND kind IN (${SPENDING_KINDS_SQL})`,
    stored.period.opened_seq,
  );
  return [
    ...expectEqual("balance", stored.balance_nano_usd, total),
    ...expectEqual("spent", stored.spent_nano_usd, spent),
  ];
}

function chain(sql: SqlStorage): string[] {
  const broken = count(
    sql,
    `SELECT count(*) AS count FROM (
      SELECT seq, balance_nano_usd, amount_nano_usd, at, event_seq,
        lag(seq, 1, 0) OVER rows AS seq_before,
        lag(balance_nano_usd, 1, 0) OVER rows AS balance_before,
        lag(at, 1, 0) OVER rows AS at_before,
        lag(event_seq, 1, 0) OVER rows AS event_before
      FROM ledger WINDOW rows AS (ORDER BY seq)
    ) WHERE seq <> seq_before + 1 OR balance_nano_usd <> balance_before + amount_nano_usd OR at < at_before
      OR event_seq <= event_before`,
  );
  return expectEqual("ledger rows out of the chain", broken, 0);
}

/** Every ledger row has one event, the rest are counted; what is not in the outbox any more was sent. */
function events(sql: SqlStorage, stored: State): string[] {
  const rows = count(sql, "SELECT count(*) AS count FROM ledger");
  const unsent = sql
    .exec<{ count: number; first: number | null; last: number | null }>(
      "SELECT count(*) AS count, min(seq) AS first, max(seq) AS last FROM outbox",
    )
    .one();
  const problems = expectEqual("events", stored.event_seq, rows + stored.period.extra_events);
  if (unsent.first === null || unsent.last === null) return problems;
  return [
    ...problems,
    ...expectEqual("last event in the outbox", unsent.last, stored.event_seq),
    ...expectEqual("events in the outbox", unsent.count, unsent.last - unsent.first + 1),
  ];
}

function holds(sql: SqlStorage, stored: State): string[] {
  const held = text(sql, "SELECT CAST(coalesce(sum(hold_nano_usd), 0) AS TEXT) AS total FROM hold");
  const over = count(sql, "SELECT count(*) AS count FROM hold WHERE committed_nano_usd > hold_nano_usd");
  const ended = count(
    sql,
    `SELECT count(*) AS count FROM hold
      WHERE EXISTS (SELECT 1 FROM ledger WHERE ref = request_id AND kind IN (${REQUEST_KINDS_SQL}))`,
  );
  const unpaid = count(
    sql,
    `SELECT count(*) AS count FROM hold WHERE attempts_nano_usd <>
      (SELECT coalesce(-sum(amount_nano_usd), 0) FROM ledger WHERE ref = request_id AND kind = 'attempt')`,
  );
  const orphans = count(
    sql,
    `SELECT count(*) AS count FROM ledger AS one WHERE kind = 'attempt'
      AND NOT EXISTS (SELECT 1 FROM hold WHERE request_id = one.ref)
      AND NOT EXISTS (SELECT 1 FROM ledger WHERE ref = one.ref AND kind IN (${REQUEST_KINDS_SQL}))`,
  );
  return [
    ...expectEqual("holds whose charged attempts are not their rows", unpaid, 0),
    ...expectEqual("charged attempts of requests that are neither held nor ended", orphans, 0),
    ...expectEqual("held", stored.held_nano_usd, held),
    ...expectEqual("holds committed beyond themselves", over, 0),
    ...expectEqual("holds of requests that have ended", ended, 0),
  ];
}

/** What is promised to wallets below is what their accounts say. */
function leases(stored: State): string[] {
  const total = [...stored.children.values()].reduce((sum, child) => sum + BigInt(promisedTo(child)), 0n);
  return expectEqual("leased to wallets below", stored.leased_out_nano_usd, total);
}

/**
 * A transfer that went through has one row of its amount, any other has none; no row of a transfer is without one; and no
 * id moved money twice.
 */
function transfers(sql: SqlStorage, stored: State): string[] {
  const reserved = text(
    sql,
    "SELECT CAST(coalesce(sum(amount_nano_usd), 0) AS TEXT) AS total FROM transfer WHERE answer IS NULL",
  );
  const wrong = count(
    sql,
    `SELECT count(*) AS count FROM transfer WHERE
      (SELECT count(*) FROM ledger WHERE ref = transfer_id AND kind IN (${MOVING_KINDS_SQL})
        AND kind = 'transfer_' || direction
        AND amount_nano_usd = iif(direction = 'in', transfer.amount_nano_usd, -transfer.amount_nano_usd))
      <> (coalesce(answer ->> 'status', '') IN ('transferred', 'received'))`,
  );
  const unknown = count(
    sql,
    `SELECT count(*) AS count FROM ledger WHERE kind IN ('transfer_in', 'transfer_out')
      AND NOT EXISTS (SELECT 1 FROM transfer WHERE transfer_id = ref)`,
  );
  const repeated = count(
    sql,
    `SELECT count(*) AS count FROM (
      SELECT ref FROM ledger WHERE kind IN (${MOVING_KINDS_SQL}) GROUP BY ref HAVING count(*) > 1)`,
  );
  return [
    ...expectEqual("reserved for transfers", stored.transferring_nano_usd, reserved),
    ...expectEqual("transfers whose row is missing, doubled or of another amount", wrong, 0),
    ...expectEqual("rows of transfers that are not known", unknown, 0),
    ...expectEqual("ids that moved money more than once", repeated, 0),
  ];
}

function period(stored: State, now: number): string[] {
  const { start, end } = stored.period;
  if (stored.settings === null) return [];
  const problems: string[] = [];
  if (end !== null && end <= start) problems.push(`the period ends at ${end}, before its start ${start}`);
  if (end !== null && end <= now) problems.push(`the period ended at ${end} and has not turned`);
  if ((end === null) !== (stored.settings.period === "none"))
    problems.push("the period is not of the kind that is set");
  return problems;
}

/** What is in memory must be what a restart would load. */
function differences(memory: State, stored: State): string[] {
  const fields = [
    "balance_nano_usd",
    "spent_nano_usd",
    "held_nano_usd",
    "leased_out_nano_usd",
    "transferring_nano_usd",
    "ledger_seq",
    "event_seq",
    "outbox_pending",
  ] as const;
  return [
    ...fields.flatMap((field) => expectEqual(`${field} in memory`, memory[field], stored[field])),
    ...expectEqual("holds in memory", memory.holds.size, stored.holds.size),
    ...expectEqual("transfers in memory", memory.transfers.size, stored.transfers.size),
    ...rateDifferences(memory.rates, stored.rates),
    ...(JSON.stringify(memory.upstream) === JSON.stringify(stored.upstream) ? [] : ["upstream in memory differs"]),
    ...(JSON.stringify(memory.period) === JSON.stringify(stored.period) ? [] : ["period in memory differs"]),
  ];
}
