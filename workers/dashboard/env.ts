import * as z from "zod";
import type { ObjectNamespace } from "../../schema/clients/object-named.ts";
import type { WalletNamespace } from "../../schema/clients/wallet-client.ts";
import { configReader, flagVariable, logDaysVariable, secretVariable } from "../../schema/config/variables.ts";
import type { AuditRpc } from "../../schema/wire/audit-rpc.ts";
import type { CacheNamespace } from "../../schema/wire/cache-rpc.ts";

/** The audit objects, one per org, addressed by org id. */
export type AuditNamespace = ObjectNamespace<AuditRpc>;

/** Bindings and variables of the console worker, see wrangler.toml. Variables are parsed by `readConfig`. */
export interface Env {
  readonly DB: D1Database;
  readonly WALLET: WalletNamespace;
  readonly AUDIT: AuditNamespace;
  /** The cached answers, one object per team. */
  readonly CACHE: CacheNamespace;
  readonly ASSETS: Fetcher;
  /** Texts of requests, sealed, by the jurisdiction of their org. Without its bucket an org cannot store any. */
  readonly TEXTS?: R2Bucket;
  readonly TEXTS_EU?: R2Bucket;
  readonly [variable: string]: unknown;
}

const configSchema = z.object({
  AO_ENVIRONMENT: z.enum(["production", "staging", "local"]).default("production"),
  AO_KEY_PEPPER: secretVariable,
  AO_MASTER_KEY: secretVariable,
  /** While a master key is being replaced: the one before. */
  AO_MASTER_KEY_PREVIOUS: secretVariable.optional(),
  AO_ALLOW_PRIVATE_UPSTREAMS: flagVariable.default(false),
  /** Who may sign up: `open` everybody, each with an org of their own; `invited` only who holds an invitation. */
  AO_SIGN_UP: z.enum(["open", "invited"]).default("open"),
  /** As the cron worker has it: texts are kept no longer than the log. */
  AO_LOG_DAYS: logDaysVariable,
});

export type ConsoleConfig = z.infer<typeof configSchema>;

/** The worker's configuration, parsed once per isolate. */
export const readConfig = configReader("console", configSchema);
