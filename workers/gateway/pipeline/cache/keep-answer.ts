import { type CacheSetting, ttlOf } from "../../../../schema/caching/cache-setting.ts";
import type { Usage } from "../../../../schema/canonical/usage.ts";
import { masterKeysOf } from "../../../../schema/credential/master-keys.ts";
import type { NanoUsd } from "../../../../schema/kernel/money.ts";
import { findSensitive } from "../../../../schema/screening/find-sensitive.ts";
import type { CacheEntry, CacheRpc } from "../../../../schema/wire/cache-rpc.ts";
import type { RequestScope } from "../../http/request-scope.ts";
import type { Caching } from "./caching.ts";
import { type CollectedAnswer, textOfParts } from "./collected-answer.ts";
import type { CacheQuestion } from "./judge.ts";
import type { Looked } from "./look-up.ts";
import { type KeptAnswer, sealAnswer } from "./sealed-answer.ts";

/** What an answer was, beside its content. */
export interface AnswerFacts {
  readonly usage: Usage;
  readonly upstream_model: string | null;
  readonly took_ms: number;
  readonly cost_nano_usd: NanoUsd;
  readonly request_id: string;
}

export interface AnswerContent {
  readonly collected: CollectedAnswer;
  /** The text that the caller got, where that is what is kept. */
  readonly body: string | null;
}

/** An answer as it is kept; null where it must not be: not whole, filtered, with tools, or with what is nobody else's. */
export function keptAnswer(
  { collected, body }: AnswerContent,
  { usage, upstream_model, took_ms, request_id }: AnswerFacts,
  { meaning }: CacheQuestion,
  { tool_calls }: CacheSetting,
): KeptAnswer | null {
  const answer = { v: 1, question: meaning?.text ?? null, usage, upstream_model, took_ms, request_id } as const;
  if (body !== null) return { ...answer, content: { body }, finish_reason: null };
  const { parts } = collected;
  if (parts === null || (collected.has_tool_calls && !tool_calls)) return null;
  if (findSensitive(textOfParts(parts)) !== null) return null;
  const finish = parts.find((part) => part.type === "finish");
  return { ...answer, content: { parts: [...parts] }, finish_reason: finish?.reason ?? null };
}

/** Seals an answer and gives it to the cache's object. Throws where that does not answer. */
export async function storeAnswer(
  answer: KeptAnswer,
  { question, found }: Looked,
  {
    object,
    scope,
    setting,
    kind,
    replace,
  }: {
    readonly object: CacheRpc;
    readonly scope: RequestScope;
    readonly setting: CacheSetting;
    readonly kind: Caching["kind"];
    readonly replace: boolean;
  },
): Promise<void> {
  const { effects, config } = scope;
  const { namespace, model, exact_key, meaning } = question;
  const created_at = effects.now();
  const place: Omit<CacheEntry, "sealed"> = {
    id: effects.newId("cache_entry"),
    exact_key,
    partition: meaning?.partition ?? null,
    model,
    created_at,
    expires_at: created_at + ttlOf(setting, model),
  };
  const sealed = await sealAnswer(answer, { ...place, namespace }, masterKeysOf(config), effects);
  const { generation, vector } = found;
  const { max_bytes } = setting;
  await object.store({ generation, entry: { ...place, sealed }, kind, vector, max_bytes, replace });
}
