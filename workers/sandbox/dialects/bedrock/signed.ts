import { INVALID_KEY, type ProviderError } from "../../errors.ts";
import { sentKey } from "../../headers.ts";

const SCOPE = /^[^/\s]+\/(\d{8})\/[a-z0-9-]+\/bedrock\/aws4_request$/;

/**
 * Whether a request is signed as AWS asks: version 4, for the service bedrock, over the host and the date that it was
 * sent with. The signature itself is not verified, since no secret is known here. A bearer token does as well.
 */
export function signatureRefusal(request: Request): ProviderError | null {
  const bearer = sentKey(request, ["authorization"]);
  if (bearer !== null)
    return bearer === "sk-invalid" ? refused("The security token included in the request is invalid.") : null;
  const header = request.headers.get("authorization");
  if (header === null) return refused("Missing Authentication Token");
  const fields = /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
    header,
  );
  const [, credential = "", signed = ""] = fields ?? [];
  const day = SCOPE.exec(credential)?.[1];
  if (fields === null || day === undefined)
    return refused("Authorization header requires a valid credential scope, signed headers and signature.");
  const date = request.headers.get("x-amz-date") ?? "";
  if (!/^\d{8}T\d{6}Z$/.test(date) || !date.startsWith(day)) {
    return refused("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP.");
  }
  const names = signed.split(";");
  const missing = ["host", "x-amz-date"].find((name) => !names.includes(name));
  if (missing !== undefined) return refused(`'${missing}' must be a 'SignedHeader' in the AWS Authorization.`);
  return credential.startsWith("sk-invalid/")
    ? refused("The security token included in the request is invalid.")
    : null;
}

const refused = (message: string): ProviderError => ({ ...INVALID_KEY, status: 403, message });
