import * as z from "zod";
import { openJson, sealJson } from "../credential/aes-gcm.ts";
import type { DataKey } from "../credential/data-key.ts";
import type { Bytes } from "../kernel/base64.ts";
import type { Effects } from "../kernel/effects.ts";
import type { TextsPlace } from "./bucket.ts";

/** A tool call that a model made. `arguments` is JSON text as it came, which may have been cut off. */
const toolCall = z.object({ id: z.string(), name: z.string(), arguments: z.string() });

/** What one choice of an answer said, as far as it was delivered; what it did not say is null. */
const choice = z.object({
  index: z.int(),
  text: z.string().nullable(),
  reasoning: z.string().nullable(),
  refusal: z.string().nullable(),
  tool_calls: z.array(toolCall),
  finish_reason: z.string().nullable().describe("As the provider said it; null where the answer broke off."),
});
export type StoredChoice = z.infer<typeof choice>;

/** The texts of a request. Prompt text is in it, so it leaves the gateway sealed only. */
export const storedTexts = z.object({
  v: z.literal(1),
  request: z
    .looseObject({ kind: z.enum(["chat", "embeddings", "rerank"]) })
    .describe(
      "What was asked, as OpenAI's API has it whatever the caller spoke: `messages` and `tools` of a chat, `input` of embeddings, `query` and `documents` of a ranking. Media are `{media_type, bytes, sha256}`.",
    ),
  choices: z.array(choice).describe("What was answered. Vectors and scores are not texts, and not kept."),
  outcome: z.string().describe("How the request ended, as the request log has it."),
  truncated: z.boolean().describe("Whether something was too long and is cut, oldest messages first."),
});
export type StoredTexts = z.infer<typeof storedTexts>;

/** Seals texts with a data key of their org, for their place. Nonce, ciphertext and tag. */
export async function sealTexts(
  dataKey: DataKey,
  place: TextsPlace,
  texts: StoredTexts,
  effects: Pick<Effects, "randomBytes">,
): Promise<Bytes> {
  if (dataKey.org_id !== place.org_id) throw new Error("texts are sealed with a data key of another org");
  return await sealJson(dataKey.key, contextOf(place), texts, effects);
}

/** The texts, or null where anything is not as it was sealed: content, place or key. */
export async function openTexts(dataKey: DataKey, place: TextsPlace, sealed: Bytes): Promise<StoredTexts | null> {
  if (dataKey.org_id !== place.org_id) return null;
  return storedTexts.safeParse(await openJson(dataKey.key, contextOf(place), sealed)).data ?? null;
}

/** No credential has such a context: theirs begin with the org. */
const contextOf = ({ org_id, request_id }: TextsPlace): string => `request-texts/${org_id}/${request_id}`;
