import { isRefused } from "../../../../schema/kernel/errors.ts";
import { isJsonObject, type JsonObject } from "../../../../schema/kernel/json.ts";
import type { ProviderAdapter } from "../kit/provider.ts";
import { authorization, callTo } from "./call-to.ts";
import { convertRequest } from "./convert-request.ts";
import { embeddings } from "./embeddings.ts";
import { readError } from "./read-error.ts";
import { readWhole } from "./read-whole.ts";
import { rerank } from "./rerank.ts";
import { type CohereState, streamFold } from "./stream-fold.ts";
import { SUPPORT } from "./support.ts";

/** Cohere's API v2: Chat, Embed and Rerank. */
export const cohere: ProviderAdapter<CohereState> = {
  kind: "cohere",
  native_dialect: null,
  support: SUPPORT,
  translate(input) {
    const converted = convertRequest(input);
    if (isRefused(converted)) return converted;
    const { body, warnings, tool_names } = converted;
    return { call: callTo(input.account, "/v2/chat", body), warnings, tool_names, json_tool: null };
  },
  readWhole,
  stream: streamFold,
  embeddings,
  rerank,
  listModels: ({ base_url, credential }) => {
    const url = `${base_url}/v1/models?page_size=1000`;
    return {
      request: { url, headers: authorization(credential) },
      read: (body) => ({ ids: modelNames(body), next_url: nextPage(url, body) }),
    };
  },
  readError,
};

const modelNames = ({ models }: JsonObject): readonly string[] =>
  (Array.isArray(models) ? models : []).flatMap((model) =>
    isJsonObject(model) && typeof model.name === "string" ? [model.name] : [],
  );

const nextPage = (url: string, { next_page_token }: JsonObject): string | null =>
  typeof next_page_token === "string" && next_page_token !== ""
    ? `${url}&page_token=${encodeURIComponent(next_page_token)}`
    : null;
