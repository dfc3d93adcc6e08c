import type { Mutant } from "../../scripts/mutants/mutant.ts";

const WALLET = "workers/wallet-do";

/** Bugs in what is stored, sent and consumed. */
export const STORAGE_MUTANTS: readonly Mutant[] = [
  {
    name: "changes are written outside of a transaction",
    file: `${WALLET}/storage/persist.ts`,
    find: "  storage.transactionSync(() => {\n    for (const change of changes) write(storage.sql, change);\n    writeBuckets(storage.sql, changes);\n  });",
    replace: "  for (const change of changes) write(storage.sql, change);\n  writeBuckets(storage.sql, changes);",
  },
  {
    name: "a ledger row has no event",
    file: `${WALLET}/storage/persist.ts`,
    find: "      insertEvent(sql, change.posting.event_seq, change.event);",
    replace: '      if (change.posting.kind !== "release") insertEvent(sql, change.posting.event_seq, change.event);',
  },
  {
    name: "the ledger is tidied up",
    file: `${WALLET}/storage/sweep.ts`,
    find: '  sql.exec("DELETE FROM idempotency WHERE expires_at <= ?", now);',
    replace:
      '  sql.exec("DELETE FROM idempotency WHERE expires_at <= ?", now);\n  sql.exec("DELETE FROM ledger WHERE at < ?", now - 86_400_000);',
  },
  {
    name: "a renewed hold is not stored",
    file: `${WALLET}/storage/persist.ts`,
    find: "        change.hold.committed_nano_usd,\n        change.hold.deadline,\n        change.hold.request_id,",
    replace:
      "        change.hold.committed_nano_usd,\n        change.hold.created_at + change.hold.ttl_ms,\n        change.hold.request_id,",
  },
  {
    name: "an eviction loses the open message",
    file: `${WALLET}/storage/rows.ts`,
    find: '  const lanes: Upstream["lanes"] = JSON.parse(row.lanes);',
    replace: "  const lanes = JSON.parse(row.lanes);\n  lanes.ask.message = null;\n  lanes.give.message = null;",
  },
  {
    name: "an eviction loses revoked keys",
    file: `${WALLET}/storage/load.ts`,
    find: 'for (const { key_id } of sql.exec<{ key_id: string }>("SELECT key_id FROM revoked")) state.revoked_keys.add(key_id);',
    replace: "",
  },
  {
    name: "what is spent of a lease is not stored",
    file: `${WALLET}/storage/persist.ts`,
    find: "      if (change.posting.of_lease) spendLease(sql, change.posting);",
    replace: "",
  },
  {
    name: "an answer does not wait for its commit",
    file: `${WALLET}/commit-queue.ts`,
    find: "    return this.batch.done;",
    replace: "    return Promise.resolve();",
  },
  {
    name: "a failed commit stays in memory",
    file: `${WALLET}/commit-queue.ts`,
    find: "      batch.reject(error);\n      this.effects.discard();\n      return;",
    replace: "      batch.reject(error);\n      return;",
  },
  {
    name: "a failed commit passes for a good one",
    file: `${WALLET}/commit-queue.ts`,
    find: "      batch.reject(error);\n      this.effects.discard();\n      return;",
    replace: "      batch.resolve();\n      this.effects.discard();\n      return;",
  },
  {
    name: "the alarm does not set itself again",
    file: `${WALLET}/wallet.ts`,
    find: "    await this.alarm_clock.need(Math.max(this.wakeAt(now), this.earliestRetry(now)), now);",
    replace: "",
  },
  {
    name: "a lost alarm stays lost",
    file: `${WALLET}/wallet.ts`,
    find: "    return this.alarm_clock.need(this.wakeAt(now), now);",
    replace: "    return Promise.resolve(now).then(() => undefined);",
  },
  {
    name: "the alarm does not repeat what was left unanswered",
    file: `${WALLET}/wallet.ts`,
    find: "if (this.reportAt() <= this.effects.now() || this.hasOpenMessage()) await this.funds.report();",
    replace: "if (this.reportAt() <= this.effects.now()) await this.funds.report();",
  },
  {
    name: "the outbox is emptied before it is sent",
    file: `${WALLET}/outbox.ts`,
    find: "        await this.effects.send(batch.events);",
    replace:
      "        markSent(this.effects.sql, batch.last_seq, this.effects.now() - this.effects.retain_ms);\n        await this.effects.send(batch.events);",
  },
  {
    name: "a failed send counts as sent",
    file: `${WALLET}/outbox.ts`,
    find: "        this.backOff();\n        return;",
    replace: "        this.backOff();",
  },
  {
    name: "events are told apart by the queue's message id",
    file: "workers/cron/consumers/events.ts",
    find: "    const events = received.map(({ event }) => event);",
    replace: "    const events = received.map(({ event, message }) => ({ ...event, event_id: message.id }));",
  },
  {
    name: "sums by hour count a repeated event again",
    file: "workers/cron/rollup/add-batch.ts",
    find: " AND batch_id = ?1${BY_DIMENSIONS}",
    replace: " AND ?1 = ?1${BY_DIMENSIONS}",
  },
  {
    name: "the consumer acknowledges what it could not store",
    file: "workers/cron/consumers/events.ts",
    find: '    log("warn", "events_not_recorded", { events: received.length, problem });\n',
    replace: "    for (const { message } of received) message.ack();\n",
  },
  {
    name: "what comes late does not reach its day",
    file: "workers/cron/rollup/add-batch.ts",
    find: "    ...ADD_LATE.map((statement) => db.prepare(statement).bind(batch_id, places)),\n",
    replace: "",
  },
  {
    name: "what comes late is counted once for each time it comes",
    file: "schema/rollup/days.ts",
    find: "batch_id = ?1 AND event_id IN (",
    replace: "?1 = ?1 AND event_id IN (",
  },
  {
    name: "days are folded without a look at the mark",
    file: "schema/rollup/days.ts",
    find: "?2 = COALESCE((SELECT folded_until FROM rollup_folds WHERE org_id = ?1), 0)",
    replace: "?2 = ?2",
  },
];
