import type { Refused } from "../../../../schema/kernel/errors.ts";
import { idList } from "../kit/id-list.ts";
import type { ProviderAdapter, Target, TranslateInput } from "../kit/provider.ts";
import type { ProviderSupport } from "../kit/support.ts";
import { convertRequest, headersFor } from "./convert-request.ts";
import { createEmbeddings } from "./embeddings.ts";
import { createNativeResponses, type SpeaksResponses } from "./native-responses.ts";
import { readError } from "./read-error.ts";
import { readUsage, readWholeWith, type UsageReader } from "./read-whole.ts";
import { createRerank } from "./rerank.ts";
import { createStreamFold, type OpenAiStreamState } from "./stream-fold.ts";

/** What one server that speaks OpenAI's dialect has differently from OpenAI. */
export interface OpenAiFlavour {
  readonly kind: string;
  readonly support: ProviderSupport;
  /** The field that bounds the answer, whatever the caller called it; by the model's capabilities when absent. */
  readonly output_bound?: "max_tokens" | "max_completion_tokens";
  /** Where an operation (`/chat/completions`, `/embeddings`) is; under the base URL when absent. */
  url?(target: Target, operation: string): string;
  /** `authorization: Bearer` when absent. */
  headers?(credential: Readonly<Record<string, string>>): Record<string, string>;
  /** What a completion, or a chunk of one, says was used; OpenAI's `usage` when absent. */
  readonly usageOf?: UsageReader;
  /** Set for a kind of which accounts have the Responses API. */
  readonly responses?: SpeaksResponses;
  /** Fields of the body that take the place of the caller's. */
  adjust?(input: TranslateInput): Adjusted | Refused;
}

export interface Adjusted {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly warnings: readonly string[];
  readonly tool_names?: ReadonlyMap<string, string>;
}

/** The adapter of a server that speaks OpenAI's dialect. */
export function createOpenAiAdapter(flavour: OpenAiFlavour): ProviderAdapter<OpenAiStreamState> {
  const { kind, support, headers = headersFor, usageOf = readUsage } = flavour;
  return {
    kind,
    native_dialect: "openai-chat",
    support,
    translate: (input) => convertRequest(input, flavour),
    readWhole: (body) => readWholeWith(usageOf, body),
    stream: createStreamFold(usageOf),
    ...(flavour.responses === undefined
      ? {}
      : { natives: { "openai-responses": createNativeResponses(flavour, flavour.responses) } }),
    ...(support.features.embeddings === true ? { embeddings: createEmbeddings(flavour) } : {}),
    ...(support.features.rerank === true ? { rerank: createRerank(flavour) } : {}),
    listModels: ({ base_url, credential }) => ({
      request: { url: `${base_url}/models`, headers: headers(credential) },
      read: idList,
    }),
    readError,
  };
}
