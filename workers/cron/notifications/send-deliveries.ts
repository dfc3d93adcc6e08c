import { log } from "../../../schema/kernel/log.ts";
import type { Attempt } from "../../../schema/notifications/attempt.ts";
import type { Channel, Outgoing, Sent } from "../../../schema/notifications/channel.ts";
import { notificationSchema } from "../../../schema/notifications/notification.ts";
import { unsendable } from "../../../schema/notifications/sent.ts";
import type { Database } from "../env.ts";
import { problemOf } from "../problem-of.ts";
import { retryAfterFailure } from "./retry-after-failure.ts";

/** What this needs of others. */
export interface SendSteps {
  /** A channel with its credential; null when it is gone or switched off. */
  openChannel(org_id: string, id: string): Promise<Channel | null>;
  /** One try. Never throws. */
  send(channel: Channel, outgoing: Outgoing): Promise<Sent>;
  now(): number;
}

export interface SendCounts {
  readonly sent: number;
  /** To be tried again. */
  readonly failed: number;
  readonly dead: number;
}

/** Messages under way at a time. */
const PAGE = 20;

/** Another page is begun for so long: a run ends before the next trigger. */
const RUN_MS = 40_000;

/** A try that is not heard of for so long died with its worker. Several times as long as one may take. */
const LEASE_MS = 2 * 60 * 1000;

/** What of a delivery's tries is kept. */
const ATTEMPTS_KEPT = 20;

/**
 * Sends what is due. Each message is claimed before it is sent, so that two runs at once send it once; one whose sender
 * died is sent again under the same id. Throws what D1 throws.
 */
export async function sendDeliveries(db: Database, steps: SendSteps): Promise<SendCounts> {
  const begun = steps.now();
  const total = { sent: 0, failed: 0, dead: 0 };
  while (steps.now() - begun < RUN_MS) {
    const now = steps.now();
    const { results } = await db.prepare(DUE).bind(now, PAGE).all<{ id: string }>();
    const outcomes = await Promise.all(results.map(({ id }) => deliver(db, steps, id, now)));
    for (const outcome of outcomes) if (outcome !== "taken_by_another") total[outcome] += 1;
    // Whatever failed is due later, so each page is another one; without a claim of ours somebody else is at it.
    if (results.length < PAGE || outcomes.every((outcome) => outcome === "taken_by_another")) break;
  }
  return total;
}

const DUE = `
  SELECT id FROM notification_deliveries WHERE status = 'pending' AND next_attempt_at <= ?1
  ORDER BY next_attempt_at LIMIT ?2`;

interface Claimed {
  readonly id: string;
  readonly org_id: string;
  readonly channel_id: string;
  readonly recipient: string;
  readonly message: string;
  readonly tries: number;
}

async function deliver(
  db: Database,
  steps: SendSteps,
  id: string,
  now: number,
): Promise<"sent" | "failed" | "dead" | "taken_by_another"> {
  const claimed = await db
    .prepare(CLAIM)
    .bind(id, now, now + LEASE_MS)
    .first<Claimed>();
  if (claimed === null) return "taken_by_another";
  const at = steps.now();
  const result = await attempt(steps, claimed);
  const attempted: Attempt = {
    at,
    taken: result.taken,
    http_status: result.http_status,
    problem: result.problem,
    latency_ms: steps.now() - at,
  };
  const retry_ms = result.taken ? null : retryAfterFailure(claimed.tries, result);
  const status = result.taken ? "sent" : retry_ms === null ? "dead" : "pending";
  const ended = steps.now();
  await db
    .prepare(FINISH)
    .bind(
      claimed.id,
      claimed.tries,
      status,
      JSON.stringify(attempted),
      ended + (retry_ms ?? 0),
      status === "pending" ? null : ended,
      ATTEMPTS_KEPT,
    )
    .run();
  if (status !== "sent") {
    const { org_id, channel_id, tries } = claimed;
    const fields = { delivery_id: id, org_id, channel_id, tries, problem: result.problem ?? "" };
    log("warn", status === "dead" ? "notification_dead" : "notification_not_sent", fields);
  }
  return status === "pending" ? "failed" : status;
}

async function attempt(steps: SendSteps, claimed: Claimed): Promise<Sent> {
  try {
    const channel = await steps.openChannel(claimed.org_id, claimed.channel_id);
    if (channel === null) return { ...unsendable("the channel is gone, or switched off"), permanent: true };
    const notification = notificationSchema.parse(JSON.parse(claimed.message));
    const recipients = claimed.recipient === "" ? [] : [claimed.recipient];
    return await steps.send(channel, { delivery_id: claimed.id, recipients, notification });
  } catch (error) {
    return unsendable(problemOf(error));
  }
}

/** While it is under way it is not due: until then only this try may end it. */
const CLAIM = `
  UPDATE notification_deliveries SET next_attempt_at = ?3, tries = tries + 1
  WHERE id = ?1 AND status = 'pending' AND next_attempt_at <= ?2
  RETURNING id, org_id, channel_id, recipient, message, tries`;

/** By the try that it was claimed for: one that took longer than its lease does not undo what came after it. */
const FINISH = `
  UPDATE notification_deliveries SET
    status = ?3, next_attempt_at = ?5, finished_at = ?6,
    attempts = json_insert(
      CASE WHEN json_array_length(attempts) < ?7 THEN attempts ELSE json_remove(attempts, '$[0]') END, '$[#]', json(?4)
    )
  WHERE id = ?1 AND tries = ?2 AND status = 'pending'`;
