import { isRefused, type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import type { ChatRequest } from "../../../../schema/wire/openai-chat.ts";
import type { Target, TranslateInput, Translation } from "../kit/provider.ts";
import { judgeParameters } from "../kit/support.ts";
import type { OpenAiFlavour } from "./create-adapter.ts";

/**
 * The caller's request with what must change: the model's own name, usage asked for on streams, an output bound where one
 * was paid for, and what this flavour of the dialect has differently. Everything else, unknown fields too, goes on as it
 * came.
 */
export function convertRequest(input: TranslateInput, flavour: OpenAiFlavour): Translation | Refused {
  const { request, account, model } = input;
  const judged = judgeParameters(request, flavour.support);
  if (isRefused(judged)) return judged;
  const image = imageInResult(request, flavour);
  if (image !== null) return image;
  const adjusted = flavour.adjust?.(input) ?? { fields: {}, warnings: [] };
  if (isRefused(adjusted)) return adjusted;
  const bound = outputBound(input, flavour);
  const body: Record<string, unknown> = { ...request, ...bound.fields, ...adjusted.fields, model: model.upstream_id };
  for (const name of judged.dropped) delete body[name];
  if (request.stream === true) body.stream_options = { ...request.stream_options, include_usage: true };
  return {
    call: {
      url: chatUrl(input, flavour),
      headers: (flavour.headers ?? headersFor)(account.credential),
      body: JSON.stringify(body),
    },
    warnings: [...bound.warnings, ...adjusted.warnings, ...judged.warnings],
    tool_names: adjusted.tool_names ?? new Map(),
    json_tool: null,
  };
}

/** A server that takes text only in a tool's result refuses the image, or answers without having seen it. */
function imageInResult({ messages }: ChatRequest, { support }: OpenAiFlavour): Refused | null {
  const offered = support.features.tool_result_images;
  if (offered === true) return null;
  for (const [at, { role, content }] of messages.entries()) {
    if (role !== "tool" || !Array.isArray(content)) continue;
    const part = content.findIndex(({ type }) => type !== "text");
    if (part === -1) continue;
    return refuse("unsupported_parameter", {
      param: `messages[${at}].content[${part}]`,
      message: `${offered.refused}.`,
    });
  }
  return null;
}

const chatUrl = (target: Target, flavour: OpenAiFlavour): string =>
  flavour.url?.(target, "/chat/completions") ?? `${target.account.base_url}/chat/completions`;

/** How a request names its account. The key is optional: a server of one's own may need none. */
export function headersFor(credential: Readonly<Record<string, string>>): Record<string, string> {
  return {
    ...(credential.api_key === undefined ? null : { authorization: `Bearer ${credential.api_key}` }),
    ...(credential.organization === undefined ? null : { "openai-organization": credential.organization }),
    ...(credential.project === undefined ? null : { "openai-project": credential.project }),
  };
}

interface Bound {
  readonly fields: Partial<Pick<ChatRequest, "max_tokens" | "max_completion_tokens">>;
  readonly warnings: readonly string[];
}

/** The caller's bound goes under the name that the model takes: newer ones refuse `max_tokens`, many servers know no other. */
function outputBound({ request, model, max_output_tokens }: TranslateInput, { output_bound }: OpenAiFlavour): Bound {
  const name = output_bound ?? (model.capabilities.includes("max_completion_tokens") ? "max_completion_tokens" : null);
  if (request.max_tokens != null && name === "max_completion_tokens") {
    return {
      fields: { max_tokens: undefined, max_completion_tokens: request.max_tokens },
      warnings: ["max_tokens was sent as max_completion_tokens, which this model takes"],
    };
  }
  if (request.max_completion_tokens != null && name === "max_tokens") {
    return { fields: { max_completion_tokens: undefined, max_tokens: request.max_completion_tokens }, warnings: [] };
  }
  if (max_output_tokens === null || request.max_tokens != null || request.max_completion_tokens != null) {
    return { fields: {}, warnings: [] };
  }
  return { fields: { [name ?? "max_tokens"]: max_output_tokens }, warnings: [] };
}
