import { and, between, eq } from "drizzle-orm";
import * as z from "zod";
import { timeOfId } from "../../../schema/kernel/ids.ts";
import { formatTime } from "../../../schema/kernel/time.ts";
import { auditLog } from "../../../schema/tables/audit.ts";
import { wallets } from "../../../schema/tables/tables.ts";
import type { Database } from "../store/database.ts";

/** An id says when it was made, and its request was refused within this of it: so few entries are looked at. */
const WITHIN_MS = 60_000;

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** As the gateway tells of it, see `request.blocked` in schema/wire/events.ts. */
const kept = z.object({
  code: z.string(),
  message: z.string(),
  model: z.string().nullable(),
  wallet_id: z.string(),
  route: z.string(),
  count: z.int(),
  refusal: z.record(z.string(), scalar).default({}),
});

export const refusalSchema = z.object({
  request_id: z.string(),
  at: z.iso.datetime(),
  code: z.string().describe("The error's code, see docs/errors.md."),
  message: z.string().describe("As the caller read it."),
  model: z.string().nullable().describe("What was asked for; null where it was refused before that was read."),
  route: z.string(),
  key_id: z.string(),
  key_name: z.string().describe("As it was called then."),
  wallet_id: z.string().describe("The key's own. The one that was short, which may be above it, is in `error`."),
  team_id: z.string().nullable().describe("The team that the key's wallet belongs to now."),
  count: z
    .int()
    .describe("How many refusals this one stands for: of a burst, those that are not told of one by one count here."),
  error: z
    .record(z.string(), scalar)
    .describe("The error's further fields, such as `wallet_id`, `available_usd`, `required_usd` and `resets_at`."),
});
export type RefusalAnswer = z.infer<typeof refusalSchema>;

/**
 * Why a request was refused, from the org's audit log; null where nothing is kept of it. `teams` are those whose requests
 * may be seen, null is all.
 */
export async function findRefusal(
  db: Database,
  org_id: string,
  request_id: string,
  teams: readonly string[] | null,
): Promise<RefusalAnswer | null> {
  const made_at = timeOfId(request_id);
  const [row] = await db
    .select()
    .from(auditLog)
    .where(
      and(
        eq(auditLog.org_id, org_id),
        between(auditLog.at, made_at - WITHIN_MS, made_at + WITHIN_MS),
        eq(auditLog.request_id, request_id),
        eq(auditLog.outcome, "blocked"),
      ),
    )
    .limit(1);
  if (row === undefined) return null;
  const { refusal, ...details } = kept.parse(JSON.parse(row.details));
  const team_id = await teamOf(db, org_id, details.wallet_id);
  if (teams !== null && (team_id === null || !teams.includes(team_id))) return null;
  return {
    ...details,
    request_id,
    at: formatTime(row.at),
    key_id: row.actor_id,
    key_name: row.actor_name,
    team_id,
    error: refusal,
  };
}

async function teamOf(db: Database, org_id: string, wallet_id: string): Promise<string | null> {
  const [wallet] = await db
    .select({ team_id: wallets.team_id })
    .from(wallets)
    .where(and(eq(wallets.org_id, org_id), eq(wallets.id, wallet_id)))
    .limit(1);
  return wallet?.team_id ?? null;
}
