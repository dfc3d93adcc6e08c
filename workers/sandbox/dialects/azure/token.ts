import type { RouteInput } from "../../dialect.ts";
import { hashedId } from "../../hash.ts";

const SCOPE = "https://cognitiveservices.azure.com/.default";

/** An application's secret for an access token, as the identity platform gives it. */
export function answerToken({ request, call }: RouteInput): Response {
  const refusal = tokenRefusal(request, new URLSearchParams(call.body_text));
  if (refusal !== null) {
    const [status, error, error_description] = refusal;
    return Response.json({ error, error_description }, { status, headers: call.headers });
  }
  const access_token = `eyJ.sandbox.${hashedId(call.body_text, 40)}`;
  const lifetime = { expires_in: 3_599, ext_expires_in: 3_599 };
  return Response.json({ token_type: "Bearer", ...lifetime, access_token }, { headers: call.headers });
}

function tokenRefusal(request: Request, form: URLSearchParams): readonly [number, string, string] | null {
  if (!(request.headers.get("content-type") ?? "").startsWith("application/x-www-form-urlencoded")) {
    return [400, "invalid_request", "AADSTS900144: The request body must be form-urlencoded."];
  }
  if (form.get("grant_type") !== "client_credentials") {
    return [400, "unsupported_grant_type", "AADSTS70003: The app requested an unsupported grant type."];
  }
  if (form.get("scope") !== SCOPE) {
    return [
      400,
      "invalid_scope",
      `AADSTS70011: The provided value for the input parameter 'scope' is not valid: ${SCOPE}.`,
    ];
  }
  const secret = form.get("client_secret") ?? "";
  if ((form.get("client_id") ?? "") === "" || secret === "" || secret === "sk-invalid") {
    return [401, "invalid_client", "AADSTS7000215: Invalid client secret provided."];
  }
  return null;
}
