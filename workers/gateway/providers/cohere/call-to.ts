import type { ProviderAccount, UpstreamCall } from "../kit/provider.ts";

/** A call of one of the API's endpoints, `/v2/chat`. */
export const callTo = (account: ProviderAccount, path: string, body: object): UpstreamCall => ({
  url: `${account.base_url}${path}`,
  headers: { "content-type": "application/json", ...authorization(account.credential) },
  body: JSON.stringify(body),
});

export const authorization = (credential: Readonly<Record<string, string>>): Readonly<Record<string, string>> => ({
  authorization: `Bearer ${credential.api_key ?? ""}`,
});
