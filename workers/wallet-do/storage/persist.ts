import { unreachable } from "../../../schema/kernel/unreachable.ts";
import type { Event } from "../../../schema/wire/events.ts";
import type { Change, Posting } from "../core/change.ts";
import type { IdempotencyEntry } from "../core/reader.ts";
import type { Hold, Transfer, Upstream, WalletPeriod } from "../core/state.ts";
import { writeBuckets, writeRates } from "./rate-tables.ts";

/** Writes decided changes, all or none. An exception leaves the storage as it was. */
export function persist(storage: DurableObjectStorage, changes: readonly Change[]): void {
  storage.transactionSync(() => {
    for (const change of changes) write(storage.sql, change);
    writeBuckets(storage.sql, changes);
  });
}

function write(sql: SqlStorage, change: Change): void {
  switch (change.kind) {
    case "settings":
      sql.exec(
        "INSERT OR REPLACE INTO wallet (id, version, settings) VALUES (1, ?, ?)",
        change.settings.version,
        JSON.stringify(change.settings),
      );
      return;
    case "period":
      writePeriod(sql, change.period);
      return;
    case "hold":
      insertHold(sql, change.hold);
      return;
    case "hold_renewed":
      sql.exec(
        "UPDATE hold SET hold_nano_usd = ?, committed_nano_usd = ?, deadline = ? WHERE request_id = ?",
        change.hold.hold_nano_usd,
        change.hold.committed_nano_usd,
        change.hold.deadline,
        change.hold.request_id,
      );
      return;
    case "hold_passed_on":
      sql.exec(
        `UPDATE hold SET hold_nano_usd = ?, committed_nano_usd = ?, attempts_nano_usd = ?, attempts_tokens = ?,
          price_id = ?, context = ? WHERE request_id = ?`,
        change.hold.hold_nano_usd,
        change.hold.committed_nano_usd,
        change.hold.attempts_nano_usd,
        change.hold.attempts_tokens,
        change.hold.price_id,
        JSON.stringify(change.hold.context),
        change.hold.request_id,
      );
      return;
    case "hold_ended":
      sql.exec("DELETE FROM hold WHERE request_id = ?", change.request_id);
      return;
    case "posting":
      insertPosting(sql, change.posting);
      if (change.posting.of_lease) spendLease(sql, change.posting);
      insertEvent(sql, change.posting.event_seq, change.event);
      return;
    case "event":
      insertEvent(sql, change.event_seq, change.event);
      return;
    case "idempotency":
      writeIdempotency(sql, change.entry);
      return;
    case "idempotency_freed":
      sql.exec("DELETE FROM idempotency WHERE key_hash = ?", change.key_hash);
      return;
    case "revoked":
      sql.exec("INSERT OR IGNORE INTO revoked (key_id, at) VALUES (?, ?)", change.key_id, change.at);
      return;
    case "upstream":
      writeUpstream(sql, change.upstream);
      return;
    case "child":
      sql.exec(
        "INSERT OR REPLACE INTO child (child_id, leased_nano_usd, lanes) VALUES (?, ?, ?)",
        change.child.child_id,
        change.child.leased_nano_usd,
        JSON.stringify(change.child.lanes),
      );
      return;
    case "transfer":
      writeTransfer(sql, change.transfer);
      return;
    case "bucket":
      // Many requests of one commit change the same few: each is written once, behind the rest.
      return;
    case "pass":
    case "pass_ended":
    case "key_limits":
    case "rate_tree":
      writeRates(sql, change);
      return;
    case "rate_ended":
      return;
    default:
      unreachable(change);
  }
}

/** The same as `afterPosting` in memory. */
function spendLease(sql: SqlStorage, posting: Posting): void {
  sql.exec(
    `UPDATE upstream SET leased_nano_usd = leased_nano_usd + ?1, unreported_nano_usd = unreported_nano_usd - ?1,
      unreported_since = CASE WHEN unreported_nano_usd = ?1 THEN NULL ELSE coalesce(unreported_since, ?2) END`,
    posting.amount_nano_usd,
    posting.at,
  );
}

function writeTransfer(sql: SqlStorage, transfer: Transfer): void {
  sql.exec(
    `INSERT OR REPLACE INTO transfer (transfer_id, direction, other_wallet_id, amount_nano_usd, answer)
      VALUES (?, ?, ?, ?, ?)`,
    transfer.transfer_id,
    transfer.direction,
    transfer.other_wallet_id,
    transfer.amount_nano_usd,
    transfer.answer === null ? null : JSON.stringify(transfer.answer),
  );
}

function writeUpstream(sql: SqlStorage, upstream: Upstream): void {
  sql.exec(
    `INSERT OR REPLACE INTO upstream
      (id, parent_id, leased_nano_usd, unreported_nano_usd, unreported_since, lanes, stopped_seq)
      VALUES (1, ?, ?, ?, ?, ?, ?)`,
    upstream.parent_id,
    upstream.leased_nano_usd,
    upstream.unreported_nano_usd,
    upstream.unreported_since,
    JSON.stringify(upstream.lanes),
    upstream.stopped_seq,
  );
}

function writePeriod(sql: SqlStorage, period: WalletPeriod): void {
  sql.exec(
    `INSERT OR REPLACE INTO period
      (id, start_at, end_at, opened_seq, fired_percents, exhausted_fired, extra_events, extra_event_seq)
      VALUES (1, ?, ?, ?, ?, ?, ?, ?)`,
    period.start,
    period.end,
    period.opened_seq,
    JSON.stringify(period.fired_percents),
    period.exhausted_fired ? 1 : 0,
    period.extra_events,
    period.extra_event_seq,
  );
}

function insertHold(sql: SqlStorage, hold: Hold): void {
  sql.exec(
    `INSERT INTO hold
      (request_id, admitted_nano_usd, hold_nano_usd, committed_nano_usd, attempts_nano_usd, attempts_tokens, ttl_ms,
       created_at, deadline, price_id, context, idempotency_key_hash, rate)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    hold.request_id,
    hold.admitted_nano_usd,
    hold.hold_nano_usd,
    hold.committed_nano_usd,
    hold.attempts_nano_usd,
    hold.attempts_tokens,
    hold.ttl_ms,
    hold.created_at,
    hold.deadline,
    hold.price_id,
    JSON.stringify(hold.context),
    hold.idempotency_key_hash,
    hold.rate === null ? null : JSON.stringify(hold.rate),
  );
}

function insertPosting(sql: SqlStorage, posting: Posting): void {
  sql.exec(
    `INSERT INTO ledger (seq, kind, amount_nano_usd, balance_nano_usd, spent_nano_usd, ref, attempt, at, event_seq)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    posting.seq,
    posting.kind,
    posting.amount_nano_usd,
    posting.balance_nano_usd,
    posting.spent_nano_usd,
    posting.ref,
    posting.attempt ?? null,
    posting.at,
    posting.event_seq,
  );
}

function insertEvent(sql: SqlStorage, seq: number, event: Event): void {
  sql.exec("INSERT INTO outbox (seq, at, body) VALUES (?, ?, ?)", seq, event.at, JSON.stringify(event));
}

function writeIdempotency(sql: SqlStorage, entry: IdempotencyEntry): void {
  sql.exec(
    `INSERT OR REPLACE INTO idempotency (key_hash, expires_at, request_id, fingerprint, finished, answer)
      VALUES (?, ?, ?, ?, ?, ?)`,
    entry.key_hash,
    entry.expires_at,
    entry.request_id,
    entry.fingerprint,
    entry.finished ? 1 : 0,
    entry.answer === null ? null : JSON.stringify(entry.answer),
  );
}
