import { type ErrorEnvelope, errorResponse } from "../../../schema/http/error-response.ts";
import { ERRORS } from "../../../schema/kernel/errors.ts";
import type { RequestScope } from "../http/request-scope.ts";
import type { KeyEntry } from "../stores/api-keys.ts";
import type { OperationRefusal } from "./operation-call.ts";
import { isBlocked, reportBlocked } from "./report-blocked.ts";

/** What was asked for when it was refused. */
export interface Asked {
  /** Undefined for somebody whom we do not know. */
  readonly key: KeyEntry | undefined;
  readonly route: string;
  /** `provider/model`, or the name as it was asked for; null before the request was read. */
  readonly model: string | null;
}

/** The answer to a refusal. One that a rule of the org or its wallet made is told to the org's audit chain behind it. */
export function refuseKey(
  { refused, headers }: OperationRefusal,
  scope: RequestScope,
  asked: Asked,
  envelope?: ErrorEnvelope,
): Response {
  // By ours it is found in the console, whatever id the caller gave it.
  const named = { ...headers, "x-ao-request-id": scope.request_id };
  const answer = errorResponse(refused, scope.public_request_id, named, envelope);
  const { key, route, model } = asked;
  if (key === undefined || !isBlocked(refused.code)) return answer;
  reportBlocked(scope, {
    at: scope.started_at,
    org_id: key.org_id,
    wallet_id: key.wallet_id,
    key_id: key.key_id,
    key_name: key.name,
    code: refused.code,
    message: refused.message ?? ERRORS[refused.code].public_text,
    refusal: refused.details,
    model,
    route,
    request_id: scope.request_id,
    ip: scope.ip,
  });
  return answer;
}
