/**
 * Every worker of the platform, in the order in which they are deployed: a binding needs its target to exist.
 * Names, bindings and everything else about a worker are in its wrangler.toml, and only there.
 */
export const WORKERS = [
  { folder: "wallet-do", config: "workers/wallet-do/wrangler.toml", deployed: true },
  { folder: "tokenizer", config: "workers/tokenizer/wrangler.toml", deployed: true },
  { folder: "cron", config: "workers/cron/wrangler.toml", deployed: true },
  { folder: "dashboard", config: "workers/dashboard/wrangler.toml", deployed: true },
  { folder: "gateway", config: "wrangler.toml", deployed: true },
  /** Stands in for providers on this machine; never deployed. */
  { folder: "sandbox", config: "workers/sandbox/wrangler.toml", deployed: false },
] as const;

export type Worker = (typeof WORKERS)[number];

/** The worker whose wrangler.toml names the database and its migrations. */
export const GATEWAY: Worker = WORKERS[4];

/** The folder of the worker that answers at the public address. */
export const FRONT_DOOR = GATEWAY.folder;
