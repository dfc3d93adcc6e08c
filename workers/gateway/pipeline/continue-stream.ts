import { outputTokens } from "../../../schema/canonical/usage.ts";
import type { WalletClient } from "../../../schema/clients/wallet-client.ts";
import { isRefused } from "../../../schema/kernel/errors.ts";
import { ZERO_USD } from "../../../schema/kernel/money.ts";
import type { Translation } from "../providers/kit/provider.ts";
import { upstreamFailure } from "../providers/kit/upstream-failure.ts";
import { mayGoElsewhere } from "./attempt-turns.ts";
import { callProvider } from "./call-provider.ts";
import type { Continuation, Opened } from "./continuation.ts";
import type { Exchange } from "./exchange.ts";
import { type Fallback, isUnpaid, notCalled, prepare, successor, triedAfter } from "./fail-over.ts";
import { finalTranslation, traceparentFor, type Wishes } from "./serve-exchange.ts";

/**
 * Goes on with a stream that broke off: charges what the broken attempt owes, and asks the first of the models that are
 * left and that the wallet covers, under the same hold, each once.
 */
export function continuation(models: readonly Fallback[], wallet: WalletClient, wishes: Wishes): Continuation {
  const left = [...models];
  let output_tokens = 0;
  return {
    async next({ exchange, error, ending, delivered, text }) {
      if (left.length === 0) return null;
      await exchange.hold.rest();
      const bill = ending === null ? null : await exchange.bill();
      const owed = ending === null || bill === null ? null : { ending, bill };
      output_tokens += bill === null ? 0 : outputTokens(bill.usage);
      let tried = triedAfter(exchange, error);
      if (delivered) tried = tried.map((one, at) => (at === tried.length - 1 ? { ...one, delivered: true } : one));
      for (let way = left.shift(); way !== undefined; way = left.shift()) {
        const operation = way.continued?.({ text, output_tokens });
        if (operation === undefined) continue;
        const made = prepare(operation, exchange);
        const refused = isRefused(made) ? made.refused.code : await isUnpaid(exchange, made, { owed, tried, wallet });
        if (isRefused(made) || refused !== null) {
          tried = [...tried, notCalled(way.model, refused ?? "refused")];
          continue;
        }
        const charged_nano_usd = bill === null ? ZERO_USD : bill.cost_nano_usd;
        const next = successor(exchange, made, { failed: error, tried, waited_ms: 0, charged_nano_usd, wallet });
        next.answered_at = exchange.answered_at ?? exchange.first_byte_at;
        const abort = new AbortController();
        const open = () => openStream(next, made.translation, abort, wishes);
        return { exchange: next, abort, used: bill?.usage ?? {}, open };
      }
      return null;
    },
  };
}

/** Calls the provider. Whatever it says against the request is no fault of the caller's, who did not ask this. */
async function openStream(
  exchange: Exchange,
  made: Translation,
  abort: AbortController,
  wishes: Wishes,
): Promise<Opened> {
  const { scope, attempt, operation } = exchange;
  const unable = upstreamFailure(`The answer broke off, and ${attempt.name} could not go on with it.`);
  const translation = await finalTranslation(exchange, made, abort.signal);
  if (isRefused(translation)) return { status: "failed", error: unable, owed: false };
  exchange.called_at = scope.effects.now();
  exchange.cache?.called(attempt, true);
  const options = { request_id: scope.request_id, traceparent: traceparentFor(exchange, wishes), abort };
  const result = await callProvider(scope.env, scope.config, scope.effects, attempt, translation.call, options);
  if (result.status === "caller_gone") return { status: "aborted" };
  if (result.status !== "answered") {
    exchange.call_error = result.error;
    const error = mayGoElsewhere(result.error) ? result.error : unable;
    return { status: "failed", error, owed: result.status === "timed_out" };
  }
  const { body } = result.response;
  const { fold } = operation;
  if (body === null || fold === null) return { status: "failed", error: unable, owed: true };
  return { status: "open", body, fold, translation };
}
