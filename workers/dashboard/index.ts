interface Env {
  readonly ASSETS: Fetcher;
}

/** The pages bring everything with them: nothing is loaded from elsewhere, framed, or sent anywhere. */
const SECURITY_HEADERS = {
  "content-security-policy":
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
} as const;

/** The console's static pages, every answer with the security headers. */
export default {
  async fetch(request, env) {
    const answer =
      request.method === "GET" || request.method === "HEAD"
        ? await env.ASSETS.fetch(request)
        : new Response(null, { status: 405, headers: { allow: "GET, HEAD" } });
    const headers = new Headers(answer.headers);
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) headers.set(name, value);
    return new Response(answer.body, { status: answer.status, headers });
  },
} satisfies ExportedHandler<Env>;
