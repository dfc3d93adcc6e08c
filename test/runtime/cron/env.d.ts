declare namespace Cloudflare {
  interface Env {
    readonly DB: D1Database;
    readonly EVENTS: Queue<unknown>;
    readonly WALLET: import("../../../workers/cron/env.ts").WalletNamespace;
    /** The migrations of schema/migrations, read by vitest.config.ts. */
    readonly MIGRATIONS: import("cloudflare:test").D1Migration[];
  }

  interface GlobalProps {
    mainModule: typeof import("../../../workers/cron/index.ts");
  }
}
