import * as z from "zod";
import { configReader, secretVariable } from "../../schema/config/variables.ts";

/** Bindings and secrets of the audit worker, see wrangler.toml. */
export interface Env {
  readonly DB: D1Database;
  readonly AO_AUDIT_KEY?: string;
}

/** What of D1 is used here. A failed write means *unknown*: it may have been committed. */
export type Database = Pick<D1Database, "prepare" | "batch">;

const configSchema = z.object({ AO_AUDIT_KEY: secretVariable });

/** The worker's configuration, parsed once per isolate. */
export const readConfig = configReader("audit worker", configSchema);
