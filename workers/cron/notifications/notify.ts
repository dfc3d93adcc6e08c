import type { Effects } from "../../../schema/kernel/effects.ts";
import { type LogFields, log } from "../../../schema/kernel/log.ts";
import { type Env, readConfig } from "../env.ts";
import { problemOf } from "../problem-of.ts";
import { routeAlerts } from "./route-alerts.ts";
import { sendDeliveries } from "./send-deliveries.ts";
import { sender } from "./sender.ts";

/** Makes deliveries of what there is to tell, and sends what is due. Throws when D1 does not answer. */
export async function notify(env: Env, effects: Effects): Promise<LogFields> {
  const result = readConfig(env);
  if (!result.ok) throw new Error(result.problem);
  const { alerts } = await routeAlerts(env.DB, { newDeliveryId: () => effects.newId("delivery"), now: effects.now });
  return { alerts, ...(await sendDeliveries(env.DB, sender(env.DB, result.config, effects))) };
}

/** The same at once, behind the event that there is to tell of. What does not succeed now is done within a minute. */
export async function notifyNow(env: Env, effects: Effects): Promise<void> {
  try {
    log("info", "notified", await notify(env, effects));
  } catch (error) {
    log("warn", "not_notified", { problem: problemOf(error) });
  }
}
