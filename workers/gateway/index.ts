import { runtimeEffects } from "../../schema/kernel/effects.ts";
import { log } from "../../schema/kernel/log.ts";
import { createApp } from "./app.ts";
import type { Env } from "./env.ts";
import { sweepMonitors } from "./monitor/sweep-monitors.ts";
import { ROUTES } from "./routes/routes.ts";

export { ProviderMonitor } from "./monitor/provider-monitor.ts";

const app = createApp(ROUTES, runtimeEffects());

export default {
  fetch: (request: Request, env: Env, context: ExecutionContext) => app.fetch(request, env, context),

  async scheduled({ scheduledTime }: ScheduledController, env: Env): Promise<void> {
    if (env.MONITOR === undefined) return;
    const monitors = await sweepMonitors(env.DB, env.MONITOR, Math.floor(scheduledTime / 60_000));
    log("info", "monitors_swept", { monitors });
  },
};
