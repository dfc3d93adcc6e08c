import { type CostAnswer, useCosts } from "../../api/costs.ts";
import { effects } from "../../lib/effects.ts";
import { textIn } from "../../lib/json.ts";
import { presetRange } from "../../lib/range.ts";
import { useAccess } from "../../session/access.tsx";

const NOTHING: ReadonlyMap<string, string> = new Map();

/** What each team spent in the last 30 days, by its id; undefined while it is not known, or may not be. */
export function useTeamSpend(): ReadonlyMap<string, string> | undefined {
  const access = useAccess();
  const { from, to } = presetRange("30d", effects.now());
  const body = { from, to, granularity: "total" as const, group_by: ["team"] };
  const { data, isError } = useCosts(body, { enabled: access.may("analytics:read"), select: ofTeams });
  return isError ? NOTHING : data;
}

const ofTeams = ({ data }: CostAnswer): ReadonlyMap<string, string> =>
  new Map(data.map((row) => [textIn(row, "team_id"), row.cost_usd]));
