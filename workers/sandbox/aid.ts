import { errorJson, unknownUrl } from "./errors.ts";
import type { SandboxState } from "./state.ts";

/** What is no provider's API: health, and the test aid. */
export function answerAid(state: SandboxState, request: Request, url: URL): Response {
  switch (`${request.method} ${url.pathname}`) {
    case "GET /health":
      return Response.json({ ok: true });
    case "GET /_seen":
      return Response.json({ data: state.seen.list(url.searchParams.get("request_id")) });
    case "DELETE /_seen":
      state.seen.clear();
      state.flaky.clear();
      return new Response(null, { status: 204 });
    default: {
      const unknown = unknownUrl(request.method, url.pathname);
      return new Response(errorJson(unknown), {
        status: unknown.status,
        headers: { "content-type": "application/json" },
      });
    }
  }
}
