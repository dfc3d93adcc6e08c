import { sha256Hex } from "../../../../schema/audit/sha256.ts";
import { type CacheSetting, looksByMeaning } from "../../../../schema/caching/cache-setting.ts";
import { canonicalJson, isJsonObject, type JsonObject } from "../../../../schema/kernel/json.ts";
import { findSensitive } from "../../../../schema/screening/find-sensitive.ts";
import { cacheText } from "../../../../schema/semantics/cache-text.ts";
import { exactKey, type KeyParts, partitionKey } from "../../../../schema/semantics/partition.ts";
import type { Attempt } from "../plan.ts";
import type { Caching, ChatCaching, NativeBody } from "./caching.ts";
import type { CacheQuestion } from "./judge.ts";

/** Part of every key: whoever changes what a key says of a request makes all old entries unreachable. */
const POLICY_VERSION = "1";

/** Longer requests are not looked for: hashing and checking them would cost more than they are likely to bring. */
const ASKED_CHARS_MAX = 200_000;

/** Who embeds where the setting names no model. */
const PLATFORM_EMBEDDER = "platform";

interface Place {
  readonly namespace: string;
  readonly org_id: string;
  readonly team_id: string | null;
  readonly setting: CacheSetting;
}

/** The request in the cache's terms, or why there is none. */
export async function questionOf(
  caching: Caching,
  attempt: Attempt,
  place: Place,
): Promise<CacheQuestion | { readonly unfit: string }> {
  if (caching.unfit !== null) return { unfit: caching.unfit };
  const text = canonicalJson(caching.kind === "chat" ? caching.request.messages : caching.request);
  if (text.length > ASKED_CHARS_MAX) return { unfit: "too_large" };
  if (findSensitive(text) !== null) return { unfit: "sensitive" };
  const { namespace } = place;
  const { name: model } = attempt;
  // The model by its own name too: an administrator may let the same name mean another one.
  const { upstream_id } = attempt.model;
  if (caching.kind !== "chat") {
    const { kind } = caching;
    const whole = canonicalJson({ policy: POLICY_VERSION, namespace, model, upstream_id, kind, text });
    return { namespace, model, exact_key: await sha256Hex(whole), meaning: null };
  }
  const parts = (natives: unknown): KeyParts => ({
    org: place.org_id,
    team: place.team_id,
    model,
    request: caching.request,
    natives,
    policy_version: POLICY_VERSION,
  });
  const exact_key = await exactKey(parts({ upstream_id, ...deciding(caching.natives) }));
  return { namespace, model, exact_key, meaning: await meaningOf(caching, place, upstream_id, parts) };
}

/** How it is looked for by its meaning; null where the setting does not want it, or it is no question. */
async function meaningOf(
  { request, natives }: ChatCaching,
  { setting }: Place,
  upstream_id: string,
  parts: (natives: unknown) => KeyParts,
): Promise<CacheQuestion["meaning"]> {
  const asked = looksByMeaning(setting) ? cacheText(request) : null;
  const around = asked === null ? null : deciding(natives, withoutLast);
  if (asked === null || around === null) return null;
  const embedder = setting.embedding_model ?? PLATFORM_EMBEDDER;
  return { text: asked.text, partition: await partitionKey(parts({ upstream_id, embedder, ...around })) };
}

/** Who asks, how it is delivered and what the provider keeps of it: no answer depends on these. */
const NEUTRAL: ReadonlySet<string> = new Set([
  "model",
  "stream",
  "stream_options",
  "user",
  "safety_identifier",
  "prompt_cache_key",
  "store",
]);

/** What of a body that is sent as it came decides the answer; nothing where none is. */
function deciding(natives: NativeBody | null): JsonObject;
function deciding(natives: NativeBody | null, change: (body: JsonObject) => JsonObject | null): JsonObject | null;
function deciding(
  natives: NativeBody | null,
  change: (body: JsonObject) => JsonObject | null = (body) => body,
): JsonObject | null {
  if (natives === null) return {};
  const fields = Object.entries(natives.body).filter(([name, value]) => value !== null && !NEUTRAL.has(name));
  const body = change(Object.fromEntries(fields));
  return body === null ? null : { dialect: natives.dialect, forwarded: { ...natives.forwarded }, body };
}

/** Where dialects have the turns. */
const TURNS = ["messages", "input"] as const;

/** A body without the question, which stands in it a second time; null where it is not found. */
function withoutLast(body: JsonObject): JsonObject | null {
  for (const name of TURNS) {
    const turns = body[name];
    if (typeof turns === "string") return { ...body, [name]: null };
    if (!Array.isArray(turns)) continue;
    const last = turns.at(-1);
    if (!isJsonObject(last)) return null;
    const { content: _content, ...frame } = last;
    return { ...body, [name]: [...turns.slice(0, -1), frame] };
  }
  return null;
}
