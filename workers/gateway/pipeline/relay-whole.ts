import { readBounded } from "../../../schema/http/read-json-body.ts";
import { type Refusal, type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { isJsonObject, tryParseJson } from "../../../schema/kernel/json.ts";
import { LIMITS } from "../../../schema/kernel/limits.ts";
import type { Translation } from "../providers/kit/provider.ts";
import type { Bill, Exchange } from "./exchange.ts";
import { refusalOf } from "./upstream-refusal.ts";

/** A whole answer, ready to be sent. */
export interface WholeAnswer {
  readonly body: string;
  readonly bill: Bill;
}

/** `stated`: the provider itself says that it failed, so nothing is owed. Otherwise what it bills is unknown. */
export interface UnusableAnswer extends Refused {
  readonly stated?: true;
}

/**
 * Reads a provider's whole answer, meters it and renders it for the caller. An answer in the caller's own dialect goes on
 * as the text that came.
 */
export async function relayWhole(
  exchange: Exchange,
  response: Response,
  translation: Translation,
): Promise<WholeAnswer | UnusableAnswer> {
  const { operation, attempt } = exchange;
  const text = await readAnswer(response);
  if (text === null) return refuse("upstream_error", { message: "The provider's answer is larger than 32 MiB." });
  const body = tryParseJson(text);
  if (!isJsonObject(body)) return refuse("upstream_error", { message: "The provider's answer is not a JSON object." });
  const { parts, render } = operation.read(body, translation, response.headers);
  exchange.observe(parts);
  if (exchange.failure !== null) return { refused: refusalOf(exchange.failure), stated: true };
  exchange.texts?.delivered(parts);
  const bill = await exchange.bill();
  if (render === null) return { body: text, bill };
  const identity = {
    id: `${operation.id_prefix}${exchange.meter.upstream_id ?? exchange.scope.request_id}`,
    created: Math.floor(exchange.scope.started_at / 1000),
    model: exchange.meter.upstream_model ?? attempt.model.upstream_id,
  };
  return { body: JSON.stringify(render(identity, bill.usage)), bill };
}

/** The refusal of an answer whose body broke off while it was read. */
export const brokenAnswer = (error: unknown): Refusal => ({
  code: "upstream_error",
  message: `The provider's answer broke off (${error instanceof Error ? error.name : "error"}).`,
});

/** The answer's text, or null when it is too large. A stated length is enforced by the runtime: the native read is safe. */
async function readAnswer(response: Response): Promise<string | null> {
  const length = response.headers.get("content-length");
  const stated = length !== null && response.headers.get("content-encoding") === null ? Number(length) : null;
  if (stated !== null && stated <= LIMITS.upstream_answer_bytes) return await response.text();
  return response.body === null ? "" : await readBounded(response.body, LIMITS.upstream_answer_bytes);
}
