import type { Part } from "../../../schema/canonical/parts.ts";
import type { Usage } from "../../../schema/canonical/usage.ts";
import type { Refused } from "../../../schema/kernel/errors.ts";
import type { JsonObject } from "../../../schema/kernel/json.ts";
import type { DialectId } from "../../../schema/wire/dialects.ts";
import type { TokenizerRpc } from "../../../schema/wire/tokenizer-rpc.ts";
import type { AnswerIdentity } from "../dialects/chat-dialect.ts";
import type { StreamRenderer } from "../dialects/stream-renderer.ts";
import type { StreamFold, Translation } from "../providers/kit/provider.ts";
import type { Caching } from "./cache/caching.ts";
import type { Estimate, EstimateOptions } from "./estimate.ts";
import type { Attempt } from "./plan.ts";

/** Media that were fetched for a provider which cannot fetch them, by URL, as data URLs. */
export type FetchedMedia = ReadonlyMap<string, string>;

/** A whole answer that was read. */
export interface ReadAnswer {
  readonly parts: readonly Part[];
  /** The answer in the caller's dialect; null when the provider's own text is in it already. */
  readonly render: ((identity: AnswerIdentity, usage: Usage) => object) | null;
}

/** The texts of what is asked. */
export type AskedTexts = JsonObject & { readonly kind: "chat" | "embeddings" | "rerank" };

/**
 * What is asked of one provider: a chat answer in the caller's dialect, embeddings, a ranking. It knows how much the
 * request may cost, how the provider is asked, and how its answer is read and rendered; the pipeline around it holds the
 * money, makes the call and keeps the clock.
 */
export interface Operation {
  readonly attempt: Attempt;
  readonly dialect: DialectId;
  readonly streamed: boolean;
  /** Whether the caller bounded the answer, so that the wallet need not. */
  readonly bounded_by_caller: boolean;
  /** Of answer ids, `chatcmpl-`. */
  readonly id_prefix: string;
  estimate(options?: EstimateOptions): Estimate;
  /** What is billed when the provider reports no usage and it is no tokens that it bills: the most pieces there can be. */
  readonly unreported_usage?: Usage;
  /** Prompt tokens as the tokenizer counts them, or null when it does not answer or cannot count this. */
  countPrompt(tokenizer: TokenizerRpc): Promise<number | null>;
  /** The provider's own request, with the output bound that the estimate imposes or rests on. */
  translate(estimate: Estimate, media?: FetchedMedia): Translation | Refused;
  read(body: JsonObject, translation: Translation, headers?: Headers): ReadAnswer;
  /** How its streams are read; null where there are none. */
  readonly fold: StreamFold<unknown> | null;
  createRenderer(identity: AnswerIdentity): StreamRenderer | null;
  /** Absent: answers of it are never kept. */
  readonly caching?: Caching;
  /** What is asked, where it is to be stored: in OpenAI's words, whatever the caller spoke. */
  texts(): AskedTexts;
}
