import { inputTokens, outputTokens } from "../../../schema/canonical/usage.ts";
import { providerName } from "../traces/provider-names.ts";
import { usdAttribute } from "../traces/trace.ts";
import type { Bill, Ending, Exchange } from "./exchange.ts";

/** `gen_ai.operation.name` by the caller's dialect; everything else is a chat. */
const OPERATIONS: Readonly<Record<string, string>> = { "openai-embeddings": "embeddings", rerank: "rerank" };

/**
 * The call of a provider as a span, by OpenTelemetry's conventions for generative AI: named `chat gpt-5-mini`, with an event
 * for the first byte. Source: semantic conventions, `gen_ai` spans. Nothing of a prompt or an answer is in it.
 */
export function traceAttempt(exchange: Exchange, ending: Ending): void {
  const { trace } = exchange.scope;
  const { called_at, first_byte_at, attempt, meter, operation } = exchange;
  if (trace === null || trace === undefined || called_at === null) return;
  const kind = OPERATIONS[operation.dialect] ?? "chat";
  const usage = meter.usage;
  trace.add({
    name: `${kind} ${attempt.model.upstream_id}`,
    kind: "client",
    span_id: exchange.span_id,
    started_at: called_at,
    error: failureOf(exchange, ending),
    events: first_byte_at === null ? [] : [{ name: "first_byte", at: first_byte_at }],
    attributes: {
      "gen_ai.operation.name": kind,
      "gen_ai.provider.name": providerName(attempt.account.kind),
      "gen_ai.request.model": attempt.model.upstream_id,
      "gen_ai.request.stream": operation.streamed,
      "gen_ai.response.model": meter.upstream_model,
      "gen_ai.response.id": meter.upstream_id,
      "gen_ai.response.finish_reasons": meter.finish_reason === null ? null : [meter.finish_reason],
      "gen_ai.response.time_to_first_chunk": first_byte_at === null ? null : (first_byte_at - called_at) / 1000,
      "gen_ai.usage.input_tokens": usage === null ? null : inputTokens(usage),
      "gen_ai.usage.output_tokens": usage === null ? null : outputTokens(usage),
      "ao.provider_id": attempt.account.id,
      "ao.model": attempt.name,
      "ao.attempt": exchange.attempts,
      "ao.price_id": attempt.price.price_id,
    },
  });
}

/** A class, never the provider's words. */
function failureOf({ call_error, meter }: Exchange, { outcome }: Ending): string | null {
  const error = call_error ?? meter.error;
  if (error !== null) return error.class;
  return outcome === "completed" || outcome === "cut" ? null : outcome;
}

/** Facts of the whole request, which its end knows. */
export function traceEnd(exchange: Exchange, ending: Ending, bill: Bill): void {
  const { scope, context, attempts } = exchange;
  scope.trace?.set({
    "ao.org_id": context.org_id,
    "ao.key_id": context.key_id,
    "ao.model": context.model,
    "ao.outcome": ending.outcome,
    "ao.cost_usd": usdAttribute(exchange.costOf(bill)),
    "ao.attempts": attempts,
    "ao.feature": context.feature,
    "ao.rule_id": context.routing?.rule_id,
  });
}
