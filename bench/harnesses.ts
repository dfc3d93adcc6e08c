import { abuse } from "./abuse/abuse.ts";
import { admits } from "./admits/admits.ts";
import { cache } from "./cache/cache.ts";
import { cancels } from "./cancels/cancels.ts";
import { deliveries } from "./deliveries/deliveries.ts";
import type { Harness } from "./harness/harness.ts";
import { kills } from "./kills/kills.ts";
import { logQueries } from "./log-queries/log-queries.ts";
import { outage } from "./outage/outage.ts";
import { overshoot } from "./overshoot/overshoot.ts";
import { rules } from "./rules/rules.ts";
import { semantic } from "./semantic/semantic.ts";

/** The commands of `npm run bench` that test promises, by name. See docs/figures.md. */
export const HARNESSES: Readonly<Record<string, Harness>> = {
  abuse,
  kills,
  cancels,
  deliveries,
  admits,
  overshoot,
  rules,
  outage,
  semantic,
  cache,
  "log-queries": logQueries,
};
