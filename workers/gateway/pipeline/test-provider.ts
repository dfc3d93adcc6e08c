import { errorBody } from "../../../schema/http/error-response.ts";
import { isRefused, type Refusal } from "../../../schema/kernel/errors.ts";
import { formatUsd, type NanoUsd } from "../../../schema/kernel/money.ts";
import type { ModelInfo } from "../../../schema/pricing/price.ts";
import { priceAt } from "../../../schema/pricing/select-price.ts";
import { openAiChat } from "../dialects/openai-chat/openai-chat.ts";
import type { RequestScope } from "../http/request-scope.ts";
import type { ProviderEntry } from "../stores/org-snapshot.ts";
import { chatOperation } from "./chat-operation.ts";
import type { Payer } from "./operation-call.ts";
import { attemptOf } from "./plan.ts";
import { runOperation } from "./run-operation.ts";

export interface ProviderTest {
  readonly scope: RequestScope;
  readonly route: string;
  readonly payer: Payer;
  readonly provider_id: string;
  readonly entry: ProviderEntry;
  /** The model that was asked for, with or without the provider in front; null for the cheapest. */
  readonly model: string | null;
  /** Fires when whoever waits for the answer has gone. */
  readonly caller: AbortSignal;
}

/** How a test went. A failure of the provider, the wallet or the configuration is an answer and no error. */
export type TestResult = {
  readonly latency_ms: number;
  /** `provider/model`; null when there is none to try. */
  readonly model: string | null;
} & (
  | { readonly ok: true; readonly cost_usd: string }
  | { readonly ok: false; readonly error: { readonly code: string; readonly message: string } }
);

/** Enough for the word that is asked for, and the least that every provider takes. */
const MAX_TOKENS = 16;

/** One real and paid chat completion, admitted by the wallet like any other. */
export async function testProvider(test: ProviderTest): Promise<TestResult> {
  const { scope, provider_id, entry } = test;
  const picked = pickModel(test);
  if ("problem" in picked) return failed(picked.problem, { scope, model: picked.name });
  const name = `${provider_id}/${picked.name}`;
  const body = { model: name, messages: [{ role: "user", content: "Reply with: ok" }], max_tokens: MAX_TOKENS };
  const parsed = openAiChat.parse(body);
  if (isRefused(parsed)) return failed(parsed.refused, { scope, model: name });
  const planned = attemptOf(entry, picked.model, name, scope.started_at);
  if (isRefused(planned)) return failed(planned.refused, { scope, model: name });
  const headers = new Headers();
  const operation = chatOperation({ dialect: openAiChat, parsed, body, headers }, planned.attempt);
  if (isRefused(operation)) return failed(operation.refused, { scope, model: name });
  const from = scope.effects.now();
  const outcome = await runOperation({
    scope,
    route: test.route,
    payer: test.payer,
    headers,
    caller: test.caller,
    body,
    operation,
    routing: null,
  });
  const latency_ms = Math.max(0, scope.effects.now() - from);
  if (isRefused(outcome)) return { ...failed(outcome.refused, { scope, model: name }), latency_ms };
  return { ok: true, latency_ms, model: name, cost_usd: costOf(outcome.cost_nano_usd) };
}

/** A test that failed before anything was sent. */
export function failed(
  refusal: Refusal | { readonly code: "no_wallet"; readonly message: string },
  { scope, model }: { readonly scope: RequestScope; readonly model: string | null },
): TestResult {
  const error =
    refusal.code === "no_wallet"
      ? { code: refusal.code, message: refusal.message }
      : codeAndMessage(refusal, scope.public_request_id);
  return { ok: false, latency_ms: 0, model, error };
}

function codeAndMessage(refusal: Refusal, request_id: string): { readonly code: string; readonly message: string } {
  const { code, message } = errorBody(refusal, request_id).error;
  return { code, message };
}

const costOf = (cost_nano_usd: NanoUsd | null): string => (cost_nano_usd === null ? "0" : formatUsd(cost_nano_usd));

type Picked =
  | { readonly name: string; readonly model: ModelInfo }
  | { readonly name: string | null; readonly problem: Refusal };

function pickModel({ scope, provider_id, entry, model }: ProviderTest): Picked {
  if (model === null) {
    const cheapest = cheapestModel(entry.models, scope.started_at);
    if (cheapest !== null) return cheapest;
    const message = "This provider has no chat model with a price. Set a price for one first.";
    return { name: null, problem: { code: "model_unpriced", message } };
  }
  const bare = model.startsWith(`${provider_id}/`) ? model.slice(provider_id.length + 1) : model;
  for (const name of [model, bare]) {
    const known = entry.models.get(name);
    if (known === undefined) continue;
    if (known.capabilities.includes("chat")) return { name, model: known };
    const message = `The model ${name} has no chat, which is what the test needs.`;
    return { name: `${provider_id}/${name}`, problem: { code: "invalid_request", message } };
  }
  const message = `This provider has no model "${bare.slice(0, 100)}".`;
  return { name: `${provider_id}/${bare.slice(0, 100)}`, problem: { code: "model_not_found", message } };
}

/**
 * The chat model whose prompt and answer cost least together at `now`, the first of equals; null when none has a price.
 * One that reasons is taken only where there is no other: it may use up so small an answer before it says a word.
 */
export function cheapestModel(
  models: ReadonlyMap<string, ModelInfo>,
  now: number,
): { readonly name: string; readonly model: ModelInfo } | null {
  const priced = [...models].flatMap(([name, model]) => {
    const rates = priceAt(model.prices, now)?.rates;
    if (!model.capabilities.includes("chat") || rates?.input === undefined || rates.output === undefined) return [];
    return [{ name, model, rate: rates.input + rates.output, reasons: model.capabilities.includes("reasoning") }];
  });
  const [cheapest] = priced.sort((a, b) => Number(a.reasons) - Number(b.reasons) || a.rate - b.rate);
  return cheapest === undefined ? null : { name: cheapest.name, model: cheapest.model };
}
