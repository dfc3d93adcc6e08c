import type { Part } from "../../../../schema/canonical/parts.ts";
import type { DataKey } from "../../../../schema/credential/data-key.ts";
import type { Bytes } from "../../../../schema/kernel/base64.ts";
import { textsBucket } from "../../../../schema/texts/bucket.ts";
import { sealTexts } from "../../../../schema/texts/stored-texts.ts";
import type { RequestContext } from "../../../../schema/wire/request-record.ts";
import type { RequestScope } from "../../http/request-scope.ts";
import type { TextsSetting } from "../../stores/org-snapshot.ts";
import type { TextFailure } from "../../stores/text-failures.ts";
import type { Operation } from "../operation.ts";
import { AnswerTexts } from "./answer-texts.ts";
import { storableRequest } from "./storable-request.ts";
import { storeTexts, tellFailure } from "./store-texts.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** Of whom and what the texts are. */
export type Recorded = Pick<RequestContext, "org_id" | "key_id" | "subject"> & Pick<Operation, "texts">;

/**
 * The texts of one request: gathers the answer as it is delivered, over all attempts, and stores it with the prompt when
 * the request has ended. A failure to do so is logged and counted, and touches nobody else.
 */
export class TextRecorder {
  readonly #scope: RequestScope;
  readonly #setting: TextsSetting;
  readonly #of: Recorded;
  readonly #answer = new AnswerTexts();

  constructor(scope: RequestScope, setting: TextsSetting, of: Recorded) {
    this.#scope = scope;
    this.#setting = setting;
    this.#of = of;
  }

  /** Takes in parts that are on their way to the caller. */
  delivered(parts: readonly Part[]): void {
    this.#answer.observe(parts);
  }

  /** Stores what there is by now, behind everything that somebody waits for. */
  keep(outcome: string): void {
    const { data_key } = this.#setting;
    if (data_key === null) this.#fail("no_key", "the org has no data key that opens");
    else if (textsBucket(this.#scope.env, this.#of.org_id) === null) this.#fail("no_bucket", "there is no bucket");
    else this.#scope.waitUntil(this.#store(data_key, outcome));
  }

  async #store(data_key: DataKey, outcome: string): Promise<void> {
    const { effects, request_id } = this.#scope;
    const { org_id, key_id, subject } = this.#of;
    const place = { org_id, request_id };
    let sealed: Bytes;
    try {
      sealed = await sealTexts(data_key, place, await this.#texts(outcome), effects);
    } catch (error) {
      // What is wrong with the texts may quote them.
      return this.#fail("sealing", error instanceof Error ? error.name : "error");
    }
    const created_at = effects.now();
    const expires_at = created_at + this.#setting.retention_days * DAY_MS;
    const row = { ...place, key_id, subject, data_key_id: data_key.id, bytes: sealed.length, created_at, expires_at };
    await storeTexts(this.#scope, { row, sealed });
  }

  #fail(reason: TextFailure, problem: string): void {
    const { request_id } = this.#scope;
    this.#scope.waitUntil(tellFailure(this.#scope, [request_id], reason, problem));
  }

  async #texts(outcome: string) {
    const { kind, ...asked } = this.#of.texts();
    const { request, truncated } = await storableRequest(asked);
    return {
      v: 1,
      request: { kind, ...request },
      choices: this.#answer.choices,
      outcome,
      truncated: truncated || this.#answer.truncated,
    } as const;
  }
}
