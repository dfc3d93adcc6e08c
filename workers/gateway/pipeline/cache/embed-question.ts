import * as z from "zod";
import { isRefused } from "../../../../schema/kernel/errors.ts";
import { tryParseJson } from "../../../../schema/kernel/json.ts";
import { log } from "../../../../schema/kernel/log.ts";
import type { RequestScope } from "../../http/request-scope.ts";
import type { KeyEntry } from "../../stores/api-keys.ts";
import { embeddingsOperation, parseEmbeddings } from "../embeddings-operation.ts";
import { planRequest } from "../plan.ts";
import { runOperation } from "../run-operation.ts";
import { orgSnapshot } from "../snapshot.ts";

const answer = z.looseObject({ data: z.tuple([z.looseObject({ embedding: z.array(z.number()).min(1) })]) });

/** Labels by which the cost is told apart go on to the request that is made for it. */
const LABELS = ["x-ao-feature", "x-ao-tags", "x-ao-subject"] as const;

/** The index has so many dimensions; models that have more and can give fewer are asked for these. */
const DIMENSIONS = 1_536;
const LARGER = /^(?:text-embedding-3-large|gemini-embedding)/;

/**
 * The vector of a question by the model that a cache setting names: a request of its own, which the caller's wallet pays and
 * whose row is in the log. Null where it cannot be had; the question is then not looked for by its meaning.
 */
export const questionEmbedder =
  (model: string, key: KeyEntry, { headers, signal: caller }: Request, asked: RequestScope) =>
  async (text: string): Promise<readonly number[] | null> => {
    const request_id = asked.effects.newId("request");
    const { now } = asked.effects;
    const scope: RequestScope = { ...asked, request_id, public_request_id: request_id, started_at: now(), trace: null };
    const problem = (reason: string): null => {
      log("warn", "cache_question_not_embedded", { request_id: asked.request_id, model, reason });
      return null;
    };
    const loaded = await orgSnapshot(scope, key.org_id);
    if (isRefused(loaded)) return problem(loaded.refused.code);
    // The org's own setting names the model: it need not be among those that the key may ask for.
    const planned = planRequest(model, "embeddings", { ...key, models: null }, loaded.snapshot, scope.started_at);
    if (isRefused(planned)) return problem(planned.refused.code);
    const [attempt] = planned.plan.attempts;
    const larger = LARGER.test(attempt.model.upstream_id);
    const body = { model, input: text, encoding_format: "float", ...(larger ? { dimensions: DIMENSIONS } : {}) };
    const parsed = parseEmbeddings(body);
    if (isRefused(parsed)) return problem(parsed.refused.code);
    const operation = embeddingsOperation(parsed.request, attempt);
    if (isRefused(operation)) return problem(operation.refused.code);
    // The limits of the key count what its owner asks for.
    const { limits: _limits, ...payer } = key;
    const outcome = await runOperation({
      scope,
      route: "/v1/embeddings",
      payer,
      headers: labelsOf(headers),
      caller,
      body,
      operation,
      routing: null,
    });
    if (isRefused(outcome)) return problem(outcome.refused.code);
    const read = answer.safeParse(tryParseJson(await outcome.response.text()));
    return read.success ? read.data.data[0].embedding : problem("unreadable");
  };

function labelsOf(headers: Headers): Headers {
  const labels = new Headers();
  for (const name of LABELS) {
    const value = headers.get(name);
    if (value !== null) labels.set(name, value);
  }
  return labels;
}
