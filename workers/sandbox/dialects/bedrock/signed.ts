import { INVALID_KEY, type ProviderError } from "../../errors.ts";
import { sentKey } from "../../headers.ts";
import { isSignedRight, KNOWN_ACCESS_KEY } from "./verify-signature.ts";

const HEADER =
  /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/((\d{8})\/[a-z0-9-]+\/bedrock\/aws4_request), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

const WRONG_TOKEN = "The security token included in the request is invalid.";

/**
 * Whether a request is signed as AWS asks: version 4, for the service bedrock, over the host and the date that it was
 * sent with. The signature itself is verified for the one access key whose secret is known. A bearer token does as well.
 */
export async function signatureRefusal(request: Request, body_text: string): Promise<ProviderError | null> {
  const bearer = sentKey(request, ["authorization"]);
  if (bearer !== null) return bearer === "sk-invalid" ? refused(WRONG_TOKEN) : null;
  const header = request.headers.get("authorization");
  if (header === null) return refused("Missing Authentication Token");
  const [fields, access_key = "", scope = "", day = "", names = "", signature = ""] = HEADER.exec(header) ?? [];
  if (fields === undefined) {
    return refused("Authorization header requires a valid credential scope, signed headers and signature.");
  }
  const date = request.headers.get("x-amz-date") ?? "";
  if (!/^\d{8}T\d{6}Z$/.test(date) || !date.startsWith(day)) {
    return refused("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP.");
  }
  const signed_headers = names.split(";");
  const missing = ["host", "x-amz-date"].find((name) => !signed_headers.includes(name));
  if (missing !== undefined) return refused(`'${missing}' must be a 'SignedHeader' in the AWS Authorization.`);
  if (access_key === "sk-invalid") return refused(WRONG_TOKEN);
  if (access_key !== KNOWN_ACCESS_KEY) return null;
  const right = await isSignedRight(request, body_text, { scope, signed_headers, signature });
  return right ? null : refused("The request signature we calculated does not match the signature you provided.");
}

const refused = (message: string): ProviderError => ({ ...INVALID_KEY, status: 403, message });
