import { isJsonObject, type Json, type JsonObject } from "../../../../schema/kernel/json.ts";
import { SEARCHES_PER_REQUEST_MAX } from "../../../../schema/pricing/input-bound.ts";
import type { NativeInput, NativeProtocol, ProviderAccount } from "../kit/provider.ts";
import { unpackReasoning } from "../kit/reasoning-proof.ts";
import { headersFor } from "./convert-request.ts";
import type { OpenAiFlavour } from "./create-adapter.ts";
import { readResponse } from "./read-response.ts";
import { type ResponsesState, responsesFold } from "./responses-fold.ts";

/** Which accounts of a kind have the Responses API. */
export interface SpeaksResponses {
  /** In words, for the documentation; empty where all have it unless they are set otherwise. */
  readonly where: string;
  /** Whether an account has it that says nothing of it. */
  byDefault(account: ProviderAccount): boolean;
}

const ENCRYPTED = "reasoning.encrypted_content";

/**
 * The caller's own Responses request: as it came, but for the model's name, the credential, what the wallet bounds, and
 * that nothing is stored. An account of the provider is shared by all teams, and what is stored there could be asked for by
 * its id; so reasoning comes with its encrypted content, by which it goes on without being stored.
 */
export const createNativeResponses = (
  flavour: Pick<OpenAiFlavour, "url" | "headers">,
  { where, byDefault }: SpeaksResponses,
): NativeProtocol<ResponsesState> => ({
  only: {
    where,
    // What an administrator has set goes before what a kind mostly has.
    holds: (account) => {
      const { responses } = account.settings;
      return responses === "native" || (responses !== "translated" && byDefault(account));
    },
  },
  translate: (input) => {
    const { body, account, model } = input;
    const { items, warnings } = ownItems(body.input);
    const sent = { ...body, ...items, ...bounds(input), ...unstored(input), model: model.upstream_id };
    return {
      call: {
        url: flavour.url?.(input, "/responses") ?? `${account.base_url}/responses`,
        headers: (flavour.headers ?? headersFor)(account.credential),
        body: JSON.stringify(sent),
      },
      warnings: [...warnings, ...(body.store === true ? ["store: responses are not stored"] : [])],
      tool_names: new Map(),
      json_tool: null,
    };
  },
  readWhole: readResponse,
  stream: responsesFold,
});

/** The answer's bound where it is ours. A search costs by the piece: one without a bound is bounded at what is held for it. */
function bounds({ body, request, max_output_tokens }: NativeInput): JsonObject {
  const searches = Boolean(request.web_search_options) && (body.max_tool_calls ?? null) === null;
  const answer = max_output_tokens !== null && (body.max_output_tokens ?? null) === null;
  return {
    ...(answer ? { max_output_tokens } : {}),
    ...(searches ? { max_tool_calls: SEARCHES_PER_REQUEST_MAX } : {}),
  };
}

/** A model that does not reason refuses to be asked for encrypted reasoning. */
function unstored({ body, model }: NativeInput): JsonObject {
  const include = Array.isArray(body.include) ? body.include : [];
  const asks = model.capabilities.includes("reasoning") && !include.includes(ENCRYPTED);
  return { store: false, ...(asks ? { include: [...include, ENCRYPTED] } : {}) };
}

/** The input without what came from an answer of another provider: its reasoning, and the proofs of its calls. */
function ownItems(input: Json | undefined): { readonly items: JsonObject; readonly warnings: readonly string[] } {
  if (!Array.isArray(input)) return { items: {}, warnings: [] };
  const kept = input.filter((item) => !isForeign(item));
  const left_out = kept.length < input.length;
  if (!left_out && !kept.some(isSigned)) return { items: {}, warnings: [] };
  return {
    items: { input: kept.map((item) => (isSigned(item) ? withoutSignature(item) : item)) },
    warnings: left_out ? ["reasoning of another provider left out"] : [],
  };
}

const isForeign = (item: Json): boolean =>
  isJsonObject(item) && item.type === "reasoning" && unpackReasoning(item.encrypted_content) !== null;

const isSigned = (item: Json): item is JsonObject =>
  isJsonObject(item) && item.type === "function_call" && item.extra_content !== undefined;

function withoutSignature({ extra_content: _proof, ...item }: JsonObject): JsonObject {
  return item;
}
