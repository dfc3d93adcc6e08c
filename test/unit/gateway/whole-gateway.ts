import { hashApiKey } from "../../../schema/credential/api-key.ts";
import { sealCredential } from "../../../schema/credential/seal.ts";
import { runtimeEffects } from "../../../schema/kernel/effects.ts";
import type { AuthorizeAnswer, AuthorizeRequest } from "../../../schema/wire/console-rpc.ts";
import type {
  AdmitAnswer,
  AdmitRequest,
  KeyedState,
  SettleAnswer,
  SettleRequest,
  WalletRpc,
} from "../../../schema/wire/wallet-rpc.ts";
import { createApp } from "../../../workers/gateway/app.ts";
import type { Env } from "../../../workers/gateway/env.ts";
import { ROUTES } from "../../../workers/gateway/routes/routes.ts";
import { settings } from "../wallet/make.ts";
import { MemoryWallet } from "../wallet/memory-wallet.ts";
import { config, SECRET, standIn, tokenizerOf, usd } from "./fixtures.ts";
import { memoryD1 } from "./memory-d1.ts";

/** The gateway's app with all its routes, over a database in memory and stand-ins for everything else. */

export const HELD: AdmitAnswer = { status: "held", available_nano_usd: usd(1_000_000_000), deadline: 0 };

export const COMPLETION = {
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1,
  model: "m",
  choices: [{ index: 0, message: { role: "assistant", content: "ok" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 10, completion_tokens: 1, total_tokens: 11 },
};

const CREDENTIAL = { api_key: "sk-canary-0123456789" };

export interface GatewayOptions {
  readonly admit?: AdmitAnswer;
  /** What the wallet says of a key that asks for what places no hold; its state unless given. */
  readonly state_for?: (key_id: string) => Promise<KeyedState>;
  /** Gets the signal that ends the call. */
  readonly upstream?: (signal: AbortSignal | null) => Response | Promise<Response>;
  readonly authorize?: (request: AuthorizeRequest) => AuthorizeAnswer | Promise<AuthorizeAnswer>;
  /** What a test of a provider is charged to; null is none. */
  readonly wallet_id?: string | null;
  /** Variables beside the secrets. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly console?: (request: Request) => Response | Promise<Response>;
}

let made = 0;

export async function wholeGateway(options: GatewayOptions = {}) {
  made += 1;
  const key = `ao_${String(made).padStart(43, "k")}`;
  /** What happened, in order: `admit`, `upstream`, `settle`, `authorize`. */
  const steps: string[] = [];
  const admitted: AdmitRequest[] = [];
  const settled: SettleRequest[] = [];
  const called: { readonly url: string; readonly headers: Headers; readonly body: unknown }[] = [];
  const asked: AuthorizeRequest[] = [];
  const forwarded: Request[] = [];
  const events: unknown[] = [];
  const behind: Promise<unknown>[] = [];
  const ended: SettleAnswer = { status: "settled", charged_nano_usd: usd(0), available_nano_usd: null };
  const books = new MemoryWallet(0);
  books.configure(settings());
  const wallet = standIn<WalletRpc>({
    admit: async (request) => {
      steps.push("admit");
      admitted.push(request);
      return options.admit ?? HELD;
    },
    settle: async (request) => {
      steps.push("settle");
      settled.push(request);
      return ended;
    },
    release: async () => {
      steps.push("release");
      return { ...ended, status: "released" };
    },
    state: async () => null,
    stateFor: options.state_for ?? (async (key_id) => books.readFor(key_id)),
  });
  const d1 = await memoryD1();
  const org_id = `org_${made}`;
  d1.insert("orgs", { id: org_id, name: "Org", created_at: 0 });
  d1.insert("wallets", { id: "wal_1", org_id, name: "Team", created_at: 0 });
  d1.insert("api_keys", {
    id: `key_whole_${made}`,
    org_id,
    wallet_id: "wal_1",
    name: "App",
    hash: await hashApiKey(config().AO_KEY_PEPPER, key),
    hint: "ao_",
    scopes: '["inference"]',
    created_at: 0,
  });
  // A pause before another attempt takes no time here, and is over all the same.
  let ahead_ms = 0;
  const effects = {
    ...runtimeEffects(),
    now: () => Date.now() + ahead_ms,
    wait: async (ms: number) => {
      ahead_ms += ms;
    },
    fetch: async (url: RequestInfo | URL, init?: RequestInit) => {
      steps.push("upstream");
      called.push({ url: String(url), headers: new Headers(init?.headers), body: JSON.parse(String(init?.body)) });
      return (await options.upstream?.(init?.signal ?? null)) ?? Response.json(COMPLETION);
    },
  };
  const env: Env = Object.assign(JSON.parse("{}"), {
    AO_KEY_PEPPER: SECRET,
    AO_MASTER_KEY: SECRET,
    ...options.variables,
    DB: d1.DB,
    WALLET: { idFromName: (name: string) => name, get: () => wallet },
    TOKENIZER: tokenizerOf(5),
    EVENTS: {
      send: async (event: unknown) => events.push(event),
      metrics: async () => ({ backlogCount: 7, backlogBytes: 4_096 }),
    },
    DASHBOARD: {
      fetch: async (request: Request) => {
        forwarded.push(request);
        return (await options.console?.(request)) ?? new Response("console");
      },
    },
    MONITOR: undefined,
    CONSOLE: {
      authorize: async (request: AuthorizeRequest) => {
        steps.push("authorize");
        asked.push(request);
        if (options.authorize !== undefined) return await options.authorize(request);
        return {
          status: "authorized",
          org_id,
          actor_id: "usr_1",
          wallet_id: options.wallet_id === undefined ? "wal_1" : null,
        };
      },
    },
  });
  const app = createApp(ROUTES, effects);
  const context = standIn<ExecutionContext>({ waitUntil: (promise) => behind.push(promise) });
  return {
    org_id,
    key,
    steps,
    admitted,
    settled,
    called,
    asked,
    forwarded,
    events,
    d1,
    /** A provider of the org with a credential, at an address of its own. */
    addProvider: async (
      row: Readonly<Record<string, string | number | null>> & { readonly id: string },
      credential: Readonly<Record<string, string>> = CREDENTIAL,
    ) =>
      d1.insert("providers", {
        org_id,
        kind: "openai",
        name: row.id,
        credential: await sealCredential(
          config().AO_MASTER_KEY,
          { org_id, provider_id: row.id },
          credential,
          runtimeEffects(),
        ),
        created_at: 0,
        ...row,
      }),
    fetch: async (path: string, init: RequestInit = {}): Promise<Response> =>
      await app.fetch(new Request(`https://gateway.example${path}`, init), env, context),
    /** The same with the org's key and a JSON body. */
    post: async (path: string, body?: unknown): Promise<Response> =>
      await app.fetch(
        new Request(`https://gateway.example${path}`, {
          method: "POST",
          headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
        env,
        context,
      ),
    drained: async () => {
      await Promise.all(behind.splice(0));
    },
  };
}
