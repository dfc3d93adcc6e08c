import { type Refusal, refuse } from "../../../schema/kernel/errors.ts";
import { SUM_LIMITS, type Summed } from "./sum.ts";

/** Why there is no answer, and what to ask instead. */
export const REFUSALS: Readonly<Record<Exclude<Summed["status"], "summed"> | "unavailable", Refusal>> = {
  too_many_groups: refuse("invalid_request", {
    message: `That is more than ${SUM_LIMITS.groups} groups. Ask for a shorter time, for fewer groups, or with a filter.`,
    param: "group_by",
  }).refused,
  too_many_rows: refuse("invalid_request", {
    message: `That is more than ${(SUM_LIMITS.slices * SUM_LIMITS.slice) / 1_000_000} million rows of sums or of the log. Ask for a shorter time.`,
    param: "from",
  }).refused,
  log_deleted: refuse("invalid_request", {
    message:
      "A part of that time is not in the request log any more, see AO_LOG_DAYS. Ask for a later time; or for whole hours, by nothing but team, cost centre, wallet, key, provider, model, feature and status: their sums are kept for ever.",
    param: "from",
  }).refused,
  unavailable: refuse("store_unavailable", {
    message: "The request log does not answer. Try again.",
    retry_after_ms: 1_000,
  }).refused,
};
