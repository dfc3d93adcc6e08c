import * as z from "zod";
import { isRefused, type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { ID_PREFIXES } from "../../../schema/kernel/ids.ts";
import { formatUsd, nanoUsd } from "../../../schema/kernel/money.ts";
import { formatTime, formatTimeOrNull } from "../../../schema/kernel/time.ts";
import type { ListedCacheEntry } from "../../../schema/wire/cache-rpc.ts";
import type { Actor } from "../access/actor.ts";
import { cursorParam, limitParam } from "../api/list-query.ts";
import { momentParam } from "../api/moment-param.ts";
import { auditActor, commit } from "../audit/commit.ts";
import { cacheFigures, ratio, shownFigures } from "../caching/figures.ts";
import { askEach, askedNamespaces, askOne, type Namespace } from "../caching/namespaces.ts";
import { shownShadow, showShadow } from "../caching/shadow.ts";
import { json, noContent, refused } from "../http/respond.ts";
import type { AdminRoute } from "../http/route.ts";
import type { ConsoleScope } from "../http/scope.ts";
import { databaseOf } from "../store/database.ts";

const common = { tag: "Cache", security: "admin", headers: {}, body: null } as const;
const reading = { ...common, method: "get", permission: "cache:read" } as const;
const READ_ERRORS = [
  "invalid_request",
  "invalid_api_key",
  "not_signed_in",
  "forbidden",
  "not_found",
  "store_unavailable",
] as const;
const WRITE_ERRORS = [...READ_ERRORS, "origin_denied", "audit_broken"] as const;

const HOUR_MS = 3_600_000;
const DEFAULT_SPAN_MS = 30 * 24 * HOUR_MS;

const namespaceParam = z
  .string()
  .max(100)
  .optional()
  .describe("A team's id, or `-` for wallets without a team; all unless given.");
const spanParams = {
  namespace: namespaceParam,
  from: momentParam.describe("Thirty days ago unless given; hours count as a whole."),
  to: momentParam.describe("Now unless given."),
};
const spanOf = (query: Readonly<Record<string, unknown>>, now: number) => {
  const to = typeof query.to === "number" ? query.to : now;
  const from = typeof query.from === "number" ? query.from : to - DEFAULT_SPAN_MS;
  return { from: Math.floor(from / HOUR_MS) * HOUR_MS, to: Math.ceil((to + 1) / HOUR_MS) * HOUR_MS };
};
const named = ({ namespace }: Readonly<Record<string, unknown>>): string | null =>
  typeof namespace === "string" ? namespace : null;

const shownNamespace = z.object({
  namespace: z.string().describe("What `DELETE /v1/cache/{namespace}` takes."),
  team_id: z.string().nullable(),
  team: z.string().nullable(),
  entries: z.int(),
  bytes: z.int(),
  hits: z.int().describe("Since it is there."),
  evicted: z.int().describe("Answers that went for want of room."),
  expired: z.int(),
  removed: z.int().describe("By hand, or because they failed their checks."),
  meaning_failed: z.int().describe("Look-ups whose embedder or index did not answer."),
  flushed_at: z.iso.datetime().nullable(),
});

/** GET /v1/cache/stats. */
export const cacheStatsRoute: AdminRoute = {
  ...reading,
  path: "/v1/cache/stats",
  operation_id: "getCacheStats",
  summary: "What the cache does and saves",
  description:
    "Hit rate, dollars and time saved, by model, from the request log; what is kept, from the teams' caches; and an estimate of how many hits by meaning are false, from what shadow mode has seen. A request counts some seconds after its answer.",
  query: z.object(spanParams),
  responses: {
    200: {
      description: "The figures.",
      schema: z.object({
        from: z.iso.datetime(),
        to: z.iso.datetime(),
        ...shownFigures.shape,
        false_hits: z
          .object({
            compared: z.int().describe("Answers that would have been served at the threshold or above it."),
            differed: z.int(),
            estimate: z.number().nullable(),
          })
          .describe("Of shadow mode, at the default threshold. Null where nothing was compared."),
        by_model: z.array(z.object({ model: z.string(), ...shownFigures.shape })),
        namespaces: z.array(shownNamespace).describe("Those that hold anything."),
      }),
    },
  },
  errors: READ_ERRORS,
  async handle({ query }, scope, actor) {
    const namespaces = await askedNamespaces(scope, actor.org_id, named(query));
    if (namespaces === null) return refused(scope, NO_NAMESPACE.refused);
    const { from, to } = spanOf(query, scope.started_at);
    const only = query.namespace === undefined ? undefined : (namespaces[0]?.team_id ?? null);
    const { total, by_model } = await cacheFigures(databaseOf(scope.env.DB), actor.org_id, { from, to, team_id: only });
    const kept = await askEach(scope, actor.org_id, namespaces, async (object) => ({
      stats: await object.stats(),
      shadow: await object.shadow(from),
    }));
    const shadow = showShadow(kept.flatMap((answer) => (answer === null ? [] : [answer.shadow])));
    const above = shadow.semantic.filter((step) => step.from >= DEFAULT_THRESHOLD);
    const sum = (value: (step: (typeof above)[number]) => number): number =>
      above.reduce((all, step) => all + value(step), 0);
    const compared = sum(({ would_serve }) => would_serve);
    const differed = sum((step) => step.differed);
    return json(scope, {
      from: formatTime(from),
      to: formatTime(to),
      ...total,
      false_hits: { compared, differed, estimate: ratio(differed, compared) },
      by_model,
      namespaces: namespaces.flatMap((namespace, at) => {
        const stats = kept[at]?.stats;
        if (stats === undefined || (stats.entries === 0 && stats.hits === 0 && query.namespace === undefined))
          return [];
        const { flushed_at, ...rest } = stats;
        return [{ ...shownPlace(namespace), ...rest, flushed_at: formatTimeOrNull(flushed_at) }];
      }),
    });
  },
};

/** GET /v1/cache/shadow. */
export const cacheShadowRoute: AdminRoute = {
  ...reading,
  path: "/v1/cache/shadow",
  operation_id: "getCacheShadow",
  summary: "What the cache would have served",
  description:
    "Of requests under a setting with `mode` `shadow`, which serves nothing: what was found, how near it was, and how like the kept answer the fresh one was. `thresholds` says what each threshold would have brought, so that one is chosen from your own traffic. Of each team the newest 20,000 are kept.",
  query: z.object({ namespace: namespaceParam, from: spanParams.from }),
  responses: { 200: { description: "The report.", schema: shownShadow } },
  errors: READ_ERRORS,
  async handle({ query }, scope, actor) {
    const namespaces = await askedNamespaces(scope, actor.org_id, named(query));
    if (namespaces === null) return refused(scope, NO_NAMESPACE.refused);
    const { from } = spanOf(query, scope.started_at);
    const reports = await askEach(scope, actor.org_id, namespaces, (object) => object.shadow(from));
    if (reports.every((report) => report === null)) return refused(scope, UNAVAILABLE.refused);
    return json(scope, showShadow(reports.filter((report) => report !== null)));
  },
};

const shownEntry = z.object({
  id: z.string(),
  namespace: z.string(),
  kind: z.string().describe("`chat`, `embeddings` or `rerank`."),
  model: z.string(),
  created_at: z.iso.datetime(),
  expires_at: z.iso.datetime(),
  bytes: z.int(),
  hits: z.int(),
  last_hit_at: z.iso.datetime().nullable(),
  saved_usd: z.string(),
  semantic: z.boolean().describe("Whether it is found by its meaning, too."),
});

/** GET /v1/cache/entries. */
export const cacheEntriesRoute: AdminRoute = {
  ...reading,
  path: "/v1/cache/entries",
  operation_id: "listCacheEntries",
  summary: "List cached answers",
  description:
    "What one team's cache holds, newest first. What was asked and answered is sealed, and not shown to anybody.",
  query: z.object({
    namespace: z
      .string()
      .max(100)
      .optional()
      .describe("A team's id, or `-` for wallets without a team, as it is unless given."),
    limit: limitParam,
    cursor: cursorParam,
  }),
  responses: {
    200: {
      description: "One page; `next_cursor` is null on the last.",
      schema: z.object({ data: z.array(shownEntry), next_cursor: z.string().nullable() }),
    },
  },
  errors: READ_ERRORS,
  async handle({ query }, scope, actor) {
    const [namespace] = (await askedNamespaces(scope, actor.org_id, named(query) ?? "-")) ?? [];
    if (namespace === undefined) return refused(scope, NO_NAMESPACE.refused);
    const limit = typeof query.limit === "number" ? query.limit : 50;
    const cursor = typeof query.cursor === "string" ? query.cursor : null;
    if (cursor !== null && !ENTRY_ID.test(cursor)) return refused(scope, NO_CURSOR.refused);
    const page = await askOne(scope, actor.org_id, namespace, (object) => object.entries(limit, cursor));
    if (page === null) return refused(scope, UNAVAILABLE.refused);
    return json(scope, {
      data: page.entries.map((entry) => showEntry(namespace, entry)),
      next_cursor: page.next,
    });
  },
};

const flushed = z.object({ removed: z.int().describe("How many answers were kept until now.") });
const flushing = {
  ...common,
  method: "delete",
  permission: "cache:write",
  responses: { 200: { description: "Nothing of it is served any more.", schema: flushed } },
  errors: WRITE_ERRORS,
} as const;

/** DELETE /v1/cache. */
export const flushCacheRoute: AdminRoute = {
  ...flushing,
  path: "/v1/cache",
  operation_id: "flushCache",
  summary: "Flush the whole cache",
  description: "Removes every answer of the organisation. Answers that are under way meanwhile are not kept either.",
  handle: (_input, scope, actor) => flush(scope, actor, null),
};

/** DELETE /v1/cache/{namespace}. */
export const flushNamespaceRoute: AdminRoute = {
  ...flushing,
  path: "/v1/cache/{namespace}",
  operation_id: "flushCacheNamespace",
  summary: "Flush a team's cache",
  description: "The same for one team.",
  params: { namespace: "The team's id, or `-` for wallets without a team." },
  handle: ({ params }, scope, actor) => flush(scope, actor, params.namespace ?? ""),
};

/** DELETE /v1/cache/{namespace}/entries/{id}. */
export const deleteCacheEntryRoute: AdminRoute = {
  ...common,
  method: "delete",
  path: "/v1/cache/{namespace}/entries/{id}",
  operation_id: "deleteCacheEntry",
  permission: "cache:write",
  summary: "Delete a cached answer",
  description: "One answer, by the id that `GET /v1/cache/entries` has for it.",
  params: { namespace: "The team's id, or `-` for wallets without a team.", id: "The answer's id." },
  responses: { 204: { description: "It is gone." } },
  errors: WRITE_ERRORS,
  async handle({ params }, scope, actor) {
    const { namespace: name = "", id = "" } = params;
    const [namespace] = (await askedNamespaces(scope, actor.org_id, name)) ?? [];
    if (namespace === undefined) return refused(scope, NO_NAMESPACE.refused);
    const answer = await askOne(scope, actor.org_id, namespace, (object) => object.remove(id));
    if (answer === null) return refused(scope, UNAVAILABLE.refused);
    if (!answer.removed) return refused(scope, NO_ENTRY.refused);
    const written = await told(scope, actor, "cache_entry.deleted", { type: "cache_entry", id }, namespace.name);
    return isRefused(written) ? refused(scope, written.refused) : noContent(scope);
  },
};

/** The threshold that a setting has which names none. */
const DEFAULT_THRESHOLD = 0.92;

/** Written down first, then done: a flush that nobody can find out about is worse than one that must be repeated. */
async function flush(scope: ConsoleScope, actor: Actor, name: string | null): Promise<Response> {
  const namespaces = await askedNamespaces(scope, actor.org_id, name);
  if (namespaces === null) return refused(scope, NO_NAMESPACE.refused);
  const written = await told(scope, actor, "cache.flushed", { type: "cache", id: name ?? actor.org_id }, name);
  if (isRefused(written)) return refused(scope, written.refused);
  const answers = await askEach(scope, actor.org_id, namespaces, (object) => object.flush());
  if (answers.some((answer) => answer === null)) return refused(scope, UNAVAILABLE.refused);
  return json(scope, { removed: answers.reduce((sum, answer) => sum + (answer?.removed ?? 0), 0) });
}

const told = (
  scope: ConsoleScope,
  actor: Actor,
  action: string,
  target: { readonly type: string; readonly id: string },
  namespace: string | null,
) =>
  commit(scope, {
    org_id: actor.org_id,
    actor: auditActor(actor),
    action,
    target,
    details: { namespace },
    preconditions: [],
    statements: [],
    effects: [],
  });

const shownPlace = ({ name, team_id, team }: Namespace) => ({ namespace: name, team_id, team });

const showEntry = ({ name }: Namespace, entry: ListedCacheEntry) => {
  const { saved_nano_usd, created_at, expires_at, last_hit_at, ...rest } = entry;
  return {
    ...rest,
    namespace: name,
    created_at: formatTime(created_at),
    expires_at: formatTime(expires_at),
    last_hit_at: formatTimeOrNull(last_hit_at),
    saved_usd: formatUsd(nanoUsd(saved_nano_usd)),
  };
};

/** A page goes on behind the last entry of the one before. */
const ENTRY_ID = new RegExp(`^${ID_PREFIXES.cache_entry}_[0-9a-z]{26}$`);
const NO_CURSOR: Refused = refuse("invalid_request", {
  message: "This is no cursor of this list. Send the `next_cursor` of the page before.",
  param: "cursor",
});

const NO_NAMESPACE: Refused = refuse("not_found", {
  message: "There is no such team. Name one by its id, or `-` for wallets without a team.",
  param: "namespace",
});
const NO_ENTRY: Refused = refuse("not_found", { message: "There is no cached answer with this id.", param: "id" });
const UNAVAILABLE: Refused = refuse("store_unavailable", {
  message: "The cache does not answer. Try again.",
  retry_after_ms: 1_000,
});
