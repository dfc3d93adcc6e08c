import * as z from "zod";
import type { WalletNamespace } from "../../schema/clients/wallet-client.ts";
import {
  configReader,
  flagVariable,
  headersVariable,
  millisecondsVariable,
  secretVariable,
} from "../../schema/config/variables.ts";
import { LIMITS } from "../../schema/kernel/limits.ts";
import type { CacheNamespace } from "../../schema/wire/cache-rpc.ts";
import type { ConsoleRpc } from "../../schema/wire/console-rpc.ts";
import type { MonitorNamespace } from "../../schema/wire/monitor-rpc.ts";
import type { TokenizerRpc } from "../../schema/wire/tokenizer-rpc.ts";

/** Bindings and variables of the gateway worker, see wrangler.toml. Variables are parsed by `readConfig`. */
export interface Env {
  readonly WALLET: WalletNamespace;
  readonly DB: D1Database;
  readonly EVENTS: Queue;
  readonly TOKENIZER: TokenizerRpc;
  /** The console: every path that is not ours. */
  readonly DASHBOARD: Fetcher;
  /** The same worker's RPC: who may call an administrator's route of ours. */
  readonly CONSOLE: ConsoleRpc;
  /** One object per provider, of this worker. A gateway without the binding serves as well, and knows of no health. */
  readonly MONITOR?: MonitorNamespace;
  /** The response cache, one object per team. A gateway without the binding serves as well, and caches nothing. */
  readonly CACHE?: CacheNamespace;
  /** Texts of requests, sealed, by the jurisdiction of their org. A gateway without the binding stores none. */
  readonly TEXTS?: R2Bucket | undefined;
  readonly TEXTS_EU?: R2Bucket | undefined;
  /** Local only: the provider that needs no key. */
  readonly SANDBOX?: Fetcher;
  readonly [variable: string]: unknown;
}

const configSchema = z.object({
  AO_ENVIRONMENT: z.enum(["production", "staging", "local"]).default("production"),
  /** HMAC key of API-key hashes. */
  AO_KEY_PEPPER: secretVariable,
  /** Wraps the data keys that the credentials of providers are sealed with. */
  AO_MASTER_KEY: secretVariable,
  /** The master key before, while it is being replaced: it only opens. */
  AO_MASTER_KEY_PREVIOUS: secretVariable.optional(),
  /** Whether providers may be at private addresses: for local model servers only. */
  AO_ALLOW_PRIVATE_UPSTREAMS: flagVariable.default(false),
  /** What happens upstream when the caller leaves: `cancel` it, or `drain` it and bill its own usage. */
  AO_CLIENT_GONE: z.enum(["cancel", "drain"]).default("cancel"),
  AO_HOLD_TTL_MS: millisecondsVariable(1_000, LIMITS.hold_lifetime_ms, LIMITS.hold_ttl_ms),
  AO_HEARTBEAT_MS: millisecondsVariable(200, LIMITS.hold_lifetime_ms, LIMITS.heartbeat_ms),
  /** `debug` also writes a line for every request that went well; the request log has all of them anyway. */
  AO_LOG_LEVEL: z.enum(["debug", "info"]).default("info"),
  /**
   * How long a compiled snapshot of an org is used before it is refreshed in the background. A change is taken over
   * after twice this at the latest, which is to be ten seconds.
   */
  AO_SNAPSHOT_MS: millisecondsVariable(0, 600_000, 5_000),
  /** Where traces go, OTLP over HTTP as JSON; nowhere unless set. `/v1/traces` is added. */
  AO_OTLP_URL: z.url({ protocol: /^https?$/, error: "must be the URL of an OTLP collector" }).optional(),
  /** Headers for it, `name=value` joined by commas, as OpenTelemetry's own variable has them. */
  AO_OTLP_HEADERS: headersVariable.default({}),
  /** Share of the traces that are kept, 0 to 1. Failures, and traces that the caller keeps, always are. */
  AO_TRACE_RATIO: z
    .string()
    .regex(/^(?:0|1|0?\.\d{1,6}|1\.0{1,6})$/, "must be a number from 0 to 1")
    .transform(Number)
    .default(1),
  /** What a scraper of `/metrics` sends; without it there are none. Empty is not set: it would let everybody in. */
  AO_METRICS_TOKEN: z
    .string()
    .refine((token) => token === "" || /^[\x21-\x7e]{16,200}$/.test(token), "must be 16 to 200 printable characters")
    .transform((token) => (token === "" ? undefined : token))
    .optional(),
  /** How often a provider is probed, by its monitor's alarm. */
  AO_HEALTH_MS: millisecondsVariable(1_000, 3_600_000, 30_000),
  /** How long a request waits for the response cache at most, from when it began to look. */
  AO_CACHE_BUDGET_MS: millisecondsVariable(1, 10_000, 250),
  /** How often a provider's list of models is taken over. */
  AO_MODEL_SYNC_MS: millisecondsVariable(60_000, 86_400_000, 3_600_000),
});

export type GatewayConfig = z.infer<typeof configSchema>;

/** The worker's configuration, parsed once per isolate. */
export const readConfig = configReader("gateway", configSchema);
