import { describeMoney } from "../../../schema/clients/money-request.ts";
import { isRefused, type Refused, refuse } from "../../../schema/kernel/errors.ts";
import type { Resource } from "../../../schema/resources/resource.ts";
import { may } from "../access/actor.ts";
import type { HookContext, Row } from "../api/hooks.ts";
import { notFound } from "../api/row-response.ts";
import { readRow } from "../api/rows.ts";
import { auditActor, commit } from "../audit/commit.ts";
import { refused } from "../http/respond.ts";
import { findWallet } from "../resources/find.ts";
import { databaseOf } from "../store/database.ts";
import { answerWith, carryThrough, isOverdue, requestOf } from "./money-request.ts";
import { personsOf } from "./persons.ts";

const PERMISSION = "money:approve";

/** Somebody else may be faster, once: then it is decided. */
const ATTEMPTS = 3;

export type Verdict =
  | { readonly status: "approved" }
  | { readonly status: "rejected"; readonly reason: string | null }
  /** Taken back by who has asked for it. */
  | { readonly status: "cancelled" };

/**
 * Approves, rejects or cancels a request. Nobody approves what they have asked for themselves, by whatever key, and nobody
 * else cancels it. Saying the same again changes nothing and gets the same answer; what was decided otherwise, or is too
 * late, is a 409. Of several at once one holds.
 */
export async function decideMoney(
  resource: Resource,
  id: string,
  verdict: Verdict,
  context: HookContext,
): Promise<Response> {
  const { scope, actor } = context;
  for (let attempt = 1; ; attempt += 1) {
    const row = await readRow(databaseOf(scope.env.DB), resource, actor.org_id, id);
    if (row === null) return notFound(scope, resource);
    const problem = await deciderProblem(row, verdict, context);
    if (problem !== null) return refused(scope, problem.refused);
    const answered = await answerDecided(resource, row, verdict, context);
    if (answered !== null) return answered;
    const committed = await write(row, verdict, context);
    if (!isRefused(committed)) continue;
    // The row has changed since it was read: what it is now decides.
    if (committed.refused.code !== "precondition_failed" || attempt >= ATTEMPTS) {
      return refused(scope, committed.refused);
    }
  }
}

/** The answer to a request that is decided already, or can be no more; null when it waits. */
async function answerDecided(
  resource: Resource,
  row: Row,
  verdict: Verdict,
  context: HookContext,
): Promise<Response | null> {
  const { scope } = context;
  if (row.status === "pending" && !isOverdue(row, scope.started_at)) return null;
  const state = stateOf(row);
  if (state === verdict.status) {
    return answerWith(200, resource, state === "approved" ? await carryThrough(row, context) : row, context);
  }
  return refused(scope, refuse("conflict", { message: TOO_LATE[state] }).refused);
}

/** What became of a request that waits no more. */
function stateOf({ status }: Row): keyof typeof TOO_LATE {
  if (status === "approved" || status === "done" || status === "failed") return "approved";
  return status === "rejected" || status === "cancelled" ? status : "expired";
}

const TOO_LATE = {
  approved: "It was approved already.",
  rejected: "It was rejected already. Ask again if it is still wanted.",
  cancelled: "It was taken back by who had asked for it. Ask again if it is still wanted.",
  expired: "Nobody decided in time, so it has expired. Ask again if it is still wanted.",
} as const;

/** Why the actor may not decide so, or null. Who has asked for it may end it, by either word, and not approve it. */
async function deciderProblem(row: Row, { status }: Verdict, context: HookContext): Promise<Refused | null> {
  const { actor } = context;
  const approve = status === "approved";
  const everywhere = actor.permissions.has(PERMISSION);
  if (status === "rejected" && everywhere) return null;
  const persons = await personsOf(context);
  const requesters = Array.isArray(row.requester_ids) ? row.requester_ids : [];
  if (persons.ids.some((id) => requesters.includes(id))) {
    if (!approve) return null;
    return refuse("forbidden", { message: "You have asked for this yourself: somebody else has to approve it." });
  }
  if (status === "cancelled") {
    return refuse("forbidden", {
      message: "Only who has asked for it takes it back. Who may decide about it can reject it instead.",
    });
  }
  if (!everywhere && !may(actor, PERMISSION, await givingTeam(row, context))) {
    return refuse("forbidden", {
      message:
        "Who leads a team decides about transfers from a wallet of that team, and about nothing else. Ask an admin of the organisation.",
    });
  }
  if (!approve || persons.known) return null;
  return refuse("forbidden", {
    message: "It is not known who made this key, so it may be the requester's own. Approve with another one.",
  });
}

/** The team whose money would leave; null where that is nobody's but the organisation's. */
async function givingTeam(row: Row, context: HookContext): Promise<string | null> {
  const { from_wallet_id } = requestOf(row);
  return from_wallet_id === null ? null : ((await findWallet(context, from_wallet_id))?.team_id ?? null);
}

async function write(row: Row, verdict: Verdict, { scope, actor }: HookContext) {
  const request = requestOf(row);
  const who = auditActor(actor);
  const { status } = verdict;
  const reason = status === "rejected" ? verdict.reason : null;
  return await commit(scope, {
    org_id: actor.org_id,
    actor: who,
    action: `${request.kind}.${status}`,
    target: { type: request.kind, id: request.id },
    details: { ...describeMoney(request), ...(reason === null ? {} : { reason }) },
    preconditions: [
      {
        statement: {
          sql: "SELECT 1 FROM money_requests WHERE org_id = ? AND id = ? AND status = 'pending' AND expires_at > ?",
          params: [request.org_id, request.id, scope.started_at],
        },
        refusal: { code: "precondition_failed" },
      },
    ],
    statements: [
      {
        sql: "UPDATE money_requests SET status = ?, decided_by = ?, decided_by_name = ?, decided_at = ?, decision_reason = ?, version = version + 1 WHERE org_id = ? AND id = ? AND status = 'pending'",
        params: [status, who.id, who.name, scope.effects.now(), reason, request.org_id, request.id],
      },
    ],
    effects: [],
  });
}
