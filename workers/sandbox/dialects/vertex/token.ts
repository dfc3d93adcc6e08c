import { isJsonObject, type JsonObject, tryParseJson } from "../../../../schema/kernel/json.ts";
import type { RouteInput } from "../../dialect.ts";
import { hashedId } from "../../hash.ts";

/** Every token that the endpoint gives begins so, which is how the sandbox knows its own without a memory. */
export const TOKEN_PREFIX = "ya29.sandbox-";

const GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const LIFETIME_S_MAX = 3_600;

/** A service account's signed assertion for an access token. The signature is not verified: no key is known here. */
export function answerToken({ request, call }: RouteInput): Response {
  const refusal = tokenRefusal(request, new URLSearchParams(call.body_text));
  if (refusal !== null) {
    const [error, error_description] = refusal;
    return Response.json({ error, error_description }, { status: 400, headers: call.headers });
  }
  const access_token = `${TOKEN_PREFIX}${hashedId(call.body_text, 40)}`;
  return Response.json(
    { access_token, expires_in: LIFETIME_S_MAX - 1, token_type: "Bearer" },
    { headers: call.headers },
  );
}

function tokenRefusal(request: Request, form: URLSearchParams): readonly [string, string] | null {
  if (!(request.headers.get("content-type") ?? "").startsWith("application/x-www-form-urlencoded")) {
    return ["invalid_request", "The body must be form-urlencoded."];
  }
  if (form.get("grant_type") !== GRANT) return ["unsupported_grant_type", `Invalid grant_type: expected ${GRANT}.`];
  const parts = (form.get("assertion") ?? "").split(".");
  if (parts.length !== 3 || parts.some((part) => part === "")) {
    return ["invalid_grant", "The assertion must be a signed JWT of three parts."];
  }
  const [header, claims] = [decoded(parts[0]), decoded(parts[1])];
  if (header?.alg !== "RS256") return ["invalid_grant", "The assertion must be signed with RS256."];
  const { iss, aud, iat, exp } = claims ?? {};
  if (typeof iss !== "string" || typeof aud !== "string" || typeof iat !== "number" || typeof exp !== "number") {
    return ["invalid_grant", "The assertion needs iss, aud, iat and exp."];
  }
  if (exp <= iat || exp - iat > LIFETIME_S_MAX) {
    return ["invalid_grant", "Token must be a short-lived token (60 minutes) and in a reasonable timeframe."];
  }
  return null;
}

/** A part of a JWT: base64url without padding, of a JSON object. */
function decoded(part: string | undefined): JsonObject | null {
  if (part === undefined || !/^[A-Za-z0-9_-]+$/.test(part) || part.length % 4 === 1) return null;
  const bytes = Uint8Array.from(atob(part.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
  const value = tryParseJson(new TextDecoder().decode(bytes));
  return value !== undefined && isJsonObject(value) ? value : null;
}
