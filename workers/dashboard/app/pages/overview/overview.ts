import type { UseQueryResult } from "@tanstack/react-query";
import type { ApiError } from "../../api/api-error.ts";
import { useApiQuery } from "../../api/hooks.ts";
import type { AnswerOf } from "../../api/types.ts";
import { viewerTimeZone } from "../../lib/time-zone.ts";

export type Overview = AnswerOf<"/v1/overview", "get">;
export type Spend = NonNullable<Overview["spend"]>;
export type Breakdown = Spend["by"]["team"];
export type OverviewWallet = NonNullable<Overview["wallets"]>["data"][number];
export type OverviewAlert = NonNullable<Overview["alerts"]>["data"][number];
export type MoneyRequest = NonNullable<Overview["money_requests"]>["data"][number];

/** How things stand, asked again every minute while the page is seen. */
export const useOverview = (): UseQueryResult<Overview, ApiError> =>
  useApiQuery(
    "/v1/overview",
    { query: { time_zone: viewerTimeZone() } },
    { staleTime: 30_000, refetchInterval: 60_000, keepPrevious: true },
  );

export const CUTS = { team: "Teams", model: "Models", feature: "Features" } as const;
export type Cut = keyof typeof CUTS;

type Group = Breakdown["data"][number];

/** What a group is called: by its name of today, or its id once the thing is gone. */
export function groupName(cut: Cut, group: Group): string {
  if (group.other) return "All others";
  const text = cut === "team" ? (group.team_name ?? group.team_id) : group[cut];
  return typeof text === "string" && text !== "" ? text : NO_GROUP[cut];
}

const NO_GROUP: Readonly<Record<Cut, string>> = { team: "No team", model: "No model", feature: "No feature" };
