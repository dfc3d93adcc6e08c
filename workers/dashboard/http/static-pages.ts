import type { Env } from "../env.ts";

/** The pages bring everything with them: nothing is loaded from elsewhere, framed, or sent anywhere else. */
const SECURITY_HEADERS = {
  "content-security-policy":
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
} as const;

/** A page or a file of the console, every answer with the security headers. */
export async function staticPage(request: Request, env: Env): Promise<Response> {
  const answer =
    request.method === "GET" || request.method === "HEAD"
      ? await env.ASSETS.fetch(request)
      : new Response(null, { status: 405, headers: { allow: "GET, HEAD" } });
  const headers = new Headers(answer.headers);
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) headers.set(name, value);
  return new Response(answer.body, { status: answer.status, headers });
}
