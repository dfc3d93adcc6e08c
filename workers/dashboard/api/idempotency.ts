import { and, eq, gt } from "drizzle-orm";
import { idempotentAnswerOwner } from "../../../schema/credential/owners.ts";
import { openCredential, sealCredential } from "../../../schema/credential/seal.ts";
import { isRefused, type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { canonicalJson } from "../../../schema/kernel/json.ts";
import { LIMITS } from "../../../schema/kernel/limits.ts";
import { idempotentCreates } from "../../../schema/tables/console.ts";
import type { SqlStatement } from "../../../schema/wire/audit-rpc.ts";
import type { Actor } from "../access/actor.ts";
import type { Precondition } from "../audit/commit.ts";
import { openingKeys } from "../credentials/keys.ts";
import type { ConsoleScope } from "../http/scope.ts";
import { databaseOf, statement } from "../store/database.ts";

/**
 * Creating calls with an `idempotency-key`: a repeat with the same body gets the first answer again and makes nothing.
 * The record is part of the creating transaction. It is sealed, because the answer may hold a new key.
 */

export interface Idempotent {
  readonly key_hash: string;
  readonly fingerprint: string;
}

/** The caller's idempotency key with what it was sent for; null without one. Keys of two actors never meet. */
export async function readIdempotent(
  http: Request,
  actor: Actor,
  operation: string,
  body: unknown,
): Promise<{ readonly idempotent: Idempotent | null } | Refused> {
  const key = http.headers.get("idempotency-key");
  if (key === null) return { idempotent: null };
  if (key === "" || key.length > LIMITS.idempotency_key_chars) {
    return refuse("invalid_request", {
      message: `The header idempotency-key must have 1 to ${LIMITS.idempotency_key_chars} characters.`,
      param: "idempotency-key",
    });
  }
  const who = actor.type === "key" ? actor.key_id : actor.user.user_id;
  return {
    idempotent: {
      key_hash: await sha256(JSON.stringify([who, operation, key])),
      fingerprint: await sha256(canonicalJson(body)),
    },
  };
}

/** The answer that was given before: again when the body is the same, 409 when it is another; null when it is new. */
export async function earlierAnswer(
  scope: ConsoleScope,
  org_id: string,
  { key_hash, fingerprint }: Idempotent,
): Promise<Response | Refused | null> {
  const [row] = await databaseOf(scope.env.DB)
    .select()
    .from(idempotentCreates)
    .where(
      and(
        eq(idempotentCreates.org_id, org_id),
        eq(idempotentCreates.key_hash, key_hash),
        gt(idempotentCreates.created_at, scope.started_at - LIMITS.idempotent_answer_ttl_ms),
      ),
    )
    .limit(1);
  if (row === undefined) return null;
  if (row.fingerprint !== fingerprint) return refuse("idempotency_mismatch", { param: "idempotency-key" });
  const opened = await openCredential(
    await openingKeys(scope, org_id),
    idempotentAnswerOwner(org_id, key_hash),
    row.answer,
  );
  if (opened.status !== "opened") return refuse("idempotency_answer_gone");
  const { body = "", headers = "{}" } = opened.credential;
  return new Response(body, {
    status: row.status,
    headers: { ...stringRecord(headers), "x-request-id": scope.public_request_id },
  });
}

/** What keeps an answer for repeats, in the transaction of what it answers. */
export async function keepAnswer(
  scope: ConsoleScope,
  org_id: string,
  { key_hash, fingerprint }: Idempotent,
  answer: { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string },
): Promise<{ readonly precondition: Precondition; readonly statements: readonly SqlStatement[] }> {
  const db = databaseOf(scope.env.DB);
  const sealed = await sealCredential(
    scope.config.AO_MASTER_KEY,
    idempotentAnswerOwner(org_id, key_hash),
    { body: answer.body, headers: JSON.stringify(answer.headers) },
    scope.effects,
  );
  const row = { org_id, key_hash, fingerprint, status: answer.status, answer: sealed, created_at: scope.started_at };
  const mine = and(eq(idempotentCreates.org_id, org_id), eq(idempotentCreates.key_hash, key_hash));
  return {
    precondition: {
      statement: {
        sql: "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM idempotent_creates WHERE org_id = ? AND key_hash = ? AND created_at > ?)",
        params: [org_id, key_hash, scope.started_at - LIMITS.idempotent_answer_ttl_ms],
      },
      refusal: { code: "idempotency_in_flight", retry_after_ms: 1_000 },
    },
    // One whose day is over may still lie there.
    statements: [
      statement(db.delete(idempotentCreates).where(mine)),
      statement(db.insert(idempotentCreates).values(row)),
    ],
  };
}

function stringRecord(text: string): Record<string, string> {
  const parsed: unknown = JSON.parse(text);
  return Object.fromEntries(
    Object.entries(parsed ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Whether a refusal says that another call with the same idempotency key was faster. */
export const wasOvertaken = (outcome: object): boolean =>
  isRefused(outcome) && outcome.refused.code === "idempotency_in_flight";
