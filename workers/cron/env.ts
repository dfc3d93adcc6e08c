import * as z from "zod";
import type { ObjectNamespace } from "../../schema/clients/object-named.ts";
import type { WalletNamespace } from "../../schema/clients/wallet-client.ts";
import { configReader, flagVariable, logDaysVariable, secretVariable } from "../../schema/config/variables.ts";
import type { AuditRpc } from "../../schema/wire/audit-rpc.ts";

/** The audit objects, one per org, addressed by org id. */
export type AuditNamespace = ObjectNamespace<Pick<AuditRpc, "append" | "head" | "verify" | "write">>;

/** Bindings and secrets of the cron worker, see wrangler.toml. Variables are parsed by `readConfig`. */
export interface Env {
  readonly DB: D1Database;
  /** It wakes them, and brings them what a crash kept from them. */
  readonly WALLET: WalletNamespace;
  readonly AUDIT: AuditNamespace;
  readonly EVENTS: Queue<unknown>;
  /** Texts of requests, sealed, by the jurisdiction of their org. A deployment may do without. */
  readonly TEXTS?: R2Bucket;
  readonly TEXTS_EU?: R2Bucket;
  /** For looking around in long ranges; never for money. A deployment may do without. */
  readonly EXPLORATION?: Pick<AnalyticsEngineDataset, "writeDataPoint">;
}

const configSchema = z.object({
  /** Opens the secrets of audit webhooks. */
  AO_MASTER_KEY: secretVariable,
  /** While a master key is being replaced: the one before. */
  AO_MASTER_KEY_PREVIOUS: secretVariable.optional(),
  /** Whether webhooks may be at private addresses. */
  AO_ALLOW_PRIVATE_UPSTREAMS: flagVariable.default(false),
  /** How many days the request log is kept; 0 is for ever. */
  AO_LOG_DAYS: logDaysVariable,
});

export type CronConfig = z.infer<typeof configSchema>;

/** The worker's configuration, parsed once per isolate. Only some jobs need it: the others do without. */
export const readConfig = configReader("cron worker", configSchema);

/** What of D1 is used here. A failed write means *unknown*: it may have been committed. */
export type Database = Pick<D1Database, "prepare" | "batch">;
