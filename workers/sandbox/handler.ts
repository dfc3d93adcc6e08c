import { answerAid } from "./aid.ts";
import { type Call, errorResponse } from "./call.ts";
import type { Dialect } from "./dialect.ts";
import { anthropic } from "./dialects/anthropic/anthropic.ts";
import { azure } from "./dialects/azure/azure.ts";
import { bedrock } from "./dialects/bedrock/bedrock.ts";
import { cohere } from "./dialects/cohere/cohere.ts";
import { gemini } from "./dialects/gemini/gemini.ts";
import { mistral } from "./dialects/mistral/mistral.ts";
import { openai } from "./dialects/openai/openai.ts";
import { vertex } from "./dialects/vertex/vertex.ts";
import type { SandboxEffects } from "./effects.ts";
import { methodNotAllowed, unknownUrl } from "./errors.ts";
import { commonHeaders } from "./headers.ts";
import { FlakyCounts } from "./models/flaky.ts";
import { endSeen, SeenLog } from "./seen.ts";
import type { SandboxState } from "./state.ts";

const DIALECTS: readonly Dialect[] = [openai, anthropic, gemini, vertex, bedrock, cohere, azure, mistral];

/** The sandbox provider: a fetch handler with its memory, which is its list of what it has seen. */
export function createSandbox(effects: SandboxEffects): (request: Request) => Promise<Response> {
  const state: SandboxState = { effects, seen: new SeenLog(), flaky: new FlakyCounts() };
  return async (request) => {
    const url = new URL(request.url);
    const dialect = DIALECTS.find(({ prefix }) => url.pathname.startsWith(`${prefix}/`));
    return dialect === undefined ? answerAid(state, request, url) : answerApi(state, request, url, dialect);
  };
}

async function answerApi(state: SandboxState, request: Request, url: URL, dialect: Dialect): Promise<Response> {
  const seen = state.seen.open(request, url.pathname, state.effects.now());
  const stop = new AbortController();
  request.signal.addEventListener("abort", () => stop.abort(), { once: true });
  const body_text = request.body === null ? "" : await request.text();
  const headers = commonHeaders(request, seen.seq, dialect);
  const call: Call = {
    seen,
    effects: state.effects,
    stop,
    headers,
    errorJson: (error) => dialect.errorJson(error),
    errorHeaders: (error) => dialect.errorHeaders?.(error) ?? error.headers ?? {},
    body_text,
    paced: false,
  };

  const response = await answerRoute(state, request, url, dialect, call);
  seen.status = response.status;
  if (!call.paced) endSeen(seen, stop.signal.aborted ? "cancelled" : "finished");
  return response;
}

/** The credential is checked first, then the path, then the method. */
async function answerRoute(
  state: SandboxState,
  request: Request,
  url: URL,
  dialect: Dialect,
  call: Call,
): Promise<Response> {
  const path = url.pathname.slice(dialect.prefix.length);
  const routes = dialect.routes.filter((route) => route.path.test(path));
  const refusal = routes.some(({ open }) => open === true) ? null : await dialect.refuseCaller(request, call.body_text);
  if (refusal !== null) return errorResponse(call, refusal);
  if (routes.length === 0) return errorResponse(call, unknownUrl(request.method, url.pathname));
  const route = routes.find(({ method }) => method === request.method);
  if (route === undefined) return errorResponse(call, methodNotAllowed(request.method, url.pathname));
  const groups = Object.entries(route.path.exec(path)?.groups ?? {});
  const params = Object.fromEntries(groups.map(([name, value]) => [name, decoded(value)]));
  return route.answer({ request, url, params, call, state });
}

/** A segment of a path; one that is not encoded right stands for itself, and no model is called so. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
