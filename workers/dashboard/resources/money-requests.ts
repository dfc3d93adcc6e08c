import type { Hooks } from "../api/hooks.ts";
import { shownState } from "../money/money-request.ts";

/** Requests for money: one that nobody has decided in time is shown as expired, also before that is on record. */
export const moneyRequestHooks: Hooks = {
  decorate: async (rows, { scope }) => rows.map((row) => shownState(row, scope.started_at)),
};
