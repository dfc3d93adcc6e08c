import { randomBytes } from "node:crypto";
import { SECRET_KEY_BYTES } from "../../schema/credential/secret-key.ts";
import { toBase64 } from "../../schema/kernel/base64.ts";
import { runtimeEffects } from "../../schema/kernel/effects.ts";
import { migrate, readMigrations } from "../../scripts/platform/migrations.ts";
import { type BuiltWorker, runtimeOptions } from "../../scripts/platform/runtime-options.ts";
import { d1Database } from "../../scripts/platform/sql-database.ts";
import { localVars } from "../../scripts/platform/vars.ts";
import { FRONT_DOOR } from "../../scripts/platform/workers.ts";
import { type BenchKeys, benchRows } from "./rows.ts";
import { startWorkerd, type Workerd } from "./workerd.ts";

/** The whole platform in one workerd, with an org whose providers are the upstream. */
export interface Gateway extends Workerd {
  readonly keys: BenchKeys;
}

export interface GatewayOptions {
  readonly workers: readonly BuiltWorker[];
  /** Folder of the wallet objects and D1. */
  readonly state: string;
  /** The upstream, without a trailing slash. */
  readonly upstream: string;
  readonly wallets: number;
  readonly inspector: boolean;
  onLog(level: string, line: string): void;
}

export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const pepper = randomBytes(SECRET_KEY_BYTES);
  const master_key = randomBytes(SECRET_KEY_BYTES);
  const secrets = {
    vars: {
      AO_KEY_PEPPER: toBase64(pepper),
      AO_MASTER_KEY: toBase64(master_key),
      AO_AUDIT_KEY: toBase64(randomBytes(SECRET_KEY_BYTES)),
    },
    previous_master_key: null,
    pepper,
    master_key,
  };
  const { workers, state, onLog } = options;
  const front = workers.find(({ config }) => config.folder === FRONT_DOOR);
  if (front === undefined) throw new Error("there is no gateway");
  const vars = localVars({});
  const settings = { host: "127.0.0.1", port: 0, state, secrets, vars, onLog };
  const workerd = await startWorkerd(runtimeOptions(workers, settings), front.config.name, options.inspector);
  const database = d1Database(await workerd.runtime.getD1Database("DB", front.config.name));
  await migrate(database, await readMigrations());
  const { statements, keys } = await benchRows({ ...options, pepper, effects: runtimeEffects() });
  await database.batch(statements);
  return { ...workerd, keys };
}
