import * as z from "zod";
import { type ErrorCode, isRefused, refuse } from "../../../schema/kernel/errors.ts";
import { formatTime } from "../../../schema/kernel/time.ts";
import { unreachable } from "../../../schema/kernel/unreachable.ts";
import { type TextsState, textsState } from "../../../schema/texts/rows.ts";
import { storedTexts } from "../../../schema/texts/stored-texts.ts";
import type { Actor } from "../access/actor.ts";
import { momentParam } from "../api/moment-param.ts";
import { auditActor, commit } from "../audit/commit.ts";
import { json, noContent, refused } from "../http/respond.ts";
import type { AdminRoute } from "../http/route.ts";
import type { ConsoleScope } from "../http/scope.ts";
import { findRequest } from "../requests/detail.ts";
import { databaseOf } from "../store/database.ts";
import { eraseTexts } from "../texts/erase-texts.ts";
import { findTexts, readTexts, type TextsRow } from "../texts/find-texts.ts";
import { NO_REQUEST } from "./requests.ts";

const common = { tag: "Usage", security: "admin", headers: {}, body: null } as const;
const params = { id: "The request's id, `x-ao-request-id` of its answer." };
const ERRORS = [
  "invalid_api_key",
  "not_signed_in",
  "forbidden",
  "not_found",
  "texts_not_stored",
  "texts_expired",
  "texts_erased",
  "store_unavailable",
  "audit_broken",
] as const;

const shownTexts = z.object({
  request_id: z.string(),
  stored_at: z.iso.datetime(),
  expires_at: z.iso.datetime().describe("When they go by themselves."),
  bytes: z.int().describe("What they take, sealed."),
  ...storedTexts.omit({ v: true }).shape,
});

/** GET /v1/requests/{id}/texts: what was asked and answered. */
export const readTextsRoute: AdminRoute = {
  ...common,
  method: "get",
  path: "/v1/requests/{id}/texts",
  operation_id: "readRequestTexts",
  permission: "texts:read",
  summary: "Read a request's texts",
  description:
    "What was asked and answered, where the organisation stores it (`store_texts`). Each reading is an entry of the audit log, written before anything is shown.",
  params,
  responses: { 200: { description: "The texts.", schema: shownTexts } },
  errors: [...ERRORS, "internal"],
  async handle({ params: { id = "" } }, scope, actor) {
    const row = await storedRow(scope, actor, id);
    if (row instanceof Response) return row;
    const written = await commit(scope, {
      org_id: actor.org_id,
      actor: auditActor(actor),
      action: "request.texts_read",
      target: { type: "request", id },
      details: {},
      preconditions: [],
      statements: [],
      effects: [],
    });
    if (isRefused(written)) return refused(scope, written.refused);
    const read = await readTexts(scope, row);
    switch (read.status) {
      case "read": {
        const { v: _v, ...texts } = read.texts;
        return json(scope, {
          request_id: id,
          stored_at: formatTime(row.stored_at ?? row.created_at),
          expires_at: formatTime(row.expires_at),
          bytes: row.bytes,
          ...texts,
        });
      }
      case "unavailable":
        return refused(scope, UNAVAILABLE.refused);
      case "unreadable":
        return refused(scope, refuse("internal", { message: "The texts are there and do not open." }).refused);
      default:
        return unreachable(read);
    }
  },
};

/** DELETE /v1/requests/{id}/texts. */
export const eraseRequestTextsRoute: AdminRoute = {
  ...common,
  method: "delete",
  path: "/v1/requests/{id}/texts",
  operation_id: "eraseRequestTexts",
  permission: "texts:erase",
  summary: "Erase a request's texts",
  description: "Deletes what was asked and answered for good. The request itself stays in the log, with what it cost.",
  params,
  responses: { 204: { description: "They are gone." } },
  errors: [...ERRORS, "origin_denied"],
  async handle({ params: { id = "" } }, scope, actor) {
    const row = await storedRow(scope, actor, id);
    if (row instanceof Response) return row;
    const erased = await eraseTexts(scope, actor, {
      condition: "request_id = ?3",
      params: [id],
      action: "request.texts_erased",
      target: { type: "request", id },
      details: {},
    });
    if (isRefused(erased)) return refused(scope, erased.refused);
    return erased.pending === 0 ? noContent(scope) : refused(scope, LATER.refused);
  },
};

/** DELETE /v1/texts: of a subject, before a time, or both. */
export const eraseTextsRoute: AdminRoute = {
  ...common,
  method: "delete",
  path: "/v1/texts",
  operation_id: "eraseTexts",
  permission: "texts:erase",
  summary: "Erase texts",
  description:
    "Erases the texts of all requests of a subject, of all before a time, or with both those that are both. The requests themselves stay in the log.",
  query: z.object({
    subject: z.string().trim().min(1, "must not be empty").max(200).optional().describe("As `x-ao-subject` named it."),
    before: momentParam.describe("Stored before this time."),
  }),
  responses: {
    200: {
      description: "They can be read no more.",
      schema: z.object({
        erased: z.int().describe("How many there were."),
        pending: z
          .int()
          .describe("How many of the organisation's erased ones are still to be deleted: within some minutes."),
      }),
    },
  },
  errors: [
    "invalid_request",
    "invalid_api_key",
    "not_signed_in",
    "origin_denied",
    "forbidden",
    "store_unavailable",
    "audit_broken",
  ],
  async handle({ query }, scope, actor) {
    const subject = typeof query.subject === "string" ? query.subject : null;
    const before = typeof query.before === "number" ? query.before : null;
    if (subject === null && before === null) return refused(scope, NOTHING_NAMED.refused);
    const erased = await eraseTexts(scope, actor, {
      condition: "(?3 = '' OR subject = ?3) AND (?4 = 0 OR created_at < ?4)",
      params: [subject ?? "", before ?? 0],
      action: "texts.erased",
      target: { type: "texts", id: actor.org_id },
      details: {
        subject_sha256: subject === null ? null : await sha256(subject),
        before: before === null ? null : formatTime(before),
      },
    });
    return isRefused(erased) ? refused(scope, erased.refused) : json(scope, erased);
  },
};

/** The row of texts that are there, or the answer that says why they are not. */
async function storedRow(scope: ConsoleScope, { org_id }: Actor, id: string): Promise<TextsRow | Response> {
  const db = databaseOf(scope.env.DB);
  const row = await findTexts(db, org_id, id);
  const state = textsState(row, scope.effects.now());
  if (row !== null && state === "stored") return row;
  if (row === null && (await findRequest(db, org_id, id)) === null) return refused(scope, NO_REQUEST.refused);
  return refused(scope, { code: ABSENT[state] });
}

const ABSENT: Readonly<Record<TextsState, ErrorCode>> = {
  none: "texts_not_stored",
  stored: "texts_not_stored",
  expired: "texts_expired",
  erased: "texts_erased",
};

/** Who was forgotten is not remembered in a log that forgets nothing; who knows the name can find the entry. */
async function sha256(text: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const NOTHING_NAMED = refuse("invalid_request", {
  message: "Name whose texts are to go: `subject`, `before` or both. All of them are `before` the present time.",
  param: "subject",
});
const UNAVAILABLE = refuse("store_unavailable", {
  message: "The store of texts does not answer. Try again.",
  retry_after_ms: 1_000,
});
const LATER = refuse("store_unavailable", {
  message: "The texts can be read no more. Their store did not delete them yet; that is done again every minute.",
});
