import { createRequire } from "node:module";
import { join } from "node:path";

/**
 * Has the runtime started through workerd.sh, which ends it when this process is killed. The local runtime takes the path
 * of its program from the environment and passes the environment on.
 */
export function bindRuntimeToThisProcess(): void {
  if (process.platform === "win32" || process.env.MINIFLARE_WORKERD_PATH) return;
  const { default: workerd }: { default: string } = createRequire(import.meta.resolve("miniflare"))("workerd");
  process.env.AO_WORKERD = workerd;
  process.env.MINIFLARE_WORKERD_PATH = join(import.meta.dirname, "workerd.sh");
}
