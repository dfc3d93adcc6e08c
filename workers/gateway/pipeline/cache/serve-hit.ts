import type { Part } from "../../../../schema/canonical/parts.ts";
import { LIMITS } from "../../../../schema/kernel/limits.ts";
import { formatUsd } from "../../../../schema/kernel/money.ts";
import type { AnswerIdentity } from "../../dialects/chat-dialect.ts";
import type { StreamRenderer } from "../../dialects/stream-renderer.ts";
import type { Bill, Exchange } from "../exchange.ts";
import type { Outcome } from "../operation-call.ts";
import { answerHeaders, STREAM_HEADERS, type Wishes } from "../serve-exchange.ts";
import type { Replay } from "./caching.ts";
import type { CacheHitFound, ResponseCache } from "./response-cache.ts";

/**
 * Answers an admitted request from the cache, as its caller asked: whole or as a stream, in its dialect. The hold is settled
 * with what a hit costs. No provider is called.
 */
export function serveHit(
  exchange: Exchange,
  cache: ResponseCache,
  hit: CacheHitFound,
  replay: Replay | null,
  { hit_price_percent }: { readonly hit_price_percent: number },
  wishes: Wishes,
): Outcome {
  const { scope, operation, attempt } = exchange;
  const { content, usage, upstream_model } = hit.answer;
  exchange.first_byte_at = scope.effects.now();
  const parts = "parts" in content ? content.parts : [];
  exchange.meter.observe([{ type: "start", id: null, model: upstream_model }, ...parts, { type: "end" }]);
  exchange.texts?.delivered(parts);
  const { bill, saved_nano_usd } = exchange.billHit(usage, hit_price_percent);
  cache.serve(hit, saved_nano_usd);
  const identity: AnswerIdentity = {
    id: `${operation.id_prefix}${scope.request_id}`,
    created: Math.floor(scope.started_at / 1000),
    model: upstream_model ?? attempt.model.upstream_id,
  };
  const streamed = operation.streamed && replay !== null;
  const body = streamed
    ? streamText(replay.createRenderer(identity), identity, parts, tailOf(exchange, bill, wishes))
    : "body" in content
      ? content.body
      : JSON.stringify(replay?.renderWhole(parts, identity, usage));
  const available = exchange.availableAfter(bill);
  const headers = {
    ...answerHeaders(exchange, []),
    ...(streamed
      ? STREAM_HEADERS
      : {
          "content-type": "application/json; charset=utf-8",
          "x-ao-cost-usd": formatUsd(exchange.costOf(bill)),
        }),
    ...(available === null ? null : { "x-ao-wallet-available-usd": formatUsd(available) }),
  };
  const recorded =
    wishes.keep_answer && !streamed && body.length <= LIMITS.idempotent_answer_bytes
      ? { status: 200, headers, body }
      : undefined;
  scope.waitUntil(exchange.settle({ outcome: "completed", status: 200, error_code: null }, bill, recorded));
  return { response: new Response(body, { status: 200, headers }), cost_nano_usd: exchange.costOf(bill) };
}

function tailOf(exchange: Exchange, bill: Bill, { wants_ao }: Wishes): Parameters<StreamRenderer["end"]>[0] {
  const { usage } = bill;
  if (!wants_ao) return { usage, ao: null };
  const available = exchange.availableAfter(bill);
  return {
    usage,
    ao: {
      cost_usd: formatUsd(exchange.costOf(bill)),
      wallet_available_usd: available === null ? null : formatUsd(available),
      provider: exchange.attempt.account.id,
      model: exchange.attempt.name,
      usage_source: bill.source,
    },
  };
}

/** Text of an answer that goes into one event: what shows a stream as it comes shows this one growing, too. */
const PIECE_CHARS = 120;

function streamText(
  renderer: StreamRenderer,
  { model }: AnswerIdentity,
  parts: readonly Part[],
  tail: Parameters<StreamRenderer["end"]>[0],
): string {
  const nothing = { event: null, data: "" };
  const pieces: Part[] = [{ type: "start", id: null, model }, ...parts.flatMap(inPieces)];
  return pieces.map((part) => renderer.event(nothing, [part])).join("") + renderer.end(tail);
}

function inPieces(part: Part): readonly Part[] {
  if (part.type !== "text" && part.type !== "reasoning") return [part];
  const chars = [...part.text];
  const pieces: Part[] = [];
  for (let at = 0; at < chars.length; at += PIECE_CHARS) {
    pieces.push({ ...part, text: chars.slice(at, at + PIECE_CHARS).join("") });
  }
  return pieces;
}
