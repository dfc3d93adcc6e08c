import * as z from "zod";
import type { WalletNamespace } from "../../schema/clients/wallet-client.ts";
import { configReader, flagVariable, secretVariable } from "../../schema/config/variables.ts";
import type { AuditRpc } from "../../schema/wire/audit-rpc.ts";

/** The audit objects, one per org, addressed by org id. */
export interface AuditNamespace {
  idFromName(name: string): DurableObjectId;
  get(id: DurableObjectId): AuditRpc;
}

/** Bindings and variables of the console worker, see wrangler.toml. Variables are parsed by `readConfig`. */
export interface Env {
  readonly DB: D1Database;
  readonly WALLET: WalletNamespace;
  readonly AUDIT: AuditNamespace;
  readonly ASSETS: Fetcher;
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
});

export type ConsoleConfig = z.infer<typeof configSchema>;

/** The worker's configuration, parsed once per isolate. */
export const readConfig = configReader("console", configSchema);
