declare namespace Cloudflare {
  interface Env {
    readonly DB: D1Database;
    readonly EVENTS: Queue<unknown>;
    /** The real wallet objects, bundled by vitest.config.ts. */
    readonly WALLET: {
      idFromName(name: string): DurableObjectId;
      get(id: DurableObjectId): import("../../../schema/wire/wallet-rpc.ts").WalletRpc;
    };
    /** The real audit objects, bundled by vitest.config.ts. */
    readonly AUDIT: {
      idFromName(name: string): DurableObjectId;
      get(id: DurableObjectId): import("../../../schema/wire/audit-rpc.ts").AuditRpc;
    };
    readonly TEXTS: R2Bucket;
    readonly TEXTS_EU: R2Bucket;
    readonly AO_MASTER_KEY: string;
    /** The migrations of schema/migrations, read by vitest.config.ts. */
    readonly MIGRATIONS: import("cloudflare:test").D1Migration[];
  }

  interface GlobalProps {
    mainModule: typeof import("../../../workers/cron/index.ts");
  }
}
