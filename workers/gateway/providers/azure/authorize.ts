import * as z from "zod";
import { readBounded } from "../../../../schema/http/read-json-body.ts";
import { tryParseJson } from "../../../../schema/kernel/json.ts";
import { LIMITS } from "../../../../schema/kernel/limits.ts";
import type { Authorized, AuthorizeTools, ProviderAccount, UpstreamCall } from "../kit/provider.ts";
import { createTokenCache, type FetchedToken } from "../kit/token-cache.ts";
import { upstreamFailure } from "../kit/upstream-failure.ts";

/** Entra ID of the public cloud; sovereign clouds have their own, which an administrator sets. */
const PUBLIC_AUTHORITY = "https://login.microsoftonline.com";
const SCOPE = "https://cognitiveservices.azure.com/.default";

const tokens = createTokenCache();

interface Client {
  readonly tenant_id: string;
  readonly client_id: string;
  readonly client_secret: string;
}

/**
 * A token of Entra ID by client credentials, for an account that has no key. Source: Microsoft identity platform, OAuth 2.0
 * client credentials flow.
 */
export async function authorize(
  _call: UpstreamCall,
  account: ProviderAccount,
  tools: AuthorizeTools,
): Promise<Authorized> {
  const { api_key, tenant_id, client_id, client_secret } = account.credential;
  if (api_key !== undefined) return { headers: {} };
  if (tenant_id === undefined || client_id === undefined || client_secret === undefined) {
    return { failed: upstreamFailure("The provider's credential has neither a key nor a client of Entra ID.", "auth") };
  }
  const client: Client = { tenant_id, client_id, client_secret };
  const authority = authorityOf(account);
  const key = JSON.stringify([authority, tenant_id, client_id, client_secret]);
  const got = await tokens.get(key, tools.now(), () => fetchToken(authority, client, tools));
  return "failed" in got ? got : { headers: { authorization: `Bearer ${got.token}` } };
}

/** Set by an administrator with the account; no caller can name it. */
function authorityOf({ settings }: ProviderAccount): string {
  const { authority_url } = settings;
  return typeof authority_url === "string" && authority_url !== ""
    ? authority_url.replace(/\/+$/, "")
    : PUBLIC_AUTHORITY;
}

const tokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().min(0) });

async function fetchToken(authority: string, client: Client, tools: AuthorizeTools): Promise<FetchedToken> {
  const { tenant_id, client_id, client_secret } = client;
  const asked_at = tools.now();
  const response = await tools.fetch(`${authority}/${encodeURIComponent(tenant_id)}/oauth2/v2.0/token`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
    body: new URLSearchParams({ grant_type: "client_credentials", client_id, client_secret, scope: SCOPE }).toString(),
  });
  const text = response.body === null ? "" : await readBounded(response.body, LIMITS.upstream_error_bytes);
  const answer = tokenAnswer.safeParse(tryParseJson(text ?? ""));
  if (!response.ok || !answer.success) {
    // The text of a refusal names the tenant and the client: the status alone is told.
    const failure = response.status >= 500 ? "failed" : "auth";
    return { failed: upstreamFailure(`Entra ID gave no token (status ${response.status}).`, failure) };
  }
  return { token: answer.data.access_token, expires_at: asked_at + answer.data.expires_in * 1000 };
}
