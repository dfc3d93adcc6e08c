import { type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { type Actor, teamsWith } from "../access/actor.ts";
import { listedDimension } from "./dimensions.ts";
import type { Filter } from "./statement.ts";

/** Where the permission to see spending may be held for single teams. */
const PERMISSION = "analytics:read";

/**
 * Filters with what the actor may see: everything, or what was booked to the teams that they lead. Refused when another
 * team is asked for by name; what is booked to no team is nobody's but the organisation's.
 */
export function visibleFilters(actor: Actor, filters: readonly Filter[]): readonly Filter[] | Refused {
  const teams = teamsWith(actor, PERMISSION);
  if (teams === null) return filters;
  const asked = filters.flatMap(({ dimension, values }) => (dimension.name === "team" ? values : []));
  const hidden = asked.find((team) => typeof team !== "string" || !teams.includes(team));
  if (hidden !== undefined) {
    return refuse("forbidden", {
      message: `You see the spending of the teams that you lead: ${teams.join(", ")}. Ask for one of them, or without a team for all of them.`,
      param: "filter.team",
    });
  }
  return asked.length > 0 ? filters : [...filters, { dimension: listedDimension("team"), values: teams }];
}
