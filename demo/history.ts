import { NANO_PER_USD, type NanoUsd, nanoUsd, ZERO_USD } from "../schema/kernel/money.ts";
import type { RequestContext, RequestRecord } from "../schema/wire/request-record.ts";
import type { AdmitAnswer, PostAnswer, TransferOutAnswer } from "../schema/wire/wallet-rpc.ts";
import { Books } from "./books.ts";
import { isHit, KeptAnswers } from "./caching.ts";
import { WALLETS } from "./cast.ts";
import { MONEY, type MoneyMove } from "./money.ts";
import type { EventBatch } from "./record.ts";
import { known, type Story, settingsOf } from "./story.ts";
import { cutRequest, DAY_MS, type DemoRequest, EVENTS, HOUR_MS } from "./traffic.ts";

/** A request that a wallet refused. */
export interface Refusal {
  readonly request: DemoRequest;
  readonly request_id: string;
  readonly code: "wallet_exhausted" | "request_exceeds_wallet" | "wallet_frozen";
}

export interface History {
  readonly books: Books;
  readonly refusals: readonly Refusal[];
}

/** How long a hold may be open: longer than any answer here takes. */
const TTL_MS = 180_000;
/** How often what is due is done. */
const TICK_MS = 2 * HOUR_MS;

/**
 * Plays the story in the wallets: every request is admitted and settled at its time, money moves and settings change at
 * theirs, and every two hours what is due is done. What comes of it is what the wallets say: of each day their events are `told`
 * when it is over.
 */
export async function playHistory(story: Story, told: (batch: EventBatch) => void): Promise<History> {
  const books = new Books();
  const refusals: Refusal[] = [];
  books.now = story.begins_at;
  for (const wallet of WALLETS) await books.open(settingsOf(story, wallet));
  let day = dayOf(books.now);
  for (const act of actsOf(story, books, refusals)) {
    if (dayOf(act.at) > day) {
      await books.tick();
      told({ events: books.takeEvents(), at: books.now });
      day = dayOf(act.at);
    }
    // Time goes one way, also where an answer took longer than until the next request.
    books.now = Math.max(books.now, act.at);
    await act.run();
  }
  books.now = story.now;
  await books.tick();
  // What those above were told of by the first round, they tell by the second.
  await books.tick();
  told({ events: books.takeEvents(), at: books.now });
  return { books, refusals };
}

const dayOf = (at: number): number => Math.floor(at / DAY_MS);

interface Act {
  readonly at: number;
  run(): Promise<unknown>;
}

function actsOf(story: Story, books: Books, refusals: Refusal[]): readonly Act[] {
  const acts: Act[] = [];
  for (let at = story.begins_at + TICK_MS; at < story.now; at += TICK_MS) acts.push({ at, run: () => books.tick() });
  for (const move of MONEY) {
    if (move.status === "done")
      acts.push({ at: story.now - move.hours_ago * HOUR_MS, run: () => moveMoney(story, books, move) });
  }
  const legacy = WALLETS.find(({ slug }) => slug === "legacy");
  if (legacy !== undefined) {
    const frozen = { ...settingsOf(story, legacy, 2), frozen: true };
    acts.push({ at: story.now - 6 * DAY_MS, run: () => books.wallet(frozen.wallet_id).configure(frozen) });
  }
  const kept = new KeptAnswers();
  for (const [index, request] of story.requests.entries()) {
    const request_id = story.ids.id("request", request.at, index);
    acts.push(...requestActs(story, books, kept.attributed(request, request_id), request_id, refusals));
  }
  return acts.sort((a, b) => a.at - b.at);
}

/** A request is admitted when it comes, and settled when its answer has ended. */
function requestActs(
  story: Story,
  books: Books,
  request: DemoRequest,
  request_id: string,
  refusals: Refusal[],
): readonly Act[] {
  const wallet = () => books.wallet(known(story.wallet_ids, request.wallet));
  const context = contextOf(story, request);
  const admit = (hold_nano_usd: NanoUsd) => {
    const { price_id } = request.price;
    return wallet().admit({
      request_id,
      hold_nano_usd,
      committed_nano_usd: ZERO_USD,
      ttl_ms: TTL_MS,
      context,
      price_id,
    });
  };
  const served: { request: DemoRequest | null } = { request: null };
  return [
    {
      at: request.at,
      run: async () => {
        const answer = await admit(request.hold_nano_usd);
        if (answer.status === "held") served.request = request;
        else if (answer.status === "exceeds_wallet") {
          // As the gateway does: what is left is held, and the answer ends where that ends.
          const cut = cutRequest(request, answer.available_nano_usd);
          if (cut !== null && (await admit(answer.available_nano_usd)).status === "held") served.request = cut;
        }
        if (served.request === null) refusals.push({ request, request_id, code: codeOf(answer) });
      },
    },
    {
      at: request.at + request.latency_ms,
      run: async () => {
        if (served.request === null) return;
        const record = recordOf(served.request);
        const { cost_nano_usd } = served.request;
        if (cost_nano_usd === 0) await wallet().release({ request_id, record, context });
        else await wallet().settle({ request_id, cost_nano_usd, record, context });
      },
    },
  ];
}

/** The error that the gateway answers with. */
function codeOf({ status }: Pick<AdmitAnswer, "status">): Refusal["code"] {
  if (status === "frozen") return "wallet_frozen";
  if (status === "exceeds_wallet") return "request_exceeds_wallet";
  if (status === "exhausted" || status === "held_by_others") return "wallet_exhausted";
  throw new Error(`a wallet of the demo answers ${status}`);
}

async function moveMoney(story: Story, books: Books, move: MoneyMove): Promise<void> {
  const id = story.ids.id(move.kind, story.now - move.hours_ago * HOUR_MS, move.slug);
  const amount_nano_usd = nanoUsd(move.usd * NANO_PER_USD);
  const to = known(story.wallet_ids, move.to);
  const answer: PostAnswer | TransferOutAnswer =
    move.from === null
      ? await books
          .wallet(to)
          .post({ ref: id, kind: move.kind === "top_up" ? "top_up" : "adjustment", amount_nano_usd })
      : await books
          .wallet(known(story.wallet_ids, move.from))
          .transferOut({ transfer_id: id, to_wallet_id: to, amount_nano_usd });
  if (answer.status !== "posted" && answer.status !== "transferred") {
    throw new Error(`the demo cannot move money for ${move.slug}: ${answer.status}`);
  }
}

function contextOf(story: Story, request: DemoRequest): RequestContext {
  const { workload, model } = request;
  const provider = model.split("/")[0] ?? "";
  const asked = request.tried[0]?.model ?? model;
  const rule = workload.feature === "support-answers" && request.at > story.now - EVENTS.fallback_rule * DAY_MS;
  return {
    org_id: story.org_id,
    key_id: known(story.key_ids, request.key),
    route: workload.operation === "embeddings" ? "/v1/embeddings" : "/v1/chat/completions",
    dialect: workload.operation === "embeddings" ? "openai-embeddings" : "openai-chat",
    provider_id: provider,
    provider_kind: provider,
    model,
    stream: request.stream,
    feature: workload.feature,
    tags: request.tags,
    subject: request.subject,
    country: request.country,
    trace_id: null,
    started_at: request.at,
    routing: {
      asked: request.variant === null ? asked : "openai/gpt-6.1-sol",
      rule_id: rule ? story.rule_ids.fallback : null,
      rule: rule ? "Support answers survive an outage" : null,
      how: rule ? "fallback" : "asked",
      passed_over: [],
      passed_over_more: 0,
      candidates: rule ? [{ model: asked }, { model: "anthropic/claude-sonnet-5-5" }] : [{ model: asked }],
      ...(request.variant === null
        ? {}
        : {
            experiment: {
              id: story.experiment_id,
              name: "A smaller model for support",
              run: 1,
              variant: request.variant,
            },
          }),
      ...(request.tried.length === 0 ? {} : { tried: request.tried }),
    },
  };
}

const recordOf = (request: DemoRequest): RequestRecord => ({
  outcome: request.outcome,
  status: request.status,
  error_code:
    request.outcome === "upstream_error"
      ? "upstream_error"
      : request.outcome === "upstream_timeout"
        ? "upstream_timeout"
        : null,
  usage: request.usage,
  usage_source: isHit(request) ? "cache" : request.outcome === "cancelled" ? "counted" : "provider",
  estimated: request.outcome === "cancelled",
  unpriced: [],
  price_id: request.price.price_id,
  upstream_model: request.model.slice(request.model.indexOf("/") + 1),
  upstream_request_id: null,
  finish_reason: request.outcome === "completed" ? "stop" : request.outcome === "cut" ? "length" : null,
  attempts: isHit(request) ? 0 : 1 + request.tried.length,
  latency_ms: request.latency_ms,
  first_byte_ms: request.first_byte_ms,
  ...(request.cache === undefined ? {} : { cache: request.cache }),
});
