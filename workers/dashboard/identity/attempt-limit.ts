import { hashApiKey } from "../../../schema/credential/api-key.ts";
import { isPrivateAddress } from "../../../schema/http/checked-url.ts";
import { type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { addressPrefix } from "./address-prefix.ts";
import type { IdentityScope } from "./auth.ts";

/**
 * How often somebody may try to be somebody. Counted in D1, so that all isolates share one count, and before the attempt
 * is made, so that parallel attempts cannot pass together. The table knows keyed hashes and no addresses.
 */

const MINUTE_MS = 60_000;

export interface AttemptLimit {
  readonly attempts: number;
  readonly window_ms: number;
}

export const ATTEMPT_LIMITS = {
  /**
   * 960 guesses a day at one account. Who knows the address can lock its owner out for 15 minutes at a time, but not end a
   * session; the count ends with a sign-in that succeeds.
   */
  sign_in_email: { attempts: 10, window_ms: 15 * MINUTE_MS },
  /** Ten people behind one office address may each forget a password; a list of leaked ones does not get far. */
  sign_in_address: { attempts: 100, window_ms: 15 * MINUTE_MS },
  /** A workshop can begin; asking which e-mail addresses have an account, or filling the database, takes long. */
  sign_up_address: { attempts: 20, window_ms: 60 * MINUTE_MS },
  /** A session left open in a library is not a place to guess the password from. */
  change_password_user: { attempts: 10, window_ms: 15 * MINUTE_MS },
} as const satisfies Record<string, AttemptLimit>;

export type AttemptKind = keyof typeof ATTEMPT_LIMITS;

export type AttemptAnswer =
  | { readonly status: "admitted" }
  | { readonly status: "rate_limited"; readonly retry_after_ms: number };

const ADMITTED: AttemptAnswer = { status: "admitted" };

/** The longest window: what began before can count for nothing. */
const KEPT_MS = Math.max(...Object.values(ATTEMPT_LIMITS).map(({ window_ms }) => window_ms));

/** Each attempt removes up to so many old rows and adds one, so the table holds little more than what still counts. */
const REMOVE_OLD_SQL =
  "DELETE FROM sign_in_attempts WHERE subject_hash IN (SELECT subject_hash FROM sign_in_attempts WHERE window_start < ?1 LIMIT 4)";

/**
 * ?1 subject, ?2 now, ?3 window, ?4 limit. A window begins with its first attempt and is not made longer by refused ones.
 * A start that lies ahead by more than a window was written by a clock that went wrong.
 */
const COUNT_SQL = `
  INSERT INTO sign_in_attempts (subject_hash, window_start, attempts) VALUES (?1, ?2, 1)
  ON CONFLICT (subject_hash) DO UPDATE SET
    attempts = CASE WHEN window_start <= ?2 - ?3 OR window_start > ?2 + ?3 THEN 1 ELSE MIN(attempts, ?4) + 1 END,
    window_start = CASE WHEN window_start <= ?2 - ?3 OR window_start > ?2 + ?3 THEN ?2 ELSE window_start END
  RETURNING window_start, attempts`;

/**
 * Counts one attempt and says whether it may be made; one atomic statement. `subject` is an e-mail address as emailField
 * makes it, an IP address or a user id. Throws when D1 does not answer.
 */
export async function countAttempt(scope: IdentityScope, kind: AttemptKind, subject: string): Promise<AttemptAnswer> {
  const { attempts, window_ms } = ATTEMPT_LIMITS[kind];
  const now = scope.effects.now();
  const { DB } = scope.env;
  const hash = await subjectHash(scope, kind, subject);
  const [, counted] = await DB.batch<{ window_start: number; attempts: number }>([
    DB.prepare(REMOVE_OLD_SQL).bind(now - KEPT_MS),
    DB.prepare(COUNT_SQL).bind(hash, now, window_ms, attempts),
  ]);
  const row = counted?.results[0];
  if (row === undefined) throw new Error("an attempt was counted without an answer");
  if (row.attempts <= attempts) return ADMITTED;
  return {
    status: "rate_limited",
    retry_after_ms: Math.min(Math.max(row.window_start + window_ms - now, 1), window_ms),
  };
}

/**
 * The same for the caller's address. Admits when the edge does not say one, and when it is a private one: behind a proxy
 * of one's own everybody would have that.
 */
export async function countAddress(
  scope: IdentityScope,
  kind: "sign_in_address" | "sign_up_address",
): Promise<AttemptAnswer> {
  if (scope.ip === null || isPrivateAddress(scope.ip)) return ADMITTED;
  return await countAttempt(scope, kind, addressPrefix(scope.ip));
}

/** Forgets the attempts of a subject: it has shown who it is. Throws when D1 does not answer. */
export async function clearAttempts(scope: IdentityScope, kind: AttemptKind, subject: string): Promise<void> {
  const hash = await subjectHash(scope, kind, subject);
  await scope.env.DB.prepare("DELETE FROM sign_in_attempts WHERE subject_hash = ?1").bind(hash).run();
}

/** 429 that says when to come back. The same whether or not there is such an account. */
export function refuseAttempt(retry_after_ms: number): Refused {
  const minutes = Math.ceil(retry_after_ms / MINUTE_MS);
  return refuse("rate_limited", {
    message: `Too many attempts. Try again in ${minutes} ${minutes === 1 ? "minute" : "minutes"}.`,
    retry_after_ms,
  });
}

/** Under the pepper of the API keys; they all begin with `ao_`, so no text is hashed for two purposes. */
const subjectHash = (scope: IdentityScope, kind: AttemptKind, subject: string): Promise<string> =>
  hashApiKey(scope.config.AO_KEY_PEPPER, `attempt:${kind}:${subject}`);
