import { Miniflare } from "miniflare";
import { bindRuntimeToThisProcess } from "./bind-runtime.ts";
import { bundleWorker } from "./bundle.ts";
import { readWorkerConfig } from "./config.ts";
import type { Configuration } from "./configuration.ts";
import type { DataFolder } from "./data-folder.ts";
import { withLockedFolder } from "./database-files.ts";
import { migrate, readMigrations } from "./migrations.ts";
import { OPERATOR, operatorOf } from "./operator.ts";
import { auditRuntimeOptions } from "./runtime-options.ts";
import { loadSecrets } from "./secrets.ts";
import { localVars } from "./vars.ts";
import { AUDIT, GATEWAY } from "./workers.ts";

/**
 * Works on the configuration of a data folder that no instance runs on, under the lock that keeps one from starting
 * meanwhile: the database is brought up to date, and the audit objects run on what they have stored.
 */
export const withAuditFiles = <Result>(
  folder: DataFolder,
  work: (configuration: Configuration) => Promise<Result>,
): Promise<Result> =>
  withLockedFolder(folder, async () => {
    const config = readWorkerConfig(AUDIT);
    const [bundle, secrets, migrations] = await Promise.all([
      bundleWorker(config),
      loadSecrets(folder),
      readMigrations(),
    ]);
    bindRuntimeToThisProcess();
    const runtime = new Miniflare(
      auditRuntimeOptions({ config, bundle }, readWorkerConfig(GATEWAY), {
        host: "127.0.0.1",
        port: 0,
        state: folder.state,
        secrets,
        vars: localVars(process.env),
        onLog: (_, line) => console.error(line),
      }),
    );
    try {
      const { batch, write } = operatorOf(await runtime.getWorker(OPERATOR));
      await migrate({ batch }, migrations);
      return await work({ database: { batch }, write });
    } finally {
      await runtime.dispose();
    }
  });
