import { AwsV4Signer } from "aws4fetch";
import type { Authorized, AuthorizeTools, ProviderAccount, UpstreamCall } from "../kit/provider.ts";
import { upstreamFailure } from "../kit/upstream-failure.ts";
import { regionOf } from "./bedrock-url.ts";

/**
 * An API key as a bearer token, or Signature Version 4 over the URL, the date and the body.
 * Source: the AWS reference on signing API requests.
 */
export async function authorize(
  call: UpstreamCall,
  account: ProviderAccount,
  tools: AuthorizeTools,
): Promise<Authorized> {
  const { access_key_id, secret_access_key, session_token, api_key } = account.credential;
  if (api_key !== undefined) return { headers: { authorization: `Bearer ${api_key}` } };
  if (access_key_id === undefined || secret_access_key === undefined) {
    return { failed: upstreamFailure("The provider's credential has neither an API key nor an access key.", "auth") };
  }
  const { headers } = await new AwsV4Signer({
    method: call.method ?? "POST",
    url: call.url,
    headers: { ...call.headers },
    ...(call.method === "GET" ? {} : { body: call.body }),
    accessKeyId: access_key_id,
    secretAccessKey: secret_access_key,
    ...(session_token === undefined ? {} : { sessionToken: session_token }),
    service: "bedrock",
    region: regionOf(account),
    datetime: new Date(tools.now()).toISOString().replaceAll(/[:-]|\.\d{3}/g, ""),
  }).sign();
  // The runtime sets the host itself, to the same that was signed.
  return { headers: Object.fromEntries([...headers].filter(([name]) => name !== "host")) };
}
