import { warningsHeader } from "../../../schema/http/caller-headers.ts";
import { errorResponse } from "../../../schema/http/error-response.ts";
import { isRefused } from "../../../schema/kernel/errors.ts";
import type { ChatDialect } from "../dialects/chat-dialect.ts";
import type { RequestScope } from "../http/request-scope.ts";
import { countPrompt } from "./count-tokens.ts";
import { planAsked } from "./plan-asked.ts";
import { refuseKey } from "./refuse-key.ts";
import { chatShape } from "./routing/request-shape.ts";
import { standingOfKey } from "./standing-of-key.ts";

/**
 * Counts the prompt of a request in the given dialect. Free, and without a provider: 503 when the tokenizer is away. What
 * only a provider of the dialect can read is named and not counted; with any other it is refused, as the request would be.
 */
export const handleCount =
  (route: string, dialect: ChatDialect) =>
  async (http: Request, scope: RequestScope): Promise<Response> => {
    const { errorEnvelope: envelope } = dialect;
    const planned = await planAsked(http, scope, {
      route,
      envelope,
      read: (body) => {
        // A count has no answer to bound; the dialect wants a bound of every request.
        const parsed = dialect.parse({ max_tokens: 1, ...body });
        if (isRefused(parsed)) return parsed;
        const { request, native_only } = parsed;
        return { model: request.model, needed: "chat", shape: chatShape(request, dialect.id), request, native_only };
      },
    });
    if ("answer" in planned) return planned.answer;
    const { key, asked, attempt } = planned;
    const [only] = asked.native_only;
    if (only !== undefined && attempt.adapter.natives?.[dialect.id] === undefined) {
      return errorResponse({ code: "unsupported_parameter", ...only }, scope.public_request_id, {}, envelope);
    }
    const [standing, tokens] = await Promise.all([
      standingOfKey(key, scope),
      countPrompt(scope.env.TOKENIZER, asked.request, attempt.model),
    ]);
    if (isRefused(standing)) return refuseKey(standing, scope, { key, route, model: attempt.name }, envelope);
    if (tokens === null) {
      const refusal = { code: "store_unavailable", message: "The tokenizer does not answer. Try again." } as const;
      return errorResponse(refusal, scope.public_request_id, {}, envelope);
    }
    const warnings = asked.native_only.map(({ param }) => `${param} is not counted`);
    return Response.json(
      { input_tokens: tokens },
      {
        headers: {
          "x-request-id": scope.public_request_id,
          "cache-control": "no-store",
          ...(warnings.length === 0 ? {} : { "x-ao-warnings": warningsHeader(warnings) }),
        },
      },
    );
  };
