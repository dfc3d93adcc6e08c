import * as z from "zod";
import { parseSecretKey } from "../../schema/credential/secret-key.ts";
import { LIMITS } from "../../schema/kernel/limits.ts";
import type { TokenizerRpc } from "../../schema/wire/tokenizer-rpc.ts";
import type { WalletRpc } from "../../schema/wire/wallet-rpc.ts";

/** The wallet objects as the gateway sees them: a namespace of stubs with the wallet's RPC. */
export interface WalletNamespace {
  idFromName(name: string): DurableObjectId;
  get(id: DurableObjectId): WalletRpc;
}

/** Bindings and variables of the gateway worker, see wrangler.toml. Variables are parsed by `readConfig`. */
export interface Env {
  readonly WALLET: WalletNamespace;
  readonly DB: D1Database;
  readonly EVENTS: Queue;
  readonly TOKENIZER: TokenizerRpc;
  readonly DASHBOARD: Fetcher;
  /** Local only: the provider that needs no key. */
  readonly SANDBOX?: Fetcher;
  readonly [variable: string]: unknown;
}

const secret = z.string("is missing. Set it with `wrangler secret put`").transform((text, context) => {
  const bytes = parseSecretKey(text);
  if (bytes !== null) return bytes;
  context.addIssue({ code: "custom", message: "must be 32 random bytes in base64 (openssl rand -base64 32)" });
  return z.NEVER;
});

const flag = z.enum(["true", "false"], 'must be "true" or "false"').transform((text) => text === "true");

const milliseconds = (least: number, most: number, fallback: number) =>
  z
    .string()
    .regex(/^\d+$/, "must be a whole number of milliseconds")
    .transform(Number)
    .pipe(z.number().min(least, `must be at least ${least}`).max(most, `must be at most ${most}`))
    .default(fallback);

const configSchema = z.object({
  AO_ENVIRONMENT: z.enum(["production", "staging", "local"]).default("production"),
  /** HMAC key of API-key hashes. */
  AO_KEY_PEPPER: secret,
  /** Wraps the credentials of providers. */
  AO_MASTER_KEY: secret,
  /** Whether providers may be at private addresses: for local model servers only. */
  AO_ALLOW_PRIVATE_UPSTREAMS: flag.default(false),
  /** What happens upstream when the caller leaves: `cancel` it, or `drain` it and bill its own usage. */
  AO_CLIENT_GONE: z.enum(["cancel", "drain"]).default("cancel"),
  AO_HOLD_TTL_MS: milliseconds(1_000, LIMITS.hold_lifetime_ms, LIMITS.hold_ttl_ms),
  AO_HEARTBEAT_MS: milliseconds(200, LIMITS.hold_lifetime_ms, LIMITS.heartbeat_ms),
  /** `debug` also writes a line for every request that went well; the request log has all of them anyway. */
  AO_LOG_LEVEL: z.enum(["debug", "info"]).default("info"),
  /** How long a compiled snapshot of an org is used before it is refreshed in the background. */
  AO_SNAPSHOT_MS: milliseconds(0, 600_000, 10_000),
});

export type GatewayConfig = z.infer<typeof configSchema>;

export type ConfigResult =
  | { readonly ok: true; readonly config: GatewayConfig }
  | { readonly ok: false; readonly problem: string };

const parsed = new WeakMap<object, ConfigResult>();

/**
 * The worker's configuration, parsed once per isolate. A problem is one sentence that names each variable at fault and
 * what it must be; values are never shown.
 */
export function readConfig(env: Env): ConfigResult {
  const known = parsed.get(env);
  if (known !== undefined) return known;
  const result = configSchema.safeParse(env);
  const answer: ConfigResult = result.success
    ? { ok: true, config: result.data }
    : {
        ok: false,
        problem: `The gateway is not configured: ${result.error.issues
          .map((issue) => `${issue.path.join(".")} ${issue.message}`)
          .join("; ")}.`,
      };
  parsed.set(env, answer);
  return answer;
}
