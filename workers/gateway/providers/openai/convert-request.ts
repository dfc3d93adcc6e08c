import { type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import type { ChatRequest } from "../../../../schema/wire/openai-chat.ts";
import type { TranslateInput, Translation } from "../kit/provider.ts";

/** Tiers that cost the standard price. The others cost a half or twice as much, and would be charged wrongly. */
const STANDARD_TIERS: ReadonlySet<string> = new Set(["auto", "default"]);

/**
 * The caller's request with what must change: the model's own name, usage asked for on streams, and an output bound where
 * one was paid for. Everything else, unknown fields too, goes on as it came.
 */
export function convertRequest(input: TranslateInput): Translation | Refused {
  const warnings: string[] = [];
  const { request, account, model } = input;
  const tier = request.service_tier;
  if (tier != null && !STANDARD_TIERS.has(tier)) {
    return refuse("unsupported_parameter", {
      message: `The service tier "${tier}" has a price of its own that is not configured. Leave \`service_tier\` out.`,
      param: "service_tier",
    });
  }
  const body: Record<string, unknown> = { ...request, ...outputBound(input, warnings), model: model.upstream_id };
  if (request.stream === true) body.stream_options = { ...request.stream_options, include_usage: true };
  return {
    call: {
      url: `${account.base_url}/chat/completions`,
      headers: headersFor(account.credential),
      body: JSON.stringify(body),
    },
    warnings,
    tool_names: new Map(),
    json_tool: null,
  };
}

function headersFor(credential: Readonly<Record<string, string>>): Record<string, string> {
  return {
    ...(credential.api_key === undefined ? null : { authorization: `Bearer ${credential.api_key}` }),
    ...(credential.organization === undefined ? null : { "openai-organization": credential.organization }),
    ...(credential.project === undefined ? null : { "openai-project": credential.project }),
  };
}

/** Newer models refuse `max_tokens`: the caller's bound goes under the name that the model takes. */
function outputBound({ request, model, max_output_tokens }: TranslateInput, warnings: string[]): Partial<ChatRequest> {
  const renamed = model.capabilities.includes("max_completion_tokens");
  if (request.max_tokens != null && renamed) {
    warnings.push("max_tokens was sent as max_completion_tokens, which this model takes");
    return { max_tokens: undefined, max_completion_tokens: request.max_tokens };
  }
  if (max_output_tokens === null || request.max_tokens != null || request.max_completion_tokens != null) return {};
  return renamed ? { max_completion_tokens: max_output_tokens } : { max_tokens: max_output_tokens };
}
