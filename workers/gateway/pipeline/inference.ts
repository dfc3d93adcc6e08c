import { type CacheSetting, settingFor } from "../../../schema/caching/cache-setting.ts";
import { cacheNamespace } from "../../../schema/caching/namespace.ts";
import { errorResponse } from "../../../schema/http/error-response.ts";
import { isRefused, type Refusal, type Refused } from "../../../schema/kernel/errors.ts";
import { inCallersPlace } from "../dialects/callers-place.ts";
import type { ChatDialect } from "../dialects/chat-dialect.ts";
import type { RequestScope } from "../http/request-scope.ts";
import type { KeyEntry } from "../stores/api-keys.ts";
import type { CacheCall } from "./cache/cache-call.ts";
import { questionEmbedder } from "./cache/embed-question.ts";
import { chatOperation } from "./chat-operation.ts";
import { continuedRequest, mayBeContinued, type SoFar } from "./continued-request.ts";
import { embeddingsOperation, parseEmbeddings } from "./embeddings-operation.ts";
import type { Operation } from "./operation.ts";
import type { Attempt } from "./plan.ts";
import { type Asked, type Intake, planAsked } from "./plan-asked.ts";
import { refuseKey } from "./refuse-key.ts";
import { parseRerank, rerankOperation } from "./rerank-operation.ts";
import { chatShape, textsShape } from "./routing/request-shape.ts";
import { runOperation } from "./run-operation.ts";
import { wayToAsk } from "./ways-to-ask.ts";

interface InferenceAsked extends Asked {
  /** Called for each attempt: a failover translates the request anew. */
  operation(attempt: Attempt): Operation | Refused;
  /** The same to go on with an answer that broke off; absent where the request rules that out. */
  continued?(attempt: Attempt, so_far: SoFar): Operation | Refused;
  /** A refusal with the field at fault as the caller's body has it; absent where that is what it names. */
  inCallersWords?(refusal: Refusal): Refusal;
}

/** A request for a chat answer, in the dialect of its route. */
export const handleChat =
  (route: string, dialect: ChatDialect) =>
  (http: Request, scope: RequestScope): Promise<Response> =>
    handleInference(http, scope, {
      route,
      envelope: dialect.errorEnvelope,
      read: (body, headers) => {
        const parsed = dialect.parse(body);
        if (isRefused(parsed)) return parsed;
        const continued = (attempt: Attempt, so_far: SoFar) => {
          const request = continuedRequest(parsed.request, so_far);
          if (isRefused(request)) return request;
          return chatOperation({ dialect, parsed: { ...parsed, request }, body, headers }, attempt);
        };
        return {
          model: parsed.request.model,
          needed: "chat",
          shape: chatShape(parsed.request, dialect.id),
          operation: (attempt) => chatOperation({ dialect, parsed, body, headers }, attempt),
          ...(mayBeContinued(parsed.request) ? { continued } : {}),
          inCallersWords: (refusal) => inCallersPlace(refusal, parsed.pathOf ?? ((param) => param)),
        };
      },
    });

/** A request for embeddings. */
export const handleEmbeddings =
  (route: string) =>
  (http: Request, scope: RequestScope): Promise<Response> =>
    handleInference(http, scope, {
      route,
      read: (body) => {
        const parsed = parseEmbeddings(body);
        if (isRefused(parsed)) return parsed;
        const { request } = parsed;
        return {
          model: request.model,
          needed: "embeddings",
          shape: textsShape("embeddings", "openai-embeddings", request.input),
          operation: (attempt) => embeddingsOperation(request, attempt),
        };
      },
    });

/** A request for a ranking. */
export const handleRerank =
  (route: string) =>
  (http: Request, scope: RequestScope): Promise<Response> =>
    handleInference(http, scope, {
      route,
      read: (body) => {
        const parsed = parseRerank(body);
        if (isRefused(parsed)) return parsed;
        const { request } = parsed;
        return {
          model: request.model,
          needed: "rerank",
          shape: textsShape("rerank", "rerank", [request.query, request.documents]),
          operation: (attempt) => rerankOperation(request, attempt),
        };
      },
    });

/** What every route that spends has in common: plan what is asked, then run it. */
async function handleInference(http: Request, scope: RequestScope, intake: Intake<InferenceAsked>): Promise<Response> {
  const { route, envelope } = intake;
  const planned = await planAsked(http, scope, intake);
  if ("answer" in planned) return planned.answer;
  const { key, asked, attempt, fallbacks, body, routing, retry, caching, texts } = planned;
  const wayTo = (other: Attempt) =>
    wayToAsk(other, key.org_id, scope, (made) => asked.operation(made), asked.continued);
  const first = wayTo(attempt);
  const operation = first.operation();
  if (isRefused(operation)) return errorResponse(operation.refused, scope.public_request_id, {}, envelope);
  const { headers, signal: caller } = http;
  const outcome = await runOperation({
    scope,
    route,
    payer: key,
    headers,
    caller,
    body,
    operation,
    ...(first.credentials === undefined ? {} : { again: first }),
    fallbacks: fallbacks.map(wayTo),
    retry,
    ...cacheOf(caching, { key, attempt, route, http, scope }),
    ...(texts === null || !key.store_texts ? {} : { texts }),
    routing,
  });
  if (!isRefused(outcome)) return outcome.response;
  const refused = asked.inCallersWords?.(outcome.refused) ?? outcome.refused;
  return refuseKey({ ...outcome, refused }, scope, { key, route, model: attempt.name }, envelope);
}

/** How the request may be answered from the cache, by the setting that it is under. */
function cacheOf(
  settings: readonly CacheSetting[],
  {
    key,
    attempt,
    route,
    http,
    scope,
  }: {
    readonly key: KeyEntry;
    readonly attempt: Attempt;
    readonly route: string;
    readonly http: Request;
    readonly scope: RequestScope;
  },
): { readonly cache?: CacheCall } {
  const { org_id, team_id, key_id } = key;
  const setting = settingFor(settings, { team_id, key_id, model: attempt.name, route });
  if (setting === null) return {};
  const { embedding_model } = setting;
  const embed = embedding_model === null ? {} : { embed: questionEmbedder(embedding_model, key, http, scope) };
  return { cache: { setting, org_id, team_id, namespace: cacheNamespace(org_id, team_id), ...embed } };
}
