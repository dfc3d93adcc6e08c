import { type ErrorEnvelope, errorResponse } from "../../../schema/http/error-response.ts";
import { readJsonBody } from "../../../schema/http/read-json-body.ts";
import { isRefused, type Refused } from "../../../schema/kernel/errors.ts";
import type { JsonObject } from "../../../schema/kernel/json.ts";
import type { ChatDialect } from "../dialects/chat-dialect.ts";
import type { RequestScope } from "../http/request-scope.ts";
import { authenticate } from "./authenticate.ts";
import { chatOperation } from "./chat-operation.ts";
import { embeddingsOperation, parseEmbeddings } from "./embeddings-operation.ts";
import type { Operation } from "./operation.ts";
import type { Attempt, NeededCapability } from "./plan.ts";
import { planConfigured } from "./plan-configured.ts";
import { refuseKey } from "./refuse-key.ts";
import { parseRerank, rerankOperation } from "./rerank-operation.ts";
import { runOperation } from "./run-operation.ts";

/** What a route asks of a provider, as far as its body tells. */
interface Asked {
  readonly model: string;
  readonly needed: NeededCapability;
  /** Called for each attempt: a failover translates the request anew. */
  operation(attempt: Attempt): Operation | Refused;
}

interface Intake {
  /** The route's path, as it is logged. */
  readonly route: string;
  readonly envelope?: ErrorEnvelope;
  read(body: JsonObject, headers: Headers): Asked | Refused;
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
          operation: (attempt) => chatOperation({ dialect, parsed, body, headers }, attempt),
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
        return { model: request.model, needed: "rerank", operation: (attempt) => rerankOperation(request, attempt) };
      },
    });

/** What every route that spends has in common: authenticate, read, parse and plan, then run it. */
async function handleInference(http: Request, scope: RequestScope, intake: Intake): Promise<Response> {
  const { route, envelope } = intake;
  const { headers, signal: caller } = http;
  const identity = await authenticate(headers, scope, "inference");
  if (isRefused(identity)) {
    return refuseKey(identity, scope, { key: identity.whose, route, model: null }, envelope);
  }
  const { key } = identity;
  const read = await readJsonBody(http);
  if (isRefused(read)) return errorResponse(read.refused, scope.public_request_id, {}, envelope);
  const asked = intake.read(read.body, headers);
  if (isRefused(asked)) return errorResponse(asked.refused, scope.public_request_id, {}, envelope);
  const planned = await planConfigured(asked.model, asked.needed, key, scope);
  if (isRefused(planned)) return refuseKey(planned, scope, { key, route, model: asked.model }, envelope);
  const [attempt] = planned.plan.attempts;
  const operation = asked.operation(attempt);
  if (isRefused(operation)) return errorResponse(operation.refused, scope.public_request_id, {}, envelope);
  const outcome = await runOperation({ scope, route, payer: key, headers, caller, body: read.body, operation });
  if (!isRefused(outcome)) return outcome.response;
  return refuseKey(outcome, scope, { key, route, model: attempt.name }, envelope);
}
