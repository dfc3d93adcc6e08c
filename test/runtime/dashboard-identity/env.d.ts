declare namespace Cloudflare {
  interface Env {
    readonly DB: D1Database;
    /** The migrations of schema/migrations, read by vitest.config.ts. */
    readonly MIGRATIONS: import("cloudflare:test").D1Migration[];
  }
}
