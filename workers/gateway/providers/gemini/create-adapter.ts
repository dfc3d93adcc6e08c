import { isRefused, type Refused } from "../../../../schema/kernel/errors.ts";
import type { EmbeddingsProtocol, ProviderAdapter, Target } from "../kit/provider.ts";
import type { ProviderSupport } from "../kit/support.ts";
import { convertRequest } from "./convert-request.ts";
import { createReader } from "./create-reader.ts";
import { readError } from "./read-error.ts";
import { readWhole } from "./read-whole.ts";
import { type GeminiState, streamFold } from "./stream-fold.ts";

/** In what the places differ that serve generateContent. */
export interface GeminiFlavour {
  readonly kind: string;
  readonly support: ProviderSupport;
  /** Whether the ids of calls are known there. Where they are not, calls and results meet by name and order. */
  readonly call_ids: boolean;
  /** Where a method of a model is, and the headers that it is asked with. */
  place(
    target: Target,
    method: string,
  ): { readonly url: string; readonly headers: Readonly<Record<string, string>> } | Refused;
  readonly embeddings: EmbeddingsProtocol;
}

/** An adapter of generateContent, wherever it is served. */
export const createGeminiAdapter = ({
  kind,
  support,
  call_ids,
  place,
  embeddings,
}: GeminiFlavour): ProviderAdapter<GeminiState> => ({
  kind,
  native_dialect: null,
  support,
  translate: (input) => {
    const converted = convertRequest(input, { support, call_ids });
    if (isRefused(converted)) return converted;
    const { method, body, ...rest } = converted;
    const at = place(input, method);
    return isRefused(at) ? at : { ...rest, call: { ...at, body } };
  },
  readWhole,
  stream: streamFold,
  createReader,
  embeddings,
  readError,
});
