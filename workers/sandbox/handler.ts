import { isJsonObject, type JsonObject } from "../../schema/kernel/json.ts";
import { LIMITS } from "../../schema/kernel/limits.ts";
import type { ChatRequest } from "../../schema/wire/openai-chat.ts";
import { readObject } from "./body.ts";
import { type Call, clientGone, jsonResponse } from "./call.ts";
import { answerChat, openJob } from "./chat.ts";
import { readChatRequest } from "./chat-request.ts";
import { type Controls, readControls, splitSuffix } from "./controls.ts";
import type { SandboxEffects } from "./effects.ts";
import { embed } from "./embeddings.ts";
import {
  errorResponse,
  type Failed,
  INVALID_KEY,
  invalid,
  isFailed,
  methodNotAllowed,
  modelNotFound,
  unknownUrl,
} from "./errors.ts";
import { answerFault } from "./faults.ts";
import { hashedId } from "./hash.ts";
import { answerBigLine } from "./models/big-line.ts";
import { FLAKY_RECOVERED, findModel, MODELS, type SandboxModel } from "./models/catalogue.ts";
import { FlakyCounts } from "./models/flaky.ts";
import { contentText } from "./models/text.ts";
import { isVariant, VARIANTS } from "./models/usage.ts";
import { endSeen, SeenLog } from "./seen.ts";

/** The sandbox provider: a fetch handler with its memory, which is its list of what it has seen. */
export function createSandbox(effects: SandboxEffects): (request: Request) => Promise<Response> {
  const state: State = { effects, seen: new SeenLog(), flaky: new FlakyCounts() };
  return (request) => {
    const url = new URL(request.url);
    return url.pathname.startsWith("/v1/") ? answerApi(state, request, url.pathname) : answerAid(state, request, url);
  };
}

interface State {
  readonly effects: SandboxEffects;
  readonly seen: SeenLog;
  readonly flaky: FlakyCounts;
}

/** What is not the provider's API: health, and the test aid. */
async function answerAid(state: State, request: Request, url: URL): Promise<Response> {
  const route = `${request.method} ${url.pathname}`;
  switch (route) {
    case "GET /health":
      return Response.json({ ok: true });
    case "GET /_seen":
      return Response.json({ data: state.seen.list(url.searchParams.get("request_id")) });
    case "DELETE /_seen":
      state.seen.clear();
      state.flaky.clear();
      return new Response(null, { status: 204 });
    default:
      return errorResponse(unknownUrl(request.method, url.pathname), new Headers());
  }
}

async function answerApi(state: State, request: Request, path: string): Promise<Response> {
  const seen = state.seen.open(request, path, state.effects.now());
  const stop = new AbortController();
  request.signal.addEventListener("abort", () => stop.abort(), { once: true });
  const body_text = request.body === null ? "" : await request.text();
  const headers = commonHeaders(request, seen.seq);
  const call: Call = { seen, effects: state.effects, stop, headers, body_text, paced: false };

  const response = await answerRoute(state, request, path, call);
  seen.status = response.status;
  if (!call.paced) endSeen(seen, stop.signal.aborted ? "cancelled" : "finished");
  return response;
}

async function answerRoute(state: State, request: Request, path: string, call: Call): Promise<Response> {
  if (carriesInvalidKey(request)) return errorResponse(INVALID_KEY, call.headers);
  const route = path.startsWith("/v1/models/") ? "/v1/models/*" : path;
  const method = ROUTES.get(route);
  if (method === undefined) return errorResponse(unknownUrl(request.method, path), call.headers);
  if (method !== request.method) return errorResponse(methodNotAllowed(request.method, path), call.headers);
  switch (route) {
    case "/v1/models":
      return jsonResponse(call, JSON.stringify({ object: "list", data: Object.keys(MODELS).map(modelObject) }));
    case "/v1/models/*":
      return answerModel(call, decodeURIComponent(path.slice("/v1/models/".length)));
    default:
      return answerGeneration(state, call, route);
  }
}

const ROUTES: ReadonlyMap<string, string> = new Map([
  ["/v1/models", "GET"],
  ["/v1/models/*", "GET"],
  ["/v1/chat/completions", "POST"],
  ["/v1/embeddings", "POST"],
]);

/** A fixed day, so that the list never changes. */
const MODELS_CREATED = Date.UTC(2026, 0, 1) / 1000;

const modelObject = (id: string): object => ({ id, object: "model", created: MODELS_CREATED, owned_by: "sandbox" });

function answerModel(call: Call, id: string): Response {
  if (findModel(id) === undefined) return errorResponse(modelNotFound(id), call.headers);
  return jsonResponse(call, JSON.stringify(modelObject(id)));
}

/** Chat and embeddings: the model is looked up first, then the body is checked, then the model may fail. */
async function answerGeneration(state: State, call: Call, route: string): Promise<Response> {
  const body = readObject(call.body_text);
  if (isFailed(body)) return errorResponse(body.failed, call.headers);
  noteBody(call, body);
  const { model: id } = body;
  if (typeof id !== "string" || id === "") {
    return errorResponse(invalid("you must provide a model parameter", null, null).failed, call.headers);
  }
  const model = findModel(id);
  if (model === undefined) return errorResponse(modelNotFound(id), call.headers);
  return route === "/v1/embeddings"
    ? answerEmbeddings(state, call, body, model)
    : answerCompletion(state, call, body, model);
}

async function answerEmbeddings(state: State, call: Call, body: JsonObject, model: SandboxModel): Promise<Response> {
  const controls = readControls({}, {}, {});
  if (isFailed(controls)) return errorResponse(controls.failed, call.headers);
  const fault = await answerFault(call, model, controls, state.flaky);
  if (fault !== null) return fault;
  if (model.kind !== "embedding") {
    const wrong = invalid("This model does not make embeddings. Use the model 'embed'.", "model", null);
    return errorResponse(wrong.failed, call.headers);
  }
  const answer = embed(body);
  if (isFailed(answer)) return errorResponse(answer.failed, call.headers);
  call.seen.prompt_tokens = answer.prompt_tokens;
  return jsonResponse(call, answer.json);
}

async function answerCompletion(state: State, call: Call, body: JsonObject, model: SandboxModel): Promise<Response> {
  const request = readChatRequest(body);
  if (isFailed(request)) return errorResponse(request.failed, call.headers);
  const controls = chatControls(request, model);
  if (isFailed(controls)) return errorResponse(controls.failed, call.headers);

  if (controls.first_byte_ms > 0) {
    const how = await call.effects.sleep(controls.first_byte_ms, call.stop.signal);
    if (how === "aborted") return clientGone();
  }
  const fault = await answerFault(call, model, controls, state.flaky);
  if (fault !== null) return fault;
  if (model.kind === "embedding") {
    const message = "This is not a chat model and thus not supported in the v1/chat/completions endpoint.";
    return errorResponse({ ...invalid(message, "model", null).failed, status: 404 }, call.headers);
  }
  if (model.kind === "chat") return answerChat(openJob(call, request, model, controls));
  const job = openJob(call, request, FLAKY_RECOVERED, controls);
  return model.kind === "big_line" ? answerBigLine(job) : answerChat(job);
}

function chatControls(request: ChatRequest, model: SandboxModel): Controls | Failed {
  const last = request.messages.findLast((message) => message.role === "user");
  const { suffix } = splitSuffix(contentText(last?.content));
  const defaults = model.kind === "chat" ? model.defaults : {};
  const controls = readControls(defaults, request.metadata ?? {}, suffix);
  if (isFailed(controls)) return controls;
  if (request.model === "wrong-usage" && controls.variant !== null && !isVariant(controls.variant)) {
    return invalid(`Invalid sandbox control 'variant': one of ${VARIANTS.join(", ")}.`, "metadata.variant");
  }
  // The delay of `slow` is the one before its first byte.
  if (request.model === "slow" && controls.given.has("delay_ms")) {
    return { ...controls, first_byte_ms: controls.delay_ms, delay_ms: 0 };
  }
  return controls;
}

/** Notes the names and numbers of a body, before it is checked: a test asks above all about what was refused. */
function noteBody({ seen }: Call, body: JsonObject): void {
  seen.body_fields = Object.keys(body).sort();
  seen.model = typeof body.model === "string" ? body.model : null;
  seen.stream = body.stream === true;
  const max_tokens = body.max_completion_tokens ?? body.max_tokens;
  seen.max_tokens = typeof max_tokens === "number" ? max_tokens : null;
  const options = body.stream_options;
  seen.include_usage = options !== undefined && isJsonObject(options) && options.include_usage === true;
}

const carriesInvalidKey = (request: Request): boolean =>
  request.headers.get("authorization")?.replace(/^Bearer\s+/i, "") === "sk-invalid";

/** The headers of OpenAI's answers. The limits never move: the sandbox has none. */
function commonHeaders(request: Request, seq: number): Headers {
  const sent_id = request.headers.get("x-request-id");
  const usable = sent_id !== null && sent_id.length <= LIMITS.request_id_chars;
  return new Headers({
    "x-request-id": usable ? sent_id : `req_${hashedId(String(seq), 32)}`,
    "openai-organization": "sandbox",
    "openai-version": "2020-10-01",
    "x-ratelimit-limit-requests": "10000",
    "x-ratelimit-remaining-requests": "9999",
    "x-ratelimit-reset-requests": "6ms",
    "x-ratelimit-limit-tokens": "2000000",
    "x-ratelimit-remaining-tokens": "1999000",
    "x-ratelimit-reset-tokens": "30ms",
  });
}
