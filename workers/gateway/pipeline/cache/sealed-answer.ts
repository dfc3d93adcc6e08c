import * as z from "zod";
import { usageSchema } from "../../../../schema/canonical/usage.ts";
import { deriveAesKey, openJson, sealJson } from "../../../../schema/credential/aes-gcm.ts";
import type { MasterKeys } from "../../../../schema/credential/master-keys.ts";
import type { Effects } from "../../../../schema/kernel/effects.ts";
import { canonicalJson } from "../../../../schema/kernel/json.ts";
import type { CacheEntry } from "../../../../schema/wire/cache-rpc.ts";

/** Parts that are kept. Errors never are, and the rest is told beside them. */
const part = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text"), choice: z.literal(0), text: z.string() }),
  z.object({ type: z.literal("reasoning"), choice: z.literal(0), text: z.string() }),
  z.object({ type: z.literal("reasoning_signature"), choice: z.literal(0), signature: z.string() }),
  z.object({
    type: z.literal("tool_call"),
    choice: z.literal(0),
    index: z.int(),
    id: z.string(),
    name: z.string(),
    signature: z.string().exactOptional(),
  }),
  z.object({ type: z.literal("tool_arguments"), choice: z.literal(0), index: z.int(), json: z.string() }),
  z.object({
    type: z.literal("finish"),
    choice: z.literal(0),
    reason: z.enum(["stop", "length", "tool_calls"]),
    raw: z.string().nullable(),
  }),
]);
export type KeptPart = z.infer<typeof part>;

const schema = z.object({
  v: z.literal(1),
  /** What was asked, as it is compared by its meaning; null where it is not. */
  question: z.string().nullable(),
  content: z.union([z.object({ parts: z.array(part) }), z.object({ body: z.string() })]),
  usage: usageSchema,
  upstream_model: z.string().nullable(),
  finish_reason: z.enum(["stop", "length", "tool_calls"]).nullable(),
  /** How long the provider took. */
  took_ms: z.int(),
  /** The request that it was made for; absent from what was kept before that was. */
  request_id: z.string().exactOptional(),
});

/** An answer as it is kept. Prompt text is in it, so it leaves the gateway sealed only. */
export type KeptAnswer = z.infer<typeof schema>;

/** What binds a sealed answer to its place: whatever of it differs, it does not open. */
export type EntryPlace = Omit<CacheEntry, "sealed"> & { readonly namespace: string };

/** Seals an answer under a key of the org's own that is derived from the master key. Nonce, ciphertext and tag. */
export async function sealAnswer(
  answer: KeptAnswer,
  place: EntryPlace,
  master: MasterKeys,
  effects: Pick<Effects, "randomBytes">,
): Promise<Uint8Array> {
  return await sealJson(await keyOf(master.current, place), contextOf(place), answer, effects);
}

/** The answer, or null where anything of it is not as it was sealed: content, place, lifetime or key. */
export async function openAnswer(
  sealed: Uint8Array,
  place: EntryPlace,
  master: MasterKeys,
): Promise<KeptAnswer | null> {
  for (const key of [master.current, master.previous]) {
    const opened = key === null ? null : await openJson(await keyOf(key, place), contextOf(place), sealed);
    if (opened !== null) return schema.safeParse(opened).data ?? null;
  }
  return null;
}

const contextOf = ({ namespace, id, exact_key, partition, model, created_at, expires_at }: EntryPlace): string =>
  canonicalJson({ namespace, id, exact_key, partition, model, created_at, expires_at });

/** Derived keys by master key and org. Bounded by dropping all. */
const derived = new WeakMap<Uint8Array, Map<string, CryptoKey>>();
const KEYS_MAX = 1_000;

async function keyOf(master: Uint8Array, { namespace }: EntryPlace): Promise<CryptoKey> {
  const org_id = namespace.slice(0, namespace.indexOf("/"));
  const of_master = derived.get(master) ?? new Map<string, CryptoKey>();
  const known = of_master.get(org_id);
  if (known !== undefined) return known;
  const key = await deriveAesKey(master, `purpose:response-cache/${org_id}`);
  if (of_master.size >= KEYS_MAX) of_master.clear();
  of_master.set(org_id, key);
  derived.set(master, of_master);
  return key;
}
