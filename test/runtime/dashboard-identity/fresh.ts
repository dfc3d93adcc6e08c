import { applyD1Migrations, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";

/** Empties everything and makes the tables anew. */
export async function fresh(): Promise<void> {
  await reset();
  await applyD1Migrations(env.DB, env.MIGRATIONS);
}
