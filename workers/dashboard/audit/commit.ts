import { objectNamed } from "../../../schema/clients/object-named.ts";
import { isRefused, type Refusal, type Refused, refuse } from "../../../schema/kernel/errors.ts";
import type { JsonObject } from "../../../schema/kernel/json.ts";
import { log } from "../../../schema/kernel/log.ts";
import { unreachable } from "../../../schema/kernel/unreachable.ts";
import { walletEffects } from "../../../schema/tables/console.ts";
import type { AuditActor, AuditDraft, AuditWriteAnswer, SqlStatement } from "../../../schema/wire/audit-rpc.ts";
import type { Actor } from "../access/actor.ts";
import type { ConsoleScope } from "../http/scope.ts";
import { databaseOf, statement } from "../store/database.ts";
import { applyEffects, type WalletEffect } from "../wallet/effects.ts";
import { boundedDetails } from "./bounded-details.ts";

/** A query that must answer a row when the change is made, and what is refused when it does not. */
export interface Precondition {
  readonly statement: SqlStatement;
  readonly refusal: Refusal;
}

/** One change of an org's configuration. */
export interface Change {
  readonly org_id: string;
  readonly actor: AuditActor;
  readonly action: string;
  /** `done` unless it says otherwise. */
  readonly outcome?: AuditDraft["outcome"];
  readonly target: AuditDraft["target"];
  readonly details: JsonObject;
  readonly preconditions: readonly Precondition[];
  readonly statements: readonly SqlStatement[];
  readonly effects: readonly WalletEffect[];
}

/** Who acts, as the audit log names them. */
export const auditActor = (actor: Actor): AuditActor =>
  actor.type === "key"
    ? { type: "key", id: actor.key_id, name: actor.name }
    : { type: "user", id: actor.user.user_id, name: actor.user.email };

/** How often a write whose outcome is unknown is asked for again. The entry's id makes it one. */
const ATTEMPTS = 3;

/**
 * Makes a change and its audit entry in one transaction, then carries it to the wallet objects. What a crash leaves of
 * the latter is in `wallet_effects` and done by a job. Refusals: those of the preconditions, 503 when the store does
 * not answer or the chain is broken.
 */
export async function commit(scope: ConsoleScope, change: Change): Promise<{ readonly committed: true } | Refused> {
  const pending = change.effects.map((effect) => ({ id: scope.effects.newId("effect"), effect }));
  const db = databaseOf(scope.env.DB);
  const statements = [
    ...change.statements,
    ...pending.map(({ id, effect }) =>
      statement(
        db.insert(walletEffects).values({
          id,
          org_id: change.org_id,
          wallet_id: effect.wallet_id,
          kind: effect.kind,
          key_id: effect.kind === "configure" ? null : effect.key_id,
          created_at: scope.started_at,
        }),
      ),
    ),
  ];
  const answer = await write(scope, change, statements);
  const outcome = outcomeOf(answer, change.preconditions);
  if (isRefused(outcome)) return outcome;
  return await applyEffects(scope, pending);
}

async function write(
  scope: ConsoleScope,
  change: Change,
  statements: readonly SqlStatement[],
): Promise<AuditWriteAnswer> {
  const entry: AuditDraft = {
    id: scope.effects.newId("audit"),
    at: scope.effects.now(),
    actor: change.actor,
    action: change.action,
    outcome: change.outcome ?? "done",
    target: change.target,
    request_id: scope.request_id,
    ip: scope.ip,
    details: boundedDetails(change.details),
  };
  const checks = change.preconditions.map((check, index) => ({ ...check.statement, name: String(index) }));
  for (let attempt = 1; ; attempt += 1) {
    const answer = await auditObject(scope, change.org_id)
      .write({ org_id: change.org_id, checks, statements, entry })
      .catch((error: unknown): AuditWriteAnswer => {
        log("error", "audit_unanswered", { request_id: scope.request_id, attempt, reason: String(error) });
        return { status: "unavailable" };
      });
    if (answer.status !== "unavailable" || attempt >= ATTEMPTS) return answer;
  }
}

/** A new stub each time: one that failed by a reset keeps failing. */
export const auditObject = ({ env }: ConsoleScope, org_id: string) => objectNamed(env.AUDIT, org_id);

function outcomeOf(
  answer: AuditWriteAnswer,
  preconditions: readonly Precondition[],
): { readonly committed: true } | Refused {
  switch (answer.status) {
    case "written":
    case "already_written":
      return { committed: true };
    case "refused": {
      const refusal = preconditions[Number(answer.check)]?.refusal;
      return refusal === undefined ? refuse("internal") : { refused: refusal };
    }
    case "unavailable":
      return refuse("store_unavailable", {
        message: "The store does not answer, so it is not known whether the change was made. Look, and try again.",
        retry_after_ms: 1_000,
      });
    case "broken":
      log("error", "audit_broken", { problem: answer.problem });
      return refuse("audit_broken");
    case "invalid":
      log("error", "audit_refused", { problem: answer.problem });
      return refuse("internal");
    default:
      return unreachable(answer);
  }
}
