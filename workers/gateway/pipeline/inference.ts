import { errorResponse } from "../../../schema/http/error-response.ts";
import { isRefused, type Refusal, type Refused } from "../../../schema/kernel/errors.ts";
import { inCallersPlace } from "../dialects/callers-place.ts";
import type { ChatDialect } from "../dialects/chat-dialect.ts";
import type { RequestScope } from "../http/request-scope.ts";
import { chatOperation } from "./chat-operation.ts";
import { embeddingsOperation, parseEmbeddings } from "./embeddings-operation.ts";
import type { Operation } from "./operation.ts";
import type { Attempt } from "./plan.ts";
import { type Asked, type Intake, planAsked } from "./plan-asked.ts";
import { refuseKey } from "./refuse-key.ts";
import { parseRerank, rerankOperation } from "./rerank-operation.ts";
import { chatShape, textsShape } from "./routing/request-shape.ts";
import { runOperation } from "./run-operation.ts";

interface InferenceAsked extends Asked {
  /** Called for each attempt: a failover translates the request anew. */
  operation(attempt: Attempt): Operation | Refused;
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
        return {
          model: parsed.request.model,
          needed: "chat",
          shape: chatShape(parsed.request, dialect.id),
          operation: (attempt) => chatOperation({ dialect, parsed, body, headers }, attempt),
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
  const { key, asked, attempt, fallbacks, body, routing } = planned;
  const operation = asked.operation(attempt);
  if (isRefused(operation)) return errorResponse(operation.refused, scope.public_request_id, {}, envelope);
  const { headers, signal: caller } = http;
  const others = fallbacks.map((other) => ({ model: other.name, operation: () => asked.operation(other) }));
  const outcome = await runOperation({
    scope,
    route,
    payer: key,
    headers,
    caller,
    body,
    operation,
    fallbacks: others,
    routing,
  });
  if (!isRefused(outcome)) return outcome.response;
  const refused = asked.inCallersWords?.(outcome.refused) ?? outcome.refused;
  return refuseKey({ ...outcome, refused }, scope, { key, route, model: attempt.name }, envelope);
}
