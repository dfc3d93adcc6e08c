declare namespace Cloudflare {
  interface Env {
    readonly DB: D1Database;
    readonly AUDIT: DurableObjectNamespace<import("../../../workers/audit/audit-object.ts").AuditObject>;
    readonly AO_AUDIT_KEY: string;
    /** The migrations of schema/migrations, read by vitest.config.ts. */
    readonly MIGRATIONS: import("cloudflare:test").D1Migration[];
  }

  interface GlobalProps {
    mainModule: typeof import("../../../workers/audit/index.ts");
  }
}
