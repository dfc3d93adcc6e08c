declare namespace Cloudflare {
  interface Env {
    readonly DB: D1Database;
    readonly MONITOR: DurableObjectNamespace<
      import("../../../workers/gateway/monitor/provider-monitor.ts").ProviderMonitor
    >;
    /** The migrations of schema/migrations, read by vitest.config.ts. */
    readonly MIGRATIONS: import("cloudflare:test").D1Migration[];
  }

  interface GlobalProps {
    mainModule: typeof import("../../../workers/gateway/index.ts");
  }
}
