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

/** Built files: their names change with their content. */
const BUILT = "/app/";
/** Files that are asked for by their names, whether we have them or not. All else is the address of a page. */
const FILES = /^\/(?:[^/]+\.(?:ico|png|svg|txt|js|css|map|xml|webmanifest|php)|\.well-known\/.*)$/;

/**
 * A page or a file of the console, every answer with the security headers. Addresses of pages are the browser's to read:
 * each is answered with the one document, and whoever asks for JSON there is told that they are no API.
 */
export async function staticPage(request: Request, env: Env): Promise<Response> {
  const answer = await answerTo(request, env);
  const headers = new Headers(answer.headers);
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) headers.set(name, value);
  return new Response(answer.body, { status: answer.status, headers });
}

async function answerTo(request: Request, env: Env): Promise<Response> {
  if (request.method !== "GET" && request.method !== "HEAD") {
    return new Response(null, { status: 405, headers: { allow: "GET, HEAD" } });
  }
  const { pathname } = new URL(request.url);
  const answer = await env.ASSETS.fetch(request);
  if (pathname.startsWith(BUILT)) {
    // An old page asks for a file of before a deploy: the document in its place would be taken for a script.
    if (isDocument(answer)) return missing();
    return answer.ok ? withHeader(answer, "cache-control", "public, max-age=31536000, immutable") : answer;
  }
  if (FILES.test(pathname) && isDocument(answer)) return missing();
  return answer;
}

/** Whether the document stands in for a file that is not there. */
const isDocument = (answer: Response): boolean => answer.headers.get("content-type")?.startsWith("text/html") === true;

const missing = (): Response =>
  new Response("There is no such file.\n", { status: 404, headers: { "content-type": "text/plain; charset=utf-8" } });

function withHeader(answer: Response, name: string, value: string): Response {
  const headers = new Headers(answer.headers);
  headers.set(name, value);
  return new Response(answer.body, { status: answer.status, headers });
}
