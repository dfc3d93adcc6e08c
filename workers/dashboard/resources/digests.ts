import { refuse } from "../../../schema/kernel/errors.ts";
import { localDate, localHour } from "../../../schema/kernel/period.ts";
import { type Hooks, textOf, textOrNull } from "../api/hooks.ts";
import { findTeam, noSuch, teamStays } from "./find.ts";

/** Digests: the first comes when its hour comes next, not at once for the day in which it was made. */
export const digestHooks: Hooks = {
  create: async (values, context) => {
    const { scope } = context;
    const team_id = textOrNull(values, "team_id");
    if (team_id !== null && (await findTeam(context, team_id)) === null) return noSuch("team", "team_id");
    if (!Array.isArray(values.recipients) || values.recipients.length === 0) {
      return refuse("invalid_request", { message: "`recipients` must name somebody.", param: "recipients" });
    }
    const time_zone = textOf(values, "time_zone");
    const passed = localHour(time_zone, scope.started_at) >= Number(values.hour);
    return {
      values: { last_day: passed ? localDate(time_zone, scope.started_at) : "" },
      preconditions: team_id === null ? [] : [teamStays(context, team_id, "team_id")],
    };
  },
};
