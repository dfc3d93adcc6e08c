import type { CacheSetting } from "../../../schema/caching/cache-setting.ts";
import { type ErrorEnvelope, errorResponse } from "../../../schema/http/error-response.ts";
import { readJsonBody } from "../../../schema/http/read-json-body.ts";
import { isRefused, type Refused } from "../../../schema/kernel/errors.ts";
import type { JsonObject } from "../../../schema/kernel/json.ts";
import type { RoutingRecord } from "../../../schema/routing/routing-record.ts";
import { readLabel, readTags } from "../http/headers.ts";
import type { RequestScope } from "../http/request-scope.ts";
import type { KeyEntry } from "../stores/api-keys.ts";
import type { TextsSetting } from "../stores/org-snapshot.ts";
import type { RetryPolicy } from "./attempt-turns.ts";
import { authenticate } from "./authenticate.ts";
import { applyParameters } from "./experiments/apply-parameters.ts";
import type { Attempt, NeededCapability } from "./plan.ts";
import { planConfigured } from "./plan-configured.ts";
import { refuseKey } from "./refuse-key.ts";
import { type CallerFacts, factsOf, type RequestShape } from "./routing/request-shape.ts";
import { traced } from "./traced.ts";

/** What a route asks of a model, as far as its body tells. */
export interface Asked {
  readonly model: string;
  readonly needed: NeededCapability;
  /** What routing rules can ask of it. */
  readonly shape: RequestShape;
}

export interface Intake<Wanted extends Asked> {
  /** The route's path, as it is logged. */
  readonly route: string;
  readonly envelope?: ErrorEnvelope;
  read(body: JsonObject, headers: Headers): Wanted | Refused;
}

export type PlannedAsked<Wanted extends Asked> =
  | {
      readonly key: KeyEntry;
      readonly body: JsonObject;
      readonly asked: Wanted;
      readonly attempt: Attempt;
      /** What is tried where it fails. */
      readonly fallbacks: readonly Attempt[];
      readonly routing: RoutingRecord;
      readonly retry: RetryPolicy;
      /** The org's settings of the response cache. */
      readonly caching: readonly CacheSetting[];
      /** How the org stores texts; null where it does not. */
      readonly texts: TextsSetting | null;
    }
  /** It was refused; this is what the caller is told. */
  | { readonly answer: Response };

/** Authenticates, reads, parses and plans a request for a model, in this order. */
export async function planAsked<Wanted extends Asked>(
  http: Request,
  scope: RequestScope,
  { route, envelope, read: readAsked }: Intake<Wanted>,
): Promise<PlannedAsked<Wanted>> {
  const authenticated = () => authenticate(http.headers, scope, "inference");
  const identity = await traced(scope, "auth", authenticated);
  if (isRefused(identity)) {
    return { answer: refuseKey(identity, scope, { key: identity.whose, route, model: null }, envelope) };
  }
  const { key } = identity;
  const read = await readJsonBody(http);
  if (isRefused(read)) return { answer: errorResponse(read.refused, scope.public_request_id, {}, envelope) };
  const asked = readAsked(read.body, http.headers);
  if (isRefused(asked)) return { answer: errorResponse(asked.refused, scope.public_request_id, {}, envelope) };
  const facts = factsOf(asked.model, asked.shape, callerFacts(http.headers, key, scope));
  const planned = await traced(scope, "policy", () => planConfigured(facts, asked.needed, key, scope));
  if (isRefused(planned)) {
    return { answer: refuseKey(planned, scope, { key, route, model: asked.model }, envelope) };
  }
  const { plan, routing, parameters, retry, caching, texts } = planned;
  const [attempt, ...fallbacks] = plan.attempts;
  const changed =
    parameters === null ? asked : readAsked(applyParameters(facts.dialect, read.body, parameters), http.headers);
  if (isRefused(changed)) {
    const message = `The variant "${routing.experiment?.variant}" of the experiment "${routing.experiment?.name}" does not fit this request. ${changed.refused.message ?? ""}`;
    const refused = { ...changed.refused, message: message.trim() };
    return { answer: errorResponse(refused, scope.public_request_id, {}, envelope) };
  }
  return { key, body: read.body, asked: changed, attempt, fallbacks, routing, retry, caching, texts };
}

function callerFacts(headers: Headers, key: KeyEntry, scope: RequestScope): CallerFacts {
  return {
    key: key.key_id,
    wallet: key.wallet_id,
    team: key.team_id,
    cost_center: key.cost_center,
    feature: readLabel(headers, "x-ao-feature"),
    subject: readLabel(headers, "x-ao-subject"),
    session: readLabel(headers, "x-ao-session"),
    country: readLabel(headers, "cf-ipcountry"),
    tags: readTags(headers).tags,
    at: scope.started_at,
  };
}
