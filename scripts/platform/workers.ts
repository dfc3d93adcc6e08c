import type { SecretName } from "./secrets.ts";

/**
 * Every worker of the platform, in the order in which they are deployed: a binding needs its target to exist.
 * Names, bindings and everything else about a worker are in its wrangler.toml, and only there.
 */
export const WORKERS = [
  { folder: "wallet-do", config: "workers/wallet-do/wrangler.toml", deployed: true, secrets: [] },
  { folder: "audit", config: "workers/audit/wrangler.toml", deployed: true, secrets: ["AO_AUDIT_KEY"] },
  { folder: "cache", config: "workers/cache/wrangler.toml", deployed: true, secrets: [] },
  { folder: "tokenizer", config: "workers/tokenizer/wrangler.toml", deployed: true, secrets: [] },
  { folder: "cron", config: "workers/cron/wrangler.toml", deployed: true, secrets: ["AO_MASTER_KEY"] },
  {
    folder: "dashboard",
    config: "workers/dashboard/wrangler.toml",
    deployed: true,
    secrets: ["AO_KEY_PEPPER", "AO_MASTER_KEY"],
  },
  { folder: "gateway", config: "wrangler.toml", deployed: true, secrets: ["AO_KEY_PEPPER", "AO_MASTER_KEY"] },
  /** Stands in for providers on this machine; never deployed. */
  { folder: "sandbox", config: "workers/sandbox/wrangler.toml", deployed: false, secrets: [] },
] as const satisfies readonly {
  readonly folder: string;
  readonly config: string;
  readonly deployed: boolean;
  /** Which secrets of the installation it gets: no more than it needs. */
  readonly secrets: readonly SecretName[];
}[];

export type Worker = (typeof WORKERS)[number];

/** The folder of the worker that answers at the public address. */
export const FRONT_DOOR = "gateway";

/** The worker whose objects keep the audit chains. */
export const AUDIT: Worker = WORKERS[1];

/** The worker whose wrangler.toml names the database and its migrations. */
export const GATEWAY: Worker = WORKERS[6];
