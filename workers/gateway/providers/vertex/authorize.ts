import * as z from "zod";
import type { UpstreamError } from "../../../../schema/canonical/parts.ts";
import { readBounded } from "../../../../schema/http/read-json-body.ts";
import { toBase64Url } from "../../../../schema/kernel/base64.ts";
import { tryParseJson } from "../../../../schema/kernel/json.ts";
import { LIMITS } from "../../../../schema/kernel/limits.ts";
import {
  importPrivateKey,
  parseServiceAccountKey,
  type ServiceAccountKey,
  signRs256,
} from "../../../../schema/providers/service-account-key.ts";
import type { Authorized, AuthorizeTools, ProviderAccount, UpstreamCall } from "../kit/provider.ts";
import { createTokenCache, type FetchedToken } from "../kit/token-cache.ts";
import { upstreamFailure } from "../kit/upstream-failure.ts";
import { tokenUrl } from "./vertex-url.ts";

const SCOPE = "https://www.googleapis.com/auth/cloud-platform";
const GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/** The most that Google gives. */
const ASSERTION_S = 3_600;

const tokens = createTokenCache();

/**
 * A token of Google's for a service account, by an assertion that its key signs. Source: Google Identity, OAuth 2.0 for
 * server to server applications; RFC 7523.
 */
export async function authorize(
  _call: UpstreamCall,
  account: ProviderAccount,
  tools: AuthorizeTools,
): Promise<Authorized> {
  const service_account = parseServiceAccountKey(account.credential.service_account_key ?? "");
  if ("problem" in service_account) {
    return { failed: forAdministrators(`The service account key ${service_account.problem}`) };
  }
  const url = tokenUrl(account);
  const { client_email, private_key } = service_account;
  const got = await tokens.get(JSON.stringify([url, client_email, private_key]), tools.now(), () =>
    fetchToken(url, service_account, tools),
  );
  return "failed" in got ? got : { headers: { authorization: `Bearer ${got.token}` } };
}

const tokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().min(0) });
const refusalAnswer = z.object({ error: z.string().regex(/^[a-z_]{1,40}$/) });

async function fetchToken(url: string, account: ServiceAccountKey, tools: AuthorizeTools): Promise<FetchedToken> {
  const asked_at = tools.now();
  const assertion = await signedAssertion(url, account, Math.floor(asked_at / 1_000));
  if (assertion === null) {
    return { failed: forAdministrators("The service account key has a private_key that is no RSA key.") };
  }
  const response = await tools.fetch(url, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
    body: new URLSearchParams({ grant_type: GRANT, assertion }).toString(),
  });
  const text = response.body === null ? "" : await readBounded(response.body, LIMITS.upstream_error_bytes);
  const body = tryParseJson(text ?? "");
  const answer = tokenAnswer.safeParse(body);
  if (response.ok && answer.success) {
    return { token: answer.data.access_token, expires_at: asked_at + answer.data.expires_in * 1_000 };
  }
  if (response.status >= 500 || response.status === 429) {
    return { failed: upstreamFailure(`Google's token endpoint gave no token (status ${response.status}).`) };
  }
  // The description names the account and the project: the code alone is told.
  const code = refusalAnswer.safeParse(body).data?.error ?? "no reason given";
  return { failed: forAdministrators(refusedText(code, response.status)) };
}

const refusedText = (code: string, status: number): string =>
  `Google gave no token for the service account (status ${status}, ${code}). Its key was deleted or its account is disabled: ` +
  "make a new JSON key for it in the Google Cloud console and save it as the provider's credential.";

/** `aud` is who is asked: an assertion that another host was given is worth nothing at Google. */
async function signedAssertion(aud: string, account: ServiceAccountKey, iat: number): Promise<string | null> {
  const key = await importPrivateKey(account);
  if (key === null) return null;
  const { client_email, private_key_id } = account;
  const header = { alg: "RS256", typ: "JWT", ...(private_key_id === null ? {} : { kid: private_key_id }) };
  const claims = { iss: client_email, scope: SCOPE, aud, iat, exp: iat + ASSERTION_S };
  const signed = [header, claims].map((part) => toBase64Url(new TextEncoder().encode(JSON.stringify(part)))).join(".");
  return `${signed}.${toBase64Url(await signRs256(key, signed))}`;
}

/** What only an administrator can mend, in words that may be shown: they are ours. */
const forAdministrators = (message: string): UpstreamError => ({ ...upstreamFailure(message, "auth"), shown: true });
