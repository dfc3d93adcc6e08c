import { looksExactly } from "../../../../schema/caching/cache-setting.ts";
import { objectNamed } from "../../../../schema/clients/object-named.ts";
import { log } from "../../../../schema/kernel/log.ts";
import type { CacheFound, CacheRpc, MeaningAsked } from "../../../../schema/wire/cache-rpc.ts";
import type { RequestScope } from "../../http/request-scope.ts";
import type { Attempt } from "../plan.ts";
import type { CacheCall } from "./cache-call.ts";
import type { Caching } from "./caching.ts";
import type { CacheQuestion } from "./judge.ts";
import { questionOf } from "./question.ts";

/** In shadow, what lies lower than the threshold is looked at, too: that is what one is chosen by. */
const SHADOW_FLOOR = 0.8;

/** What a vector must have in common with the question's to be looked at: the words may bring the two nearer. */
const CANDIDATE_FLOOR = 0.5;

/** A look-up that has not come back this long after the answer never will. */
const GIVEN_UP_MS = 10_000;

export interface Looked {
  readonly question: CacheQuestion;
  readonly found: CacheFound;
}

/** The least score that is of interest to a setting. */
export const floorOf = ({ mode, threshold }: CacheCall["setting"]): number =>
  mode === "shadow" ? Math.min(SHADOW_FLOOR, threshold) : threshold;

/** The cache's object of a namespace. Throws where this gateway has none. A stub of one request only. */
export function cacheObject({ env }: RequestScope, namespace: string): CacheRpc {
  if (env.CACHE === undefined) throw new Error("there is no cache");
  return objectNamed(env.CACHE, namespace);
}

/**
 * One look into the cache, begun before the request is admitted and waited for behind that, within a budget of time from
 * its beginning. It may go on behind the budget: what it brings then is only good for keeping the answer.
 */
export class LookUp {
  /** What is asked in the cache's terms; null until that is known, and where there is none. */
  question: CacheQuestion | null = null;
  /** Why nothing was found that might be there. */
  problem: string | null = null;
  /** Never rejects. Null where nothing can be looked for, or nobody answers. */
  readonly looked: Promise<Looked | null>;
  readonly #scope: RequestScope;
  readonly #call: CacheCall;
  readonly #late: Promise<"late">;
  readonly #over = new AbortController();
  #admit: () => void = () => undefined;
  readonly #admitted: Promise<void>;

  /** `look` false: nothing is to be found, and what comes of the request may be kept. */
  constructor(scope: RequestScope, call: CacheCall, caching: Caching, attempt: Attempt, look: boolean) {
    this.#scope = scope;
    this.#call = call;
    this.#admitted = new Promise((resolve) => {
      this.#admit = resolve;
    });
    this.#late = scope.effects.wait(scope.config.AO_CACHE_BUDGET_MS, this.#over.signal).then(() => "late" as const);
    this.looked = this.#begin(caching, attempt, look).catch((error: unknown) => {
      this.problem = "unavailable";
      log("warn", "cache_unanswered", { request_id: scope.request_id, reason: String(error) });
      return null;
    });
  }

  /** What was found in time, once the request is admitted; null is nothing. */
  async inTime(): Promise<CacheFound | null> {
    this.#admit();
    const looked = await Promise.race([this.looked, this.#late]);
    this.#over.abort();
    if (looked !== "late") return looked?.found ?? null;
    this.problem = "late";
    return null;
  }

  /** What it has brought by the time that the answer is there: nobody waits for it any more, and not for ever. */
  async atLast(): Promise<Looked | null> {
    const done = new AbortController();
    const given_up = this.#scope.effects.wait(GIVEN_UP_MS, done.signal).then(() => null);
    const looked = await Promise.race([this.looked, given_up]);
    done.abort();
    return looked;
  }

  async #begin(caching: Caching, attempt: Attempt, look: boolean): Promise<Looked | null> {
    const question = await questionOf(caching, attempt, this.#call);
    if ("unfit" in question) {
      this.problem = question.unfit;
      return null;
    }
    this.question = question;
    const { setting, embed } = this.#call;
    const object = cacheObject(this.#scope, question.namespace);
    const meaning = this.#meaningOf(question);
    // Also for an answer that is only to be kept: what is flushed meanwhile is known by what this answers.
    const first = await object.find({
      exact_key: look && looksExactly(setting) ? question.exact_key : null,
      meaning: look && embed === undefined ? meaning : null,
    });
    if (first.meaning === "failed") this.problem = "meaning_failed";
    if (!look || meaning === null || embed === undefined || first.exact !== null) return { question, found: first };
    return { question, found: { ...first, ...(await this.#byPaidVector(object, meaning, embed)) } };
  }

  #meaningOf({ meaning }: CacheQuestion): MeaningAsked | null {
    if (meaning === null) return null;
    const { partition, text } = meaning;
    return { partition, text, vector: null, floor: CANDIDATE_FLOOR };
  }

  /** The vector is a request of its own that the wallet pays: whoever is not admitted does not pay it either. */
  async #byPaidVector(
    object: CacheRpc,
    meaning: MeaningAsked,
    embed: NonNullable<CacheCall["embed"]>,
  ): Promise<Pick<CacheFound, "near" | "meaning" | "vector">> {
    await this.#admitted;
    const vector = await embed(meaning.text ?? "");
    if (vector === null) {
      this.problem = "meaning_failed";
      return { near: [], meaning: "failed", vector: null };
    }
    const {
      near,
      meaning: how,
      vector: used,
    } = await object.find({
      exact_key: null,
      meaning: { ...meaning, text: null, vector },
    });
    if (how === "failed") this.problem = "meaning_failed";
    return { near, meaning: how, vector: used ?? vector };
  }
}
