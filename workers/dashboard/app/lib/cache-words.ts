import { CACHE_HITS } from "../../../../schema/caching/cache-status.ts";
import type { VetoReason } from "../../../../schema/semantics/veto.ts";
import { count } from "./format.ts";

/** What the response cache did with a request, in words. Pure. */

export interface CacheWords {
  /** In a badge, and in a list of filters. */
  readonly label: string;
  readonly tone: "accent" | "warn" | "neutral";
  readonly sentence: string;
}

const STATUSES: Readonly<Record<string, CacheWords>> = {
  "hit-exact": {
    label: "Hit: the same request",
    tone: "accent",
    sentence: "Answered from the cache: the same request had been answered before. No provider was called.",
  },
  "hit-semantic": {
    label: "Hit: the same meaning",
    tone: "accent",
    sentence:
      "Answered from the cache: a question that means the same had been answered before. No provider was called.",
  },
  miss: { label: "Miss", tone: "neutral", sentence: "Nothing fitting was there in time, so the provider was asked." },
  refused: {
    label: "Found and refused",
    tone: "warn",
    sentence: "Something near was found and did not pass the checks, so the provider was asked.",
  },
  bypass: { label: "Bypassed", tone: "neutral", sentence: "Nothing was looked for, so the provider was asked." },
};

/** Of a status as the API has it; one that is not known here is said as it stands. */
export const cacheWords = (status: string): CacheWords =>
  STATUSES[status] ?? { label: status, tone: "neutral", sentence: `The cache says “${status}” of it.` };

export const isHit = (status: string | null): boolean => CACHE_HITS.some((hit) => hit === status);

export const CACHE_OPTIONS = [
  { value: "hit", label: "Hit of either kind" },
  ...Object.entries(STATUSES).map(([value, { label }]) => ({ value, label })),
];

const REASONS: Readonly<Record<string, string>> = {
  asked: "The caller asked for an answer of the provider's own, by a header.",
  late: "The cache took longer than a request waits for it.",
  unavailable: "The cache did not answer.",
  meaning_failed: "It could not be looked for by its meaning.",
  integrity: "What was found is not what had been kept. It was removed.",
  expired: "What was found is older than it may be.",
  other_request: "What was found is the answer to another request.",
  other_partition: "What was found belongs to another conversation.",
  no_question: "What was found is not kept with its question.",
  sensitive: "It has personal data or a secret in it.",
  media: "It has pictures, sound or files.",
  audio: "It asks for sound.",
  logprobs: "It asks for log probabilities.",
  several_choices: "It asks for several answers at once.",
  web_search: "It searches the web.",
  native_feature: "It uses something that only a provider of this dialect can do.",
  too_large: "It is larger than what is cached.",
};

const VETOES: Readonly<Record<string, string>> = {
  language: "is in another language",
  literal: "has another name, code or quotation in it",
  number: "has another number or date in it",
  negation: "says the opposite by a negation",
  quantifier: "speaks of another amount",
  antonym: "has a word of the opposite meaning",
  word: "has a word that this one has not",
  question: "asks for something else",
  tense: "is about another time",
  person: "is about another person",
  order: "has who and whom the other way round",
  length: "is too long to be compared",
  empty: "has too few words to be compared",
} satisfies Readonly<Record<VetoReason, string>>;

/** What the cache did, and why where there is a reason, as the header `x-ao-cache-reason` has it. */
export function cacheSentence(status: string, reason: string | null): string {
  const { sentence } = cacheWords(status);
  if (reason === null) return sentence;
  // Something may have been found then, so this is no miss as others are.
  if (reason === "shadow")
    return "The provider was asked: a setting in shadow mode looks, reports, and serves nothing.";
  return `${sentence} ${reasonText(reason)}`;
}

function reasonText(reason: string): string {
  const veto = /^veto_(.+)$/.exec(reason)?.[1];
  if (veto !== undefined) return `The question that was found ${VETOES[veto] ?? `differs: ${veto}`}.`;
  return REASONS[reason] ?? `The reason is “${reason}”.`;
}

/** "12 seconds", "3 hours": in the largest unit of which it has one at least. */
export function ageText(ms: number): string {
  const [unit, one] = UNITS.find(([, length]) => ms >= length) ?? ["second", 1_000];
  const whole = Math.floor(ms / one);
  return count(whole, unit, `${unit}s`);
}

const UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
] as const;
