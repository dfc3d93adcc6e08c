import * as z from "zod";
import { CACHE_STATUSES } from "../../../schema/caching/cache-status.ts";
import { parseUsd } from "../../../schema/kernel/money.ts";
import type { Row } from "../api/hooks.ts";
import { momentParam } from "../api/moment-param.ts";

const word = z.string().min(1).max(200).optional();
/** Empty is a value of its own: what was booked to none. */
const wordOrNone = z.string().max(200).optional();

/** Hits of both kinds together are what most ask for. */
const CACHE_FILTERS = ["hit", ...CACHE_STATUSES] as const;

const amount = z
  .string()
  .refine((text) => parseUsd(text) !== null, "must be dollars as a decimal string with up to nine places, such as 0.05")
  .optional();

const TAG = "must be a tag as `key:value`, or a key alone";

/** What the list of requests can be filtered by. Every filter that is given must hold. */
export const requestFilters = {
  request_id: word.describe("Only this request."),
  team_id: wordOrNone.describe("Only what was booked to this team; empty: to none."),
  wallet_id: word.describe("Only those that this wallet itself paid."),
  key_id: word.describe("Only those of this key."),
  subject: word.describe("Only those of this end user, as `x-ao-subject` named them."),
  provider: word.describe("Only those that this provider answered."),
  model: word.describe("Only those of this model, as `provider/model`."),
  feature: word.describe("Only those of this feature, as `x-ao-feature` named it."),
  tag: z
    .string()
    .max(201)
    .regex(/^[^:]/, TAG)
    .optional()
    .describe("Only those with this tag: `env:prod` for the value, `env` for any value."),
  cost_center: wordOrNone.describe("Only what was booked to this cost centre; empty: to none."),
  country: z
    .string()
    .regex(/^[A-Za-z0-9]{2}$/, "must be a country of two letters, such as DE")
    .transform((text) => text.toUpperCase())
    .optional()
    .describe("Only those from this country, two letters."),
  outcome: word.describe("Only those that ended so, such as `completed`."),
  cache: z
    .enum(CACHE_FILTERS, `must be one of ${CACHE_FILTERS.join(", ")}`)
    .optional()
    .describe("Only those with which the response cache did so, such as `hit-exact`; `hit` is a hit of either kind."),
  status: z
    .string()
    .regex(/^(\d{1,3}|[1-5]xx)$/, "must be an HTTP status such as 502, or a class of them such as 5xx")
    .optional()
    .describe("Only those with this HTTP status, `502`, or class of it, `5xx`."),
  error_code: word.describe("Only those that ended in this error."),
  rule_id: word.describe("Only those that this routing rule decided."),
  min_cost_usd: amount.describe("Only those that cost this much or more in all."),
  max_cost_usd: amount.describe("Only those that cost this much or less."),
  from: momentParam.describe("Ended from this time on."),
  to: momentParam.describe("Ended before this time."),
} as const;

const parsed = z.object({
  request_id: z.string().optional(),
  team_id: z.string().optional(),
  wallet_id: z.string().optional(),
  key_id: z.string().optional(),
  subject: z.string().optional(),
  provider: z.string().optional(),
  model: z.string().optional(),
  feature: z.string().optional(),
  tag: z.string().optional(),
  cost_center: z.string().optional(),
  country: z.string().optional(),
  outcome: z.string().optional(),
  cache: z.string().optional(),
  status: z.string().optional(),
  error_code: z.string().optional(),
  rule_id: z.string().optional(),
  min_cost_usd: z.string().optional(),
  max_cost_usd: z.string().optional(),
  from: z.number().optional(),
  to: z.number().optional(),
});

export type RequestFilters = z.infer<typeof parsed>;

/** The filters among the parameters of a route, parsed by its `query` schema. */
export const filtersOf = (query: Row): RequestFilters => parsed.parse(query);
