import { and, eq } from "drizzle-orm";
import * as z from "zod";
import { isRefused, type Refused, refuse } from "../../../schema/kernel/errors.ts";
import type { JsonObject } from "../../../schema/kernel/json.ts";
import { jurisdictionOf } from "../../../schema/kernel/jurisdiction.ts";
import { cacheSettings } from "../../../schema/tables/console.ts";
import { apiKeys, wallets } from "../../../schema/tables/tables.ts";
import type { HookContext } from "../api/hooks.ts";
import { auditActor, commit, type Precondition } from "../audit/commit.ts";
import {
  readSetting,
  readSettings,
  type SettingInput,
  type SettingRow,
  settingInput,
  shownSetting,
  showSetting,
} from "../caching/settings.ts";
import { json, noContent, refused } from "../http/respond.ts";
import type { AdminRoute } from "../http/route.ts";
import { findTeam, noSuch, teamStays } from "../resources/find.ts";
import { databaseOf, statement } from "../store/database.ts";

const common = { tag: "Cache", security: "admin", headers: {} } as const;
const READ_ERRORS = ["invalid_request", "invalid_api_key", "not_signed_in", "forbidden", "store_unavailable"] as const;
const WRITE_ERRORS = [...READ_ERRORS, "origin_denied", "not_found", "conflict", "audit_broken"] as const;

/** GET /v1/cache/settings. */
export const listCacheSettingsRoute: AdminRoute = {
  ...common,
  method: "get",
  path: "/v1/cache/settings",
  operation_id: "listCacheSettings",
  permission: "cache:read",
  summary: "List cache settings",
  description:
    "For whom answers are kept and given again, and how. Of those that fit a request, the key's counts before the team's, and that before the org's, each as a whole. Where none fits, nothing is cached.",
  query: z.object({}),
  body: null,
  responses: { 200: { description: "All of them.", schema: z.object({ data: z.array(shownSetting) }) } },
  errors: READ_ERRORS,
  async handle(_input, scope, actor) {
    const rows = await readSettings(databaseOf(scope.env.DB), actor.org_id);
    return json(scope, { data: rows.map(showSetting), next_cursor: null });
  },
};

/** PUT /v1/cache/settings: makes or replaces the setting of the org, of a team or of a key. */
export const putCacheSettingRoute: AdminRoute = {
  ...common,
  method: "put",
  path: "/v1/cache/settings",
  operation_id: "putCacheSetting",
  permission: "cache:write",
  summary: "Set how answers are cached",
  description:
    "Makes the setting of the org, of a team or of a key, or replaces it as a whole: what is left out has its default again. It holds within ten seconds. Answers that are kept stay until their time is over, or until the cache is flushed.",
  body: { schema: settingInput, example: { scope: "org", mode: "exact" } },
  responses: { 200: { description: "The setting.", schema: shownSetting } },
  errors: WRITE_ERRORS,
  async handle({ body }, scope, actor) {
    const input = settingInput.parse(body);
    const context = { scope, actor };
    const target = await targetOf(input, context);
    if (isRefused(target)) return refused(scope, target.refused);
    const db = databaseOf(scope.env.DB);
    const before = await readSetting(db, actor.org_id, { target: target.target });
    const row: SettingRow = {
      ...input,
      team_id: input.scope === "team" ? target.target : null,
      key_id: input.scope === "key" ? target.target : null,
      id: before?.id ?? scope.effects.newId("cache_setting"),
      org_id: actor.org_id,
      target: target.target,
      version: (before?.version ?? 0) + 1,
      created_at: before?.created_at ?? scope.started_at,
      updated_at: scope.started_at,
    };
    const { id: _id, created_at: _created_at, ...changed } = row;
    const written = db.insert(cacheSettings).values(row);
    const committed = await commit(scope, {
      org_id: actor.org_id,
      actor: auditActor(actor),
      action: before === null ? "cache_setting.created" : "cache_setting.updated",
      target: { type: "cache_setting", id: row.id },
      details: { before: before === null ? null : detailsOf(before), after: detailsOf(row) },
      preconditions: [...target.preconditions, unchanged(row, before, context)],
      statements: [
        statement(written.onConflictDoUpdate({ target: [cacheSettings.org_id, cacheSettings.target], set: changed })),
      ],
      effects: [],
    });
    if (isRefused(committed)) return refused(scope, committed.refused);
    return json(scope, showSetting(row));
  },
};

/** DELETE /v1/cache/settings/{id}: a wider setting holds again, or none. */
export const deleteCacheSettingRoute: AdminRoute = {
  ...common,
  method: "delete",
  path: "/v1/cache/settings/{id}",
  operation_id: "deleteCacheSetting",
  permission: "cache:write",
  summary: "Delete a cache setting",
  description:
    "A wider setting holds again; without one, nothing is cached. To keep one team out, set `mode` to `off`.",
  params: { id: "The setting's id." },
  body: null,
  responses: { 204: { description: "It is gone." } },
  errors: WRITE_ERRORS,
  async handle({ params }, scope, actor) {
    const id = params.id ?? "";
    const db = databaseOf(scope.env.DB);
    const row = await readSetting(db, actor.org_id, { id });
    if (row === null) return refused(scope, NOT_FOUND.refused);
    const committed = await commit(scope, {
      org_id: actor.org_id,
      actor: auditActor(actor),
      action: "cache_setting.deleted",
      target: { type: "cache_setting", id },
      details: { before: detailsOf(row), after: null },
      preconditions: [unchanged(row, row, { scope, actor })],
      statements: [
        statement(
          db.delete(cacheSettings).where(and(eq(cacheSettings.org_id, actor.org_id), eq(cacheSettings.id, id))),
        ),
      ],
      effects: [],
    });
    return isRefused(committed) ? refused(scope, committed.refused) : noContent(scope);
  },
};

const NOT_FOUND = refuse("not_found", { message: "There is no cache setting with this id.", param: "id" });

type Target = { readonly target: string; readonly preconditions: readonly Precondition[] };

/** Whose setting it is. Something of another org answers like what never was. */
async function targetOf(input: SettingInput, context: HookContext): Promise<Target | Refused> {
  const { scope: wanted, team_id = null, key_id = null, mode } = input;
  if (jurisdictionOf(context.actor.org_id) !== null && mode !== "off" && mode !== "exact") return BOUND;
  const excess =
    wanted !== "team" && team_id !== null ? "team_id" : wanted !== "key" && key_id !== null ? "key_id" : null;
  if (excess !== null) {
    return refuse("invalid_request", { message: `Leave \`${excess}\` out: the scope is ${wanted}.`, param: excess });
  }
  switch (wanted) {
    case "org":
      return { target: "org", preconditions: [] };
    case "team":
      if (team_id === null) return missing("team_id", wanted);
      if ((await findTeam(context, team_id)) === null) return noSuch("team", "team_id");
      return { target: team_id, preconditions: [teamStays(context, team_id, "team_id")] };
    case "key":
      if (key_id === null) return missing("key_id", wanted);
      return (await keyIsThere(context, key_id)) ? { target: key_id, preconditions: [] } : noSuch("key", "key_id");
  }
}

/** Questions and their vectors would leave it. */
const BOUND: Refused = refuse("invalid_request", {
  message:
    "Your organisation keeps its data in a jurisdiction, and look-ups by meaning do not stay there. Choose `exact` or `off`.",
  param: "mode",
});

const missing = (param: string, scope: string): Refused =>
  refuse("invalid_request", { message: `Send \`${param}\`: the scope is ${scope}.`, param });

async function keyIsThere({ scope, actor }: HookContext, id: string): Promise<boolean> {
  const [found] = await databaseOf(scope.env.DB)
    .select({ id: apiKeys.id })
    .from(apiKeys)
    .innerJoin(wallets, eq(wallets.id, apiKeys.wallet_id))
    .where(and(eq(apiKeys.org_id, actor.org_id), eq(apiKeys.id, id)))
    .limit(1);
  return found !== undefined;
}

/** The setting is as it was read when the change is made. */
function unchanged(row: SettingRow, before: SettingRow | null, { actor }: HookContext): Precondition {
  const version = before?.version ?? 0;
  return {
    statement: {
      sql: "SELECT 1 WHERE coalesce((SELECT version FROM cache_settings WHERE org_id = ? AND target = ?), 0) = ?",
      params: [actor.org_id, row.target, version],
    },
    refusal: refuse("conflict", { message: "Somebody else has changed this setting meanwhile. Look, and try again." })
      .refused,
  };
}

const detailsOf = (row: SettingRow): JsonObject => JSON.parse(JSON.stringify(showSetting(row)));
