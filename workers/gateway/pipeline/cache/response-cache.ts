import type { CacheStatus } from "../../../../schema/caching/cache-status.ts";
import type { Part } from "../../../../schema/canonical/parts.ts";
import { masterKeysOf } from "../../../../schema/credential/master-keys.ts";
import { log } from "../../../../schema/kernel/log.ts";
import { formatUsd, type NanoUsd, ZERO_USD } from "../../../../schema/kernel/money.ts";
import type { CacheRpc } from "../../../../schema/wire/cache-rpc.ts";
import type { RequestRecord } from "../../../../schema/wire/request-record.ts";
import type { RequestScope } from "../../http/request-scope.ts";
import type { Attempt } from "../plan.ts";
import type { CacheCall } from "./cache-call.ts";
import type { Caching } from "./caching.ts";
import { CollectedAnswer } from "./collected-answer.ts";
import { type Judged, judge } from "./judge.ts";
import { type AnswerFacts, keptAnswer, storeAnswer } from "./keep-answer.ts";
import { cacheObject, floorOf, LookUp } from "./look-up.ts";
import { readWish } from "./read-wish.ts";
import { shadowObservation } from "./shadow.ts";

export type CacheHitFound = Extract<Judged, { status: "hit" }>;

/** Of the reasons why nothing was found, those that somebody has to look at. */
const BROKEN: ReadonlySet<string> = new Set(["unavailable", "late", "meaning_failed", "integrity"]);

/** Larger answers are not kept: a row of the cache's object holds 2 MB. */
const BODY_CHARS_MAX = 1_500_000;

/**
 * The response cache as one request meets it. Looked into beside the admission, within a budget of time; added to behind the
 * answer. Whatever goes wrong with it is a miss.
 */
export class ResponseCache {
  readonly #scope: RequestScope;
  readonly #call: CacheCall;
  readonly #caching: Caching;
  readonly #attempt: Attempt;
  readonly #look: boolean;
  readonly #began_at: number;
  /** Null where the caller wants nothing of a cache. */
  readonly #look_up: LookUp | null;
  #status: CacheStatus = "bypass";
  #reason: string | null;
  #score: number | null = null;
  #age_ms: number | null = null;
  #source_request_id: string | null = null;
  #saved_nano_usd: NanoUsd = ZERO_USD;
  #saved_ms = 0;
  #judged: Judged = { status: "none" };
  #collected: CollectedAnswer | null = null;
  #body: string | null = null;

  /** Begins to look. `found` says what came of it. */
  constructor(scope: RequestScope, call: CacheCall, caching: Caching, attempt: Attempt, headers: Headers) {
    this.#scope = scope;
    this.#call = call;
    this.#caching = caching;
    this.#attempt = attempt;
    const { look, keep } = readWish(headers);
    this.#look = look;
    this.#began_at = scope.effects.now();
    this.#reason = look ? null : "asked";
    this.#look_up = keep ? new LookUp(scope, call, caching, attempt, look) : null;
  }

  /** What is served, once the look-up or its time has ended; null where the provider is to be asked. Never rejects. */
  async found(): Promise<CacheHitFound | null> {
    const hit = await this.#findHit();
    // From when it began, beside the admission.
    this.#scope.trace?.add({
      name: "cache",
      kind: "internal",
      started_at: this.#began_at,
      attributes: {
        "ao.cache.status": hit === null ? this.#status : `hit-${hit.tier}`,
        "ao.cache.reason": this.#reason,
        "ao.cache.score": this.#score,
      },
      error: this.#reason !== null && BROKEN.has(this.#reason) ? this.#reason : null,
    });
    return hit;
  }

  async #findHit(): Promise<CacheHitFound | null> {
    const look_up = this.#look_up;
    if (look_up === null || !this.#look) return null;
    const found = await look_up.inTime();
    const { question, problem } = look_up;
    this.#reason = problem;
    if (question === null) return null;
    this.#status = "miss";
    if (found === null) return null;
    const { effects, config, waitUntil, request_id } = this.#scope;
    const { setting } = this.#call;
    this.#judged = await judge(question, found, {
      now: effects.now(),
      threshold: floorOf(setting),
      master: masterKeysOf(config),
      onBroken: ({ id }) => {
        log("error", "cache_entry_broken", { request_id, entry_id: id });
        waitUntil(this.#tell((object) => object.remove(id)));
      },
    });
    return this.#served();
  }

  #served(): CacheHitFound | null {
    const judged = this.#judged;
    if (judged.status === "none") return null;
    this.#score = judged.score;
    if (this.#call.setting.mode === "shadow") {
      this.#reason = "shadow";
      return null;
    }
    if (judged.status === "hit") return judged;
    this.#status = "refused";
    this.#reason = judged.reason;
    return null;
  }

  /** A hit is served, at that price. */
  serve({ tier, entry, answer }: CacheHitFound, saved_nano_usd: NanoUsd): void {
    this.#status = `hit-${tier}`;
    const now = this.#scope.effects.now();
    this.#age_ms = Math.max(0, now - entry.created_at);
    this.#source_request_id = answer.request_id ?? null;
    this.#saved_ms = Math.max(0, answer.took_ms - (now - this.#scope.started_at));
    this.#saved_nano_usd = saved_nano_usd;
    this.#scope.waitUntil(this.#tell((object) => object.served(entry.id, saved_nano_usd)));
  }

  /** A provider is called: its answer is collected, where it may be kept. Of several calls the last one's. */
  called(attempt: Attempt, imposed: boolean): void {
    const before = this.#collected;
    // An answer that two models gave, that another one gave, or that the wallet cut short, is not this request's.
    const own = !imposed && attempt.name === this.#attempt.name && before?.seen !== true;
    this.#collected = this.#look_up !== null && own ? new CollectedAnswer() : null;
  }

  observe(parts: readonly Part[]): void {
    this.#collected?.observe(parts);
  }

  /** The whole answer as the caller gets it. */
  observeBody(body: string): void {
    if (this.#caching.replay === null && body.length <= BODY_CHARS_MAX) this.#body = body;
  }

  /** The answer was delivered whole: it is kept where it may be, behind it. Never rejects. */
  async keep(facts: AnswerFacts): Promise<void> {
    const looked = await (this.#look_up?.atLast() ?? null);
    if (looked === null || this.#collected === null) return;
    const content = { collected: this.#collected, body: this.#caching.replay === null ? this.#body : null };
    const { setting } = this.#call;
    const scope = this.#scope;
    await this.#tell(async (object) => {
      if (setting.mode === "shadow" && this.#look) {
        await object.observe(shadowObservation(this.#judged, content, facts, scope.effects.now(), this.#attempt.name));
      }
      const answer = keptAnswer(content, facts, looked.question, setting);
      if (answer === null) return;
      const { kind } = this.#caching;
      await storeAnswer(answer, looked, { object, scope, setting, kind, replace: !this.#look });
    });
  }

  /** Tells the object something that nobody waits for. */
  async #tell(run: (object: CacheRpc) => Promise<unknown>): Promise<void> {
    try {
      await run(cacheObject(this.#scope, this.#call.namespace));
    } catch (error) {
      log("warn", "cache_not_told", { request_id: this.#scope.request_id, reason: String(error) });
    }
  }

  /** For the answer. */
  get headers(): Readonly<Record<string, string>> {
    return {
      "x-ao-cache": this.#status,
      ...(this.#reason === null ? {} : { "x-ao-cache-reason": this.#reason }),
      ...(this.#score === null ? {} : { "x-ao-cache-score": this.#score.toFixed(4) }),
      ...(this.#age_ms === null
        ? {}
        : {
            "x-ao-cache-age": String(Math.floor(this.#age_ms / 1000)),
            "x-ao-cache-saved-usd": formatUsd(this.#saved_nano_usd),
          }),
    };
  }

  /** For the log. */
  get record(): NonNullable<RequestRecord["cache"]> {
    return {
      status: this.#status,
      score: this.#score,
      saved_nano_usd: this.#saved_nano_usd,
      saved_ms: this.#saved_ms,
      detail: { reason: this.#reason, age_ms: this.#age_ms, source_request_id: this.#source_request_id },
    };
  }
}
