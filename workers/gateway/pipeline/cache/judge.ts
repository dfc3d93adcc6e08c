import type { MasterKeys } from "../../../../schema/credential/master-keys.ts";
import { similarity } from "../../../../schema/semantics/similarity.ts";
import { vetoed } from "../../../../schema/semantics/veto.ts";
import type { CacheEntry, CacheFound } from "../../../../schema/wire/cache-rpc.ts";
import { type KeptAnswer, openAnswer } from "./sealed-answer.ts";

/** What a request is in the cache's terms. */
export interface CacheQuestion {
  readonly namespace: string;
  /** `provider/model`. */
  readonly model: string;
  readonly exact_key: string;
  /** Null where it is not looked for by its meaning. */
  readonly meaning: Meaning | null;
}

interface Meaning {
  readonly partition: string;
  readonly text: string;
}

export type Judged =
  | {
      readonly status: "hit";
      readonly tier: "exact" | "semantic";
      readonly score: number;
      readonly entry: CacheEntry;
      readonly answer: KeptAnswer;
    }
  /** Something was found, and this is why it is not served. */
  | { readonly status: "refused"; readonly reason: string; readonly score: number | null }
  | { readonly status: "none" };

export interface JudgeOptions {
  readonly now: number;
  readonly threshold: number;
  readonly master: MasterKeys;
  /** Told of each entry that is not what was stored. */
  readonly onBroken: (entry: CacheEntry) => void;
}

/**
 * Which of the entries that were found is served, if any. Nothing that the index or the object says is believed: place,
 * lifetime and content are checked on the sealed record, and then the question itself.
 */
export async function judge(question: CacheQuestion, found: CacheFound, options: JudgeOptions): Promise<Judged> {
  let refused: Judged = { status: "none" };
  const { exact } = found;
  if (exact !== null) {
    const checked = await check(exact, question, options);
    if ("answer" in checked && exact.exact_key === question.exact_key) {
      return { status: "hit", tier: "exact", score: 1, entry: exact, answer: checked.answer };
    }
    refused = { status: "refused", reason: "reason" in checked ? checked.reason : "other_request", score: null };
  }
  const { meaning } = question;
  if (meaning === null) return refused;
  for (const { score: cosine, ...entry } of found.near) {
    const near = await compare(entry, cosine, { ...question, meaning }, options);
    if (near.status === "hit") return near;
    if (refused.status === "none") refused = near;
  }
  return refused;
}

/** One candidate by its meaning. None is one that is not near enough. */
async function compare(
  entry: CacheEntry,
  cosine: number,
  question: CacheQuestion & { readonly meaning: Meaning },
  options: JudgeOptions,
): Promise<Judged> {
  const { text, partition } = question.meaning;
  const refused = (reason: string, score: number): Judged => ({ status: "refused", reason, score });
  if (entry.partition !== partition) return refused("other_partition", cosine);
  const checked = await check(entry, question, options);
  if ("reason" in checked) return refused(checked.reason, cosine);
  const stored = checked.answer.question;
  if (stored === null) return refused("no_question", cosine);
  const score = similarity(text, stored, cosine);
  if (score < options.threshold) return { status: "none" };
  const veto = vetoed(text, stored);
  if (veto !== null) return refused(`veto_${veto}`, score);
  return { status: "hit", tier: "semantic", score, entry, answer: checked.answer };
}

async function check(
  entry: CacheEntry,
  { namespace, model }: CacheQuestion,
  { now, master, onBroken }: JudgeOptions,
): Promise<{ readonly answer: KeptAnswer } | { readonly reason: string }> {
  if (entry.expires_at <= now || entry.created_at > now + CLOCKS_APART_MS) return { reason: "expired" };
  const { sealed, ...place } = entry;
  const answer = entry.model === model ? await openAnswer(sealed, { ...place, namespace }, master) : null;
  if (answer !== null) return { answer };
  onBroken(entry);
  return { reason: "integrity" };
}

/** How far the clocks of two machines may be apart. */
const CLOCKS_APART_MS = 60_000;
