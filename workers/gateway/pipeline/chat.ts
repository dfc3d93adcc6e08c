import { errorResponse } from "../../../schema/http/error-response.ts";
import { readJsonBody } from "../../../schema/http/read-json-body.ts";
import { isRefused } from "../../../schema/kernel/errors.ts";
import { parseChatRequest } from "../dialects/openai-chat/parse-request.ts";
import type { RequestScope } from "../http/request-scope.ts";
import { authenticate } from "./authenticate.ts";
import { planConfigured } from "./plan-configured.ts";
import { refuseKey } from "./refuse-key.ts";
import { runChat } from "./run-chat.ts";

const ROUTE = "/v1/chat/completions";

/** A chat completion as it comes over HTTP: authenticate, read, parse and plan, then run it. */
export async function handleChat(http: Request, scope: RequestScope): Promise<Response> {
  const identity = await authenticate(http.headers, scope, "inference");
  if (isRefused(identity)) return refuseKey(identity, scope, { key: identity.whose, route: ROUTE, model: null });
  const { key } = identity;
  const read = await readJsonBody(http);
  if (isRefused(read)) return errorResponse(read.refused, scope.public_request_id);
  const parsed = parseChatRequest(read.body);
  if (isRefused(parsed)) return errorResponse(parsed.refused, scope.public_request_id);
  const { request } = parsed;
  const planned = await planConfigured(request.model, "chat", key, scope);
  if (isRefused(planned)) return refuseKey(planned, scope, { key, route: ROUTE, model: request.model });
  const [attempt] = planned.plan.attempts;
  const { headers, signal: caller } = http;
  const outcome = await runChat({
    scope,
    route: ROUTE,
    payer: key,
    headers,
    caller,
    body: read.body,
    request,
    attempt,
  });
  if (!isRefused(outcome)) return outcome.response;
  return refuseKey(outcome, scope, { key, route: ROUTE, model: attempt.name });
}
