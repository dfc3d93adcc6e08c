import type { Effects } from "../../../schema/kernel/effects.ts";
import { base32 } from "../../../schema/kernel/ids.ts";
import { log } from "../../../schema/kernel/log.ts";
import type { Event, EventOf } from "../../../schema/wire/events.ts";
import { type DeadLetter, deadLetter, keepDeadLetters } from "../dead-letters/store.ts";
import type { Database } from "../env.ts";
import { draftOf, type OrgDraft } from "../events/draft-of.ts";
import { recordEvents } from "../events/record-events.ts";
import type { RequestRow, StoredEvent } from "../events/rows.ts";
import { alertRefusedKeys } from "../notifications/refused-keys.ts";
import { problemOf } from "../problem-of.ts";
import { parseEvent } from "./parse-event.ts";
import { retryLater } from "./retry-later.ts";

export interface ConsumerContext {
  readonly db: Database;
  readonly effects: Pick<Effects, "now" | "randomBytes">;
  /** Brings entries to the audit objects of their orgs, each once by its id. Throws when one does not take them. */
  readonly appendBlocked: (entries: readonly OrgDraft[]) => Promise<void>;
  /** Takes requests that D1 has and had not before. Nothing depends on it, and it does not throw. */
  readonly explore: (requests: readonly RequestRow[]) => void;
  /** There is something to tell somebody: sees to it behind this batch, and never fails. */
  readonly notify: () => void;
}

/** A message that has failed alone this often, while D1 takes other writes, is what is wrong. */
const POISON_ATTEMPTS = 5;

/** So many single writes failed in a row: D1 is down, and asking for the rest of the batch helps nobody. */
const OUTAGE_FAILURES = 10;

interface Received<Of extends Event = Event> {
  readonly message: Message;
  readonly event: Of;
}

interface Buried {
  readonly message: Message;
  readonly letter: DeadLetter;
}

/**
 * Consumes a batch of events: each counts once, whatever is delivered again. Every message is acknowledged only when
 * D1 has it, as an event or as a dead letter, or an audit object; otherwise it comes back later. Audit objects that do
 * not answer keep no row waiting, nor the reverse.
 */
export async function consumeEvents(batch: MessageBatch, context: ConsumerContext): Promise<void> {
  const { stored, blocked, unreadable } = sortOut(batch, context.effects.now());
  await bury(unreadable, context);
  await Promise.all([recordAll(stored, batch.queue, context), appendAll(blocked, context)]);
}

async function recordAll(
  received: readonly Received<StoredEvent>[],
  queue: string,
  context: ConsumerContext,
): Promise<void> {
  if (received.length === 0 || (await recorded(received, context)).status === "recorded") return;
  // The first failure is most likely D1's. After that, one message may be what fails the rest, so each goes alone.
  for (const { message } of received.filter(({ message }) => message.attempts <= 1)) retryLater(message);
  const again = received.filter(({ message }) => message.attempts > 1);
  await recordOneByOne(again, queue, context);
}

interface Sorted {
  readonly stored: Received<StoredEvent>[];
  readonly blocked: Received<EventOf<"request.blocked">>[];
  readonly unreadable: Buried[];
}

function sortOut(batch: MessageBatch, now: number): Sorted {
  const sorted: Sorted = { stored: [], blocked: [], unreadable: [] };
  for (const message of batch.messages) {
    const parsed = parseEvent(message.body);
    if (parsed.status !== "event") {
      sorted.unreadable.push({ message, letter: deadLetter(message, batch.queue, now, parsed.reason) });
    } else if (parsed.event.type === "request.blocked") sorted.blocked.push({ message, event: parsed.event });
    else sorted.stored.push({ message, event: parsed.event });
  }
  return sorted;
}

/**
 * Brings blocked requests to the audit chains. What was refused together is tried one by one when it comes again, so
 * that no org waits for another's object. None is ever made a dead letter here: they are read already, so a failure is
 * the object's, and the queue gives them up after a day.
 */
async function appendAll(
  received: readonly Received<EventOf<"request.blocked">>[],
  context: ConsumerContext,
): Promise<void> {
  if (received.length === 0 || (await appended(received, context))) return;
  for (const one of received) {
    if (one.message.attempts <= 1 || !(await appended([one], context))) retryLater(one.message);
  }
}

/** Appends entries and acknowledges their messages. */
async function appended(
  received: readonly Received<EventOf<"request.blocked">>[],
  context: ConsumerContext,
): Promise<boolean> {
  try {
    await context.appendBlocked(received.map(({ event }) => draftOf(event)));
    for (const { message } of received) message.ack();
  } catch (error) {
    log("warn", "blocked_not_appended", { events: received.length, problem: problemOf(error) });
    return false;
  }
  await lookForBursts(received, context);
  return true;
}

/** The entries are there: what a failure keeps from being noticed here, the next refusal of the key shows. */
async function lookForBursts(
  received: readonly Received<EventOf<"request.blocked">>[],
  { db, effects, notify }: ConsumerContext,
): Promise<void> {
  try {
    const blocked = received.map((one) => one.event);
    if ((await alertRefusedKeys(db, blocked, effects.now())) > 0) notify();
  } catch (error) {
    log("warn", "refused_keys_not_counted", { problem: problemOf(error) });
  }
}

async function recordOneByOne(
  received: readonly Received<StoredEvent>[],
  queue: string,
  context: ConsumerContext,
): Promise<void> {
  let failures_in_a_row = 0;
  for (const one of received) {
    if (failures_in_a_row >= OUTAGE_FAILURES) {
      retryLater(one.message);
      continue;
    }
    const outcome = await recorded([one], context);
    if (outcome.status === "recorded") {
      failures_in_a_row = 0;
    } else if (one.message.attempts < POISON_ATTEMPTS) {
      failures_in_a_row += 1;
      retryLater(one.message);
    } else {
      // D1 decides which it was: it takes the dead letter when the message is at fault, and nothing when it is down.
      const reason = `could not be stored: ${outcome.problem}`;
      const letter = deadLetter(one.message, queue, context.effects.now(), reason);
      const buried = await bury([{ message: one.message, letter }], context);
      failures_in_a_row = buried ? 0 : failures_in_a_row + 1;
    }
  }
}

type Outcome = { readonly status: "recorded" } | { readonly status: "failed"; readonly problem: string };

/** Records events in one transaction and acknowledges their messages. */
async function recorded(
  received: readonly Received<StoredEvent>[],
  { db, effects, explore, notify }: ConsumerContext,
): Promise<Outcome> {
  try {
    const events = received.map(({ event }) => event);
    const { requests, ...counts } = await recordEvents(db, events, base32(effects.randomBytes(16)), effects.now());
    for (const { message } of received) message.ack();
    explore(requests);
    log("info", "events_recorded", { ...counts });
    if (counts.alerts > 0) notify();
    return { status: "recorded" };
  } catch (error) {
    const problem = problemOf(error);
    log("warn", "events_not_recorded", { events: received.length, problem });
    return { status: "failed", problem };
  }
}

/** Keeps dead letters and acknowledges their messages. When D1 does not take them, the messages come back later. */
async function bury(buried: readonly Buried[], { db }: ConsumerContext): Promise<boolean> {
  try {
    const letters = buried.map(({ letter }) => letter);
    await keepDeadLetters(db, letters);
    for (const { message } of buried) message.ack();
    return true;
  } catch (error) {
    log("warn", "dead_letters_not_kept", { letters: buried.length, problem: problemOf(error) });
    for (const { message } of buried) retryLater(message);
    return false;
  }
}
