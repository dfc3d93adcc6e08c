import { env } from "cloudflare:workers";
import type { CacheSetting } from "../../../schema/caching/cache-setting.ts";
import { cacheNamespace } from "../../../schema/caching/namespace.ts";
import type { Part } from "../../../schema/canonical/parts.ts";
import { type Effects, runtimeEffects } from "../../../schema/kernel/effects.ts";
import { isRefused } from "../../../schema/kernel/errors.ts";
import type { JsonObject } from "../../../schema/kernel/json.ts";
import { nanoUsd } from "../../../schema/kernel/money.ts";
import type { CacheNamespace } from "../../../schema/wire/cache-rpc.ts";
import type { ChatDialect } from "../../../workers/gateway/dialects/chat-dialect.ts";
import { openAiChat } from "../../../workers/gateway/dialects/openai-chat/openai-chat.ts";
import { readConfig } from "../../../workers/gateway/env.ts";
import type { RequestScope } from "../../../workers/gateway/http/request-scope.ts";
import { chatCaching } from "../../../workers/gateway/pipeline/cache/chat-caching.ts";
import { ResponseCache } from "../../../workers/gateway/pipeline/cache/response-cache.ts";
import { attempt } from "../../unit/gateway/fixtures.ts";
import { cacheSetting } from "../../unit/schema/caching/make.ts";

/** Requests as the gateway makes them of the cache, against the real object: looked for, answered, kept. */

const KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

export const SETTING = cacheSetting();

export interface Asking {
  readonly org?: string;
  readonly team?: string | null;
  readonly setting?: Partial<CacheSetting>;
  readonly dialect?: ChatDialect;
  /** The whole body; `question` is its one message otherwise. */
  readonly body?: JsonObject;
  readonly question?: string;
  readonly model?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** What the provider answers where it is asked. */
  readonly answer?: string;
  readonly parts?: readonly Part[];
  readonly namespace?: CacheNamespace | null;
  readonly vars?: Readonly<Record<string, string>>;
  readonly embed?: (text: string) => Promise<readonly number[] | null>;
  readonly effects?: Partial<Effects>;
  /** Runs while the provider is asked. */
  readonly meanwhile?: () => Promise<unknown>;
}

export interface Asked {
  /** What the caller gets: of the cache, or of the provider. */
  readonly text: string;
  readonly from: "cache" | "provider";
  readonly headers: Readonly<Record<string, string>>;
}

export const partsOf = (text: string): readonly Part[] => [
  { type: "start", id: "a-1", model: "m-2026" },
  { type: "text", choice: 0, text },
  { type: "finish", choice: 0, reason: "stop", raw: "stop" },
  { type: "usage", usage: { input: 10, output: 5 } },
  { type: "end" },
];

/** One request to its end: what it is answered, and behind that, kept. */
export async function ask(asking: Asking): Promise<Asked> {
  const { org = "org_1", team = "team_1", dialect = openAiChat, model = "acme/m" } = asking;
  const body = asking.body ?? { model, messages: [{ role: "user", content: asking.question ?? "" }] };
  const parsed = dialect.parse(body);
  if (isRefused(parsed)) throw new Error(JSON.stringify(parsed.refused));
  const behind: Promise<unknown>[] = [];
  const scope = scopeOf(asking, behind);
  const planned = attempt({ name: model });
  const caching = chatCaching({ dialect, parsed, body, passes_body: false, forwarded: {} });
  const call = {
    setting: { ...SETTING, ...asking.setting },
    org_id: org,
    team_id: team,
    namespace: cacheNamespace(org, team),
    ...(asking.embed === undefined ? {} : { embed: asking.embed }),
  };
  const cache = new ResponseCache(scope, call, caching, planned, new Headers(asking.headers));
  const hit = await cache.found();
  if (hit !== null) {
    cache.serve(hit, nanoUsd(20));
    await Promise.all(behind);
    const { content } = hit.answer;
    const text = "parts" in content ? content.parts.map((part) => ("text" in part ? part.text : "")).join("") : "";
    return { text, from: "cache", headers: cache.headers };
  }
  const headers = cache.headers;
  cache.called(planned, false);
  await asking.meanwhile?.();
  const text = asking.answer ?? "an answer";
  cache.observe(asking.parts ?? partsOf(text));
  const facts = { usage: { input: 10, output: 5 }, upstream_model: "m-2026", took_ms: 400, request_id: "req_made_it" };
  await cache.keep({ ...facts, cost_nano_usd: nanoUsd(20) });
  await Promise.all(behind);
  return { text, from: "provider", headers };
}

function scopeOf({ namespace, vars, effects }: Asking, behind: Promise<unknown>[]): RequestScope {
  const bound = { AO_KEY_PEPPER: KEY, AO_MASTER_KEY: KEY, AO_CACHE_BUDGET_MS: "10000", ...vars };
  const result = readConfig(bound);
  if (!result.ok) throw new Error(result.problem);
  const CACHE = namespace === undefined ? env.CACHE : namespace;
  const all = { ...runtimeEffects(), ...effects };
  // What is not here is not used by the cache.
  const parts: Partial<RequestScope["env"]> = CACHE === null ? {} : { CACHE };
  return {
    env: Object.assign(JSON.parse("{}"), parts),
    config: result.config,
    effects: all,
    request_id: all.newId("request"),
    public_request_id: "r-1",
    started_at: all.now(),
    ip: null,
    waitUntil: (promise) => {
      behind.push(promise);
    },
  };
}

/** The object of a team's cache. */
export const objectOf = (org = "org_1", team: string | null = "team_1") =>
  env.CACHE.get(env.CACHE.idFromName(cacheNamespace(org, team)));
