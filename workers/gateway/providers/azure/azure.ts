import type { ProviderAdapter } from "../kit/provider.ts";
import { createOpenAiAdapter, type OpenAiFlavour } from "../openai/create-adapter.ts";
import type { OpenAiStreamState } from "../openai/stream-fold.ts";
import { authorize } from "./authorize.ts";
import { azureModelsUrl, azureUrl, isOnV1 } from "./azure-url.ts";
import { SUPPORT } from "./support.ts";

/** The key's own header; a token of Entra ID is fetched at the call. */
const headers = ({ api_key }: Readonly<Record<string, string>>): Record<string, string> =>
  api_key === undefined ? {} : { "api-key": api_key };

const FLAVOUR: OpenAiFlavour = {
  kind: "azure",
  support: SUPPORT,
  url: azureUrl,
  headers,
  responses: { where: "without an `api_version`, unless its setting `responses` is `translated`", byDefault: isOnV1 },
};

const adapter = createOpenAiAdapter(FLAVOUR);

/**
 * Azure OpenAI: OpenAI's dialect at a resource of one's own, a model's name being the name of its deployment. Source: Azure
 * OpenAI REST API reference, and its API version lifecycle.
 */
export const azure: ProviderAdapter<OpenAiStreamState> = {
  ...adapter,
  authorize,
  listModels: (account) => ({
    request: { url: azureModelsUrl(account), headers: headers(account.credential) },
    read: (body) => adapter.listModels?.(account).read(body) ?? { ids: [], next_url: null },
  }),
};
