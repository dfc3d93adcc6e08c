import * as z from "zod";
import { carryOut, describeMoney, type MoneyRequest, recordOf } from "../../../schema/clients/money-request.ts";
import { isRefused, type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { log } from "../../../schema/kernel/log.ts";
import { formatTimeOrNull } from "../../../schema/kernel/time.ts";
import { insertAlert, type NewAlert } from "../../../schema/notifications/alert.ts";
import { MONEY_RESOURCES } from "../../../schema/resources/money-request.ts";
import type { Resource } from "../../../schema/resources/resource.ts";
import { moneyRequests } from "../../../schema/tables/console.ts";
import type { SqlStatement } from "../../../schema/wire/audit-rpc.ts";
import { type HookContext, type Row, textOf, textOrNull } from "../api/hooks.ts";
import { earlierAnswer, type Idempotent, keepAnswer, readIdempotent, wasOvertaken } from "../api/idempotency.ts";
import { withEtag } from "../api/row-response.ts";
import { readRow } from "../api/rows.ts";
import { show } from "../api/shape.ts";
import { auditActor, commit, type Precondition } from "../audit/commit.ts";
import { json, refused } from "../http/respond.ts";
import { findWallet } from "../resources/find.ts";
import { databaseOf, statement } from "../store/database.ts";
import { personsOf } from "./persons.ts";

/** How long somebody has to decide. */
export const DECIDE_WITHIN_MS = 48 * 60 * 60 * 1000;
/** Undecided requests of an org: who has so many has a loop, and nobody who decides. */
const PENDING_MAX = 1_000;

export type MoneyKind = keyof typeof MONEY_RESOURCES;

/** What is asked for. */
export interface Wanted {
  readonly kind: MoneyKind;
  readonly wallet_id: string | null;
  readonly from_wallet_id: string | null;
  readonly to_wallet_id: string | null;
  readonly amount_nano_usd: number;
  readonly reason: string;
  /** Whether a second person has to approve it. */
  readonly needs_approval: boolean;
  readonly preconditions: readonly Precondition[];
}

/**
 * Asks for a movement of money, once for an idempotency key: what needs nobody's approval is carried out at once. `prepare`
 * refuses what could not be done.
 */
export async function askForMoney(
  http: Request,
  body: unknown,
  operation: string,
  context: HookContext,
  prepare: () => Promise<Wanted | Refused>,
): Promise<Response> {
  const { scope, actor } = context;
  const read = await readIdempotent(http, actor, operation, body);
  if (isRefused(read)) return refused(scope, read.refused);
  const { idempotent } = read;
  const earlier = await earlierRequest(idempotent, context);
  if (earlier !== null) return earlier;
  const wanted = await prepare();
  if (isRefused(wanted)) return refused(scope, wanted.refused);
  const asked = await insert(wanted, idempotent, context);
  if (!isRefused(asked))
    return answerWith(201, MONEY_RESOURCES[wanted.kind], await carryThrough(asked, context), context);
  const overtaken = wasOvertaken(asked) ? await earlierRequest(idempotent, context) : null;
  return overtaken ?? refused(scope, asked.refused);
}

/** What is kept for repeats: which request it was. What it is by then is looked up. */
const keptAnswer = z.object({ id: z.string(), kind: z.enum(["transfer", "adjustment", "top_up"]) });

/** What was asked for with this idempotency key before, as it is now. */
async function earlierRequest(idempotent: Idempotent | null, context: HookContext): Promise<Response | null> {
  if (idempotent === null) return null;
  const { scope, actor } = context;
  const earlier = await earlierAnswer(scope, actor.org_id, idempotent);
  if (earlier === null) return null;
  if (isRefused(earlier)) return refused(scope, earlier.refused);
  const kept = keptAnswer.parse(await earlier.json());
  const resource = MONEY_RESOURCES[kept.kind];
  const row = await readRow(databaseOf(scope.env.DB), resource, actor.org_id, kept.id);
  if (row === null) return refused(scope, refuse("idempotency_answer_gone").refused);
  return answerWith(201, resource, await carryThrough(row, context), context);
}

async function insert(wanted: Wanted, idempotent: Idempotent | null, context: HookContext): Promise<Row | Refused> {
  const { scope, actor } = context;
  const { kind, needs_approval, preconditions, ...content } = wanted;
  const id = scope.effects.newId(kind);
  const who = auditActor(actor);
  const row = {
    ...content,
    id,
    org_id: actor.org_id,
    kind,
    status: needs_approval ? "pending" : "approved",
    requested_by: who.id,
    requested_by_name: who.name,
    requester_ids: [...(await personsOf(context)).ids],
    decided_by: null,
    decided_by_name: null,
    decided_at: null,
    decision_reason: null,
    expires_at: needs_approval ? scope.started_at + DECIDE_WITHIN_MS : null,
    finished_at: null,
    failure: null,
    version: 1,
    created_at: scope.started_at,
  };
  const answer = { status: 201, headers: {}, body: JSON.stringify({ id, kind }) };
  const kept = idempotent === null ? null : await keepAnswer(scope, actor.org_id, idempotent, answer);
  const committed = await commit(scope, {
    org_id: actor.org_id,
    actor: who,
    action: `${kind}.requested`,
    target: { type: kind, id },
    details: { ...describeMoney(row), reason: row.reason, needs_approval },
    preconditions: [
      ...(kept === null ? [] : [kept.precondition]),
      ...preconditions,
      ...(needs_approval ? [fewPending(actor.org_id)] : []),
    ],
    statements: [
      statement(databaseOf(scope.env.DB).insert(moneyRequests).values(row)),
      ...(needs_approval ? [await askDeciders(row, context)] : []),
      ...(kept?.statements ?? []),
    ],
    effects: [],
  });
  return isRefused(committed) ? committed : row;
}

/** Somebody has to decide: those whom the alert policy names are told, with the request itself. */
async function askDeciders(
  row: MoneyRequest & {
    readonly reason: string;
    readonly requested_by_name: string;
    readonly expires_at: number | null;
    readonly created_at: number;
  },
  context: HookContext,
): Promise<SqlStatement> {
  const wallet = await findWallet(context, row.wallet_id ?? row.to_wallet_id ?? "");
  const alert: NewAlert = {
    source: `money/${row.id}`,
    org_id: row.org_id,
    kind: "budget_request",
    object: { type: row.kind, id: row.id },
    team_id: wallet?.team_id ?? null,
    at: row.created_at,
    details: {
      ...describeMoney(row),
      reason: row.reason,
      requested_by: row.requested_by_name,
      expires_at: formatTimeOrNull(row.expires_at),
    },
    dedupe_key: `money/${row.id}`,
  };
  return await insertAlert(alert, context.scope.started_at);
}

const fewPending = (org_id: string): Precondition => ({
  statement: {
    sql: "SELECT 1 WHERE (SELECT count(*) FROM money_requests WHERE org_id = ? AND status = 'pending') < ?",
    params: [org_id, PENDING_MAX],
  },
  refusal: refuse("conflict", {
    message: `${PENDING_MAX} requests of your organisation wait for a decision. Have some decided first.`,
  }).refused,
});

/**
 * Carries out what is approved and puts it on record; answers the row as it is then. What does not succeed now stays
 * approved, and the job goes on with it.
 */
export async function carryThrough(row: Row, context: HookContext): Promise<Row> {
  if (row.status !== "approved") return row;
  const { scope, actor } = context;
  const request = requestOf(row);
  try {
    const outcome = await carryOut(scope.env, scope.effects, request);
    if (outcome.status === "open") return row;
    const record = recordOf(request, outcome, scope.effects.now());
    await commit(scope, {
      org_id: request.org_id,
      actor: auditActor(actor),
      action: record.action,
      outcome: record.outcome,
      target: record.target,
      details: record.details,
      // Somebody else may have put it on record meanwhile.
      preconditions: [{ statement: record.check, refusal: { code: "conflict" } }],
      statements: [record.statement],
      effects: [],
    });
  } catch (error) {
    log("error", "money_request_interrupted", { id: request.id, kind: request.kind, reason: String(error) });
    return row;
  }
  return (await readRow(databaseOf(scope.env.DB), resourceOf(row), request.org_id, request.id)) ?? row;
}

export function requestOf(row: Row): MoneyRequest {
  if (typeof row.amount_nano_usd !== "number") throw new Error("a request without an amount");
  return {
    id: textOf(row, "id"),
    org_id: textOf(row, "org_id"),
    kind: textOf(row, "kind"),
    wallet_id: textOrNull(row, "wallet_id"),
    from_wallet_id: textOrNull(row, "from_wallet_id"),
    to_wallet_id: textOrNull(row, "to_wallet_id"),
    amount_nano_usd: row.amount_nano_usd,
  };
}

function resourceOf(row: Row): Resource {
  const found = Object.values(MONEY_RESOURCES).find(({ only }) => only.kind === row.kind);
  if (found === undefined) throw new Error("a request of an unknown kind");
  return found;
}

/** Whether nobody has decided in time. The job that puts it on record may not have come yet. */
export const isOverdue = (row: Row, now: number): boolean =>
  row.status === "pending" && typeof row.expires_at === "number" && row.expires_at <= now;

/** What is shown of a request beyond its columns. */
export const shownState = (row: Row, now: number): Row => (isOverdue(row, now) ? { status: "expired" } : {});

export const answerWith = (status: number, resource: Resource, row: Row, { scope }: HookContext): Response =>
  json(scope, show(resource, row, shownState(row, scope.started_at)), {
    status,
    headers: {
      ...withEtag(row),
      ...(status === 201 ? { location: `${resource.path}/${encodeURIComponent(textOf(row, "id"))}` } : {}),
    },
  });
