import { isRefused, type Refused, refuse } from "../../../schema/kernel/errors.ts";
import type { JsonObject } from "../../../schema/kernel/json.ts";
import { isStandardTier, priceOfTier } from "../../../schema/pricing/service-tier.ts";
import type { ChatRequest } from "../../../schema/wire/openai-chat.ts";
import type { ChatDialect, ParsedChat, PricedPiece } from "../dialects/chat-dialect.ts";
import type { NativeProtocol, Translation } from "../providers/kit/provider.ts";
import { chatCaching } from "./cache/chat-caching.ts";
import { countPrompt } from "./count-tokens.ts";
import { type Estimate, estimateChat } from "./estimate.ts";
import type { AskedTexts, Operation } from "./operation.ts";
import type { Attempt } from "./plan.ts";

export interface ChatAsked {
  readonly dialect: ChatDialect;
  readonly parsed: ParsedChat;
  /** What it was parsed from. */
  readonly body: JsonObject;
  readonly headers: Headers;
}

/**
 * A chat answer of one provider. Where the provider speaks the caller's dialect, request and answer go through as they
 * are but for what must change; everywhere else they are translated, and what only the dialect's own provider can do is
 * refused.
 */
export function chatOperation(asked: ChatAsked, planned: Attempt): Operation | Refused {
  const { dialect, parsed, body, headers } = asked;
  const { request } = parsed;
  const attempt = inTier(planned, request.service_tier);
  if (isRefused(attempt)) return attempt;
  const { adapter, account, model } = attempt;
  const native = nativeOf(attempt, dialect);
  const passes = native !== null || adapter.native_dialect === dialect.id;
  const [only] = parsed.native_only;
  if (only !== undefined && !passes) return refuse("unsupported_parameter", only);
  const unpriced = native === null ? undefined : unpricedPiece(parsed, attempt);
  if (unpriced !== undefined) return refuse("unsupported_parameter", unpriced);
  const protocol = native ?? adapter;
  const context = { request, body };
  const priced = native === null ? request : (parsed.pricedNatively?.() ?? request);
  const counted = native === null ? request : (parsed.countedNatively?.() ?? request);
  const forwarded = native === null ? {} : forwardedHeaders(dialect, headers);
  return {
    attempt,
    dialect: dialect.id,
    streamed: request.stream === true,
    bounded_by_caller: (request.max_completion_tokens ?? request.max_tokens ?? null) !== null,
    id_prefix: dialect.id_prefix,
    estimate: (options) => estimateChat(priced, attempt, options),
    countPrompt: (tokenizer) => countPrompt(tokenizer, counted, model),
    translate: (estimate, media) => {
      const input = {
        request,
        account,
        model,
        max_output_tokens: outputBound(request, attempt, estimate),
        ...(media === undefined ? {} : { media }),
      };
      if (native !== null) return native.translate({ ...input, body, headers: forwarded });
      return withWarnings(adapter.translate(input), passes ? [] : parsed.warnings);
    },
    read: (answer, translation) => {
      const parts = protocol.readWhole(answer, translation);
      if (passes) return { parts, render: null };
      return { parts, render: (identity, usage) => dialect.renderWhole(parts, { ...context, identity }, usage) };
    },
    fold: protocol.stream,
    createRenderer: (identity) =>
      passes ? dialect.createPassRenderer({ ...context, identity }) : dialect.createRenderer({ ...context, identity }),
    texts: () => chatTexts(request),
    caching: chatCaching({ dialect, parsed, body, passes_body: native !== null, forwarded }),
  };
}

/** Messages and tools; settings are no texts. Through JSON, because optional fields may be there and undefined. */
const chatTexts = ({ messages, tools }: ChatRequest): AskedTexts => ({
  kind: "chat",
  ...JSON.parse(JSON.stringify({ messages, tools })),
});

/**
 * The attempt at the price of the service tier that is asked for. A provider that is not sent the tier needs no price for
 * it: its table says what becomes of the parameter.
 */
function inTier(attempt: Attempt, tier: string | null | undefined): Attempt | Refused {
  if (isStandardTier(tier) || attempt.adapter.support.parameters.service_tier.how !== "passed") return attempt;
  const price = priceOfTier(attempt.price, tier);
  if (price !== null) return { ...attempt, price, list_price: attempt.price };
  return refuse("unsupported_parameter", {
    message: `The model ${attempt.name} has no price for the service tier "${(tier ?? "").slice(0, 50)}". Leave \`service_tier\` out, or have an administrator set one.`,
    param: "service_tier",
  });
}

/** A hold over the model's own maximum only covers what comes if the provider is told that maximum. */
function outputBound(request: ChatRequest, { model }: Attempt, estimate: Estimate): number | null {
  if (estimate.imposed_max_tokens !== null) return estimate.imposed_max_tokens;
  const ours = estimate.mode === "bounded" && request.max_tokens == null && request.max_completion_tokens == null;
  return ours ? model.max_output_tokens : null;
}

/** The provider's dialect of its own that is the caller's, where the account has it. */
function nativeOf({ adapter, account }: Attempt, { id }: ChatDialect): NativeProtocol | null {
  const native = adapter.natives?.[id];
  return native === undefined || native.only?.holds(account) === false ? null : native;
}

/** The first thing asked for that is billed by the piece and has no price: what it costs is not guessed before the call. */
const unpricedPiece = ({ pieces = [] }: ParsedChat, { price }: Attempt): PricedPiece | undefined =>
  pieces.find(({ component }) => price.rates[component] === undefined);

/** A translation with what was lost before it. */
function withWarnings(translation: Translation | Refused, more: readonly string[]): Translation | Refused {
  if ("refused" in translation || more.length === 0) return translation;
  return { ...translation, warnings: [...more, ...translation.warnings] };
}

function forwardedHeaders({ forwarded_headers }: ChatDialect, headers: Headers): Readonly<Record<string, string>> {
  const out: Record<string, string> = {};
  for (const name of forwarded_headers) {
    const value = headers.get(name);
    if (value !== null) out[name] = value;
  }
  return out;
}
