import { type MockInstance, vi } from "vitest";
import type { WalletClient } from "../../../schema/clients/wallet-client.ts";
import type { Effects } from "../../../schema/kernel/effects.ts";
import { isRefused } from "../../../schema/kernel/errors.ts";
import { type NanoUsd, nanoUsd } from "../../../schema/kernel/money.ts";
import type { ModelInfo, Price } from "../../../schema/pricing/price.ts";
import { type ChatRequest, chatRequestSchema } from "../../../schema/wire/openai-chat.ts";
import type { RequestContext } from "../../../schema/wire/request-record.ts";
import type { TokenizerRpc } from "../../../schema/wire/tokenizer-rpc.ts";
import type { WalletRpc } from "../../../schema/wire/wallet-rpc.ts";
import { openAiChat } from "../../../workers/gateway/dialects/openai-chat/openai-chat.ts";
import { type Env, type GatewayConfig, readConfig } from "../../../workers/gateway/env.ts";
import type { RequestScope } from "../../../workers/gateway/http/request-scope.ts";
import { chatOperation } from "../../../workers/gateway/pipeline/chat-operation.ts";
import type { Operation } from "../../../workers/gateway/pipeline/operation.ts";
import type { Attempt } from "../../../workers/gateway/pipeline/plan.ts";
import type { ProviderAccount } from "../../../workers/gateway/providers/kit/provider.ts";
import { openai } from "../../../workers/gateway/providers/openai/openai.ts";
import type { KeyEntry } from "../../../workers/gateway/stores/api-keys.ts";

/** 2026-03-10T12:00:00Z. */
export const NOON = Date.UTC(2026, 2, 10, 12);

export const usd = (amount: number): NanoUsd => nanoUsd(amount);

/** Stands in for something of which a test uses a few members. Asking for any other is a failure of the test. */
export function standIn<T extends object>(members: Partial<T>): T {
  const known: T = Object.assign(JSON.parse("{}"), members);
  return new Proxy(known, {
    get(target, name, receiver) {
      // A promise that is resolved with it asks whether it is one.
      if (name !== "then" && !(name in target)) throw new Error(`the stand-in has no ${String(name)}`);
      return Reflect.get(target, name, receiver);
    },
  });
}

/** 1 nano-USD for a prompt token, 2 for a token of the answer. */
export const PRICE: Price = {
  price_id: "prc_1",
  effective_from: 0,
  rates: { input: 1_000_000, output: 2_000_000 },
  tiers: [],
};

export const model = (change: Partial<ModelInfo> = {}): ModelInfo => ({
  upstream_id: "m-2026",
  aliases: [],
  context_tokens: 128_000,
  max_output_tokens: 16_384,
  encoding: "o200k_base",
  capabilities: ["chat"],
  prices: [PRICE],
  ...change,
});

export const ACCOUNT: ProviderAccount = {
  id: "acme",
  kind: "openai",
  base_url: "https://upstream.example/v1",
  credential: { api_key: "canary-credential-1" },
  region: null,
  settings: {},
};

export const attempt = (change: Partial<Attempt> = {}): Attempt => ({
  adapter: openai,
  account: ACCOUNT,
  timeouts: { first_byte_ms: 1_000, idle_ms: 1_000, total_ms: 5_000 },
  model: model(),
  name: "acme/m",
  price: PRICE,
  ...change,
});

export const request = (change: object = {}): ChatRequest =>
  chatRequestSchema.parse({ model: "acme/m", messages: [{ role: "user", content: "Hello" }], ...change });

/** A chat completion asked of an attempt, as the pipeline runs it. */
export function operation(change: object = {}, on: Attempt = attempt()): Operation {
  const body = JSON.parse(JSON.stringify(request(change)));
  const parsed = { request: request(change), native_only: [], warnings: [] };
  const made = chatOperation({ dialect: openAiChat, parsed, body, headers: new Headers() }, on);
  if (isRefused(made)) throw new Error(`refused: ${made.refused.code}`);
  return made;
}

export const KEY: KeyEntry = {
  key_id: "key_1",
  name: "Demo app",
  org_id: "org_1",
  wallet_id: "wal_1",
  scopes: ["inference"],
  models: null,
  expires_at: null,
  revoked_at: null,
  shards: 1,
  store_texts: true,
  team_id: null,
  cost_center: null,
  limits: { version: 1, requests_per_minute: null, tokens_per_minute: null, concurrent_requests: null },
};

export const CONTEXT: RequestContext = {
  org_id: "org_1",
  key_id: "key_1",
  route: "/v1/chat/completions",
  dialect: "openai-chat",
  provider_id: "acme",
  provider_kind: "openai",
  model: "acme/m",
  stream: false,
  feature: null,
  tags: {},
  subject: null,
  country: null,
  trace_id: null,
  started_at: NOON,
};

/** A client of a wallet object that has the given methods. */
export const walletOf = (members: Partial<WalletRpc>): WalletClient =>
  standIn<WalletClient>({
    call: (run) => run(standIn<WalletRpc>(members)),
    end: (run) => run(standIn<WalletRpc>(members)),
  });

export const unanswered = (): Promise<never> => Promise.reject(new Error("no answer"));

/** Counts a prompt as given, and a text as one token per word; null is a tokenizer that does not answer. */
export const tokenizerOf = (prompt_tokens: number | null): TokenizerRpc => ({
  countChat: () =>
    prompt_tokens === null ? unanswered() : Promise.resolve({ tokens: prompt_tokens, approximate: false }),
  countTexts: ({ texts }) =>
    prompt_tokens === null
      ? unanswered()
      : Promise.resolve(texts.map((text) => ({ tokens: wordsOf(text), approximate: false }))),
});

export const wordsOf = (text: string): number => text.split(" ").filter((word) => word !== "").length;

export const SECRET = Buffer.alloc(32, 7).toString("base64");

export function config(variables: Readonly<Record<string, string>> = {}): GatewayConfig {
  const result = readConfig(standIn<Env>({ AO_KEY_PEPPER: SECRET, AO_MASTER_KEY: SECRET, ...absent, ...variables }));
  if (!result.ok) throw new Error(result.problem);
  return result.config;
}

/** Variables that are read and not set. */
const absent = {
  AO_ENVIRONMENT: undefined,
  AO_MASTER_KEY_PREVIOUS: undefined,
  AO_ALLOW_PRIVATE_UPSTREAMS: undefined,
  AO_CLIENT_GONE: undefined,
  AO_LOG_LEVEL: undefined,
  AO_HOLD_TTL_MS: undefined,
  AO_HEARTBEAT_MS: undefined,
  AO_SNAPSHOT_MS: undefined,
  AO_HEALTH_MS: undefined,
  AO_MODEL_SYNC_MS: undefined,
  AO_METRICS_TOKEN: undefined,
  AO_OTLP_URL: undefined,
  AO_OTLP_HEADERS: undefined,
  AO_TRACE_RATIO: undefined,
  AO_CACHE_BUDGET_MS: undefined,
};

export const effects = (change: Partial<Effects> = {}): Effects => ({
  now: () => NOON,
  newId: (kind) => `${kind}_1`,
  randomBytes: (length) => new Uint8Array(length),
  fetch: () => Promise.reject(new Error("no network in this test")),
  wait: async () => undefined,
  ...change,
});

export const scope = (change: Partial<RequestScope> = {}): RequestScope => ({
  env: standIn<Env>({ TOKENIZER: tokenizerOf(5) }),
  config: config(),
  effects: effects(),
  request_id: "req_1",
  public_request_id: "req_1",
  started_at: NOON,
  ip: null,
  waitUntil: () => undefined,
  ...change,
});

/** Keeps the logs of a test off the screen; what they say is in the answer's calls, one line each. */
export function quietLogs(): readonly MockInstance[] {
  return (["debug", "info", "warn", "error"] as const).map((level) =>
    vi.spyOn(console, level).mockImplementation(() => undefined),
  );
}
