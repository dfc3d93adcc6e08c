import { errorResponse } from "../../../schema/http/error-response.ts";
import { readJsonBody } from "../../../schema/http/read-json-body.ts";
import { isRefused } from "../../../schema/kernel/errors.ts";
import type { ChatDialect } from "../dialects/chat-dialect.ts";
import type { RequestScope } from "../http/request-scope.ts";
import { authenticate } from "./authenticate.ts";
import { countPrompt } from "./count-tokens.ts";
import { planConfigured } from "./plan-configured.ts";
import { refuseKey } from "./refuse-key.ts";

/** Counts the prompt of a request in the given dialect. Free, and without a provider: 503 when the tokenizer is away. */
export const handleCount =
  (route: string, dialect: ChatDialect) =>
  async (http: Request, scope: RequestScope): Promise<Response> => {
    const { errorEnvelope: envelope } = dialect;
    const identity = await authenticate(http.headers, scope, "inference");
    if (isRefused(identity)) {
      return refuseKey(identity, scope, { key: identity.whose, route, model: null }, envelope);
    }
    const { key } = identity;
    const read = await readJsonBody(http);
    if (isRefused(read)) return errorResponse(read.refused, scope.public_request_id, {}, envelope);
    // A count has no answer to bound; the dialect wants a bound of every request.
    const parsed = dialect.parse({ max_tokens: 1, ...read.body });
    if (isRefused(parsed)) return errorResponse(parsed.refused, scope.public_request_id, {}, envelope);
    const { request } = parsed;
    const planned = await planConfigured(request.model, "chat", key, scope);
    if (isRefused(planned)) return refuseKey(planned, scope, { key, route, model: request.model }, envelope);
    const [attempt] = planned.plan.attempts;
    const tokens = await countPrompt(scope.env.TOKENIZER, request, attempt.model);
    if (tokens === null) {
      const refusal = { code: "store_unavailable", message: "The tokenizer does not answer. Try again." } as const;
      return errorResponse(refusal, scope.public_request_id, {}, envelope);
    }
    return Response.json(
      { input_tokens: tokens },
      { headers: { "x-request-id": scope.public_request_id, "cache-control": "no-store" } },
    );
  };
