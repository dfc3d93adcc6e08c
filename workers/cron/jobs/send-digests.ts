import { tryParseJson } from "../../../schema/kernel/json.ts";
import { type LogFields, log } from "../../../schema/kernel/log.ts";
import { insertDelivery } from "../../../schema/notifications/insert-delivery.ts";
import type { WalletState } from "../../../schema/wire/wallet-rpc.ts";
import type { Database } from "../env.ts";
import { type Budget, composeDigest, type DigestToTell } from "../notifications/compose-digest.ts";
import { type DueDigest, dueDigest } from "../notifications/digest-days.ts";
import { limitedWallets, spendOf, topModels } from "../notifications/digest-figures.ts";
import { readDirectory } from "../notifications/directory.ts";
import { resolveRecipients } from "../notifications/resolve-recipients.ts";
import { problemOf } from "../problem-of.ts";
import { takePage } from "./take-page.ts";

const JOB = "send-digests";

/** Digests looked at in one run: most are not due. */
const PAGE = 500;

/** Statements in one transaction. */
const STATEMENTS = 50;

export interface DigestSteps {
  walletState(wallet_id: string): Promise<WalletState | null>;
  newDeliveryId(): string;
  now(): number;
}

interface DigestRow {
  readonly id: string;
  readonly org_id: string;
  readonly team_id: string | null;
  readonly hour: number;
  readonly time_zone: string;
  readonly recipients: string;
  readonly last_day: string;
  readonly whose: string;
}

/**
 * Makes deliveries of the digests that are due. A day's digest is sent to a place once, however often this runs or breaks
 * off: its deliveries bear the digest and the day. One that cannot be made keeps no other waiting, and is due still.
 */
export async function sendDigests(db: Database, steps: DigestSteps): Promise<LogFields> {
  const rows = await takePage<DigestRow>(db, { job: JOB, sql: DIGESTS, params: [], page: PAGE });
  const counts = { sent: 0, failed: 0 };
  for (const row of rows) {
    try {
      const due = dueDigest(row, steps.now());
      if (due === null) continue;
      await send(db, steps, row, due);
      counts.sent += 1;
    } catch (error) {
      counts.failed += 1;
      log("warn", "digest_not_sent", { digest_id: row.id, org_id: row.org_id, problem: problemOf(error) });
    }
  }
  return counts;
}

const DIGESTS = `
  SELECT id, org_id, team_id, hour, time_zone, recipients, last_day, coalesce(
    (SELECT name FROM teams WHERE teams.id = team_id), (SELECT name FROM orgs WHERE orgs.id = org_id), org_id
  ) AS whose
  FROM digests WHERE id > ?1 AND enabled = 1 ORDER BY id LIMIT ?2`;

async function send(db: Database, steps: DigestSteps, row: DigestRow, due: DueDigest): Promise<void> {
  const { org_id, team_id } = row;
  const [directory, spend, spend_before, models, budgets] = await Promise.all([
    readDirectory(db, org_id),
    spendOf(db, org_id, team_id, due.day),
    spendOf(db, org_id, team_id, due.before),
    topModels(db, org_id, team_id, due.day),
    budgetsOf(db, steps, row),
  ]);
  const digest: DigestToTell = { ...row, due, spend, spend_before, models, budgets };
  const now = steps.now();
  const notification = composeDigest(digest, now);
  const names = tryParseJson(row.recipients);
  const recipients = Array.isArray(names) ? names.map(String) : [];
  const inserts = resolveRecipients(recipients, team_id, null, directory).map((place) => {
    const { sql, params } = insertDelivery({ id: steps.newDeliveryId(), ...place, notification }, now);
    return db.prepare(sql).bind(...params);
  });
  // Last, and with the last of them: until then it is due, and made anew.
  const done = db.prepare("UPDATE digests SET last_day = ?2 WHERE id = ?1 AND last_day < ?2").bind(row.id, due.today);
  const statements = [...inserts, done];
  for (let from = 0; from < statements.length; from += STATEMENTS) {
    await db.batch(statements.slice(from, from + STATEMENTS));
  }
}

/** As the wallets have it now. One that does not answer is left out: the digest does not wait for it. */
async function budgetsOf(db: Database, steps: DigestSteps, { org_id, team_id }: DigestRow): Promise<Budget[]> {
  const wallets = await limitedWallets(db, org_id, team_id);
  const found = await Promise.all(
    wallets.map(async ({ id, name }): Promise<Budget | null> => {
      const state = await steps.walletState(id).catch(() => null);
      if (state === null || state.settings.limit_nano_usd === null) return null;
      return {
        id,
        name,
        limit_nano_usd: state.settings.limit_nano_usd,
        spent_nano_usd: state.spent_nano_usd,
        left_nano_usd: state.available_nano_usd ?? 0,
        resets_at: state.resets_at,
      };
    }),
  );
  return found.filter((budget) => budget !== null);
}
