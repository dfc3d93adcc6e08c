import * as z from "zod";
import { isRefused } from "../../../schema/kernel/errors.ts";
import { isTimeZone } from "../../../schema/kernel/period.ts";
import { formatTime } from "../../../schema/kernel/time.ts";
import { type Actor, may, mayAnywhere, teamsWith } from "../access/actor.ts";
import { forecastWallets } from "../forecast/of-wallets.ts";
import { json } from "../http/respond.ts";
import type { AdminRoute } from "../http/route.ts";
import type { ConsoleScope } from "../http/scope.ts";
import { alertsSection, moneySection, providersSection } from "../overview/attention.ts";
import { gatherSections } from "../overview/sections.ts";
import { speedSection } from "../overview/speed.ts";
import { spendSection } from "../overview/spend.ts";
import { byUse, showWallet, WALLET_STANDINGS } from "../overview/wallets.ts";
import { visibleFilters } from "../spend/teams.ts";
import { databaseOf } from "../store/database.ts";
import { type LiveWallet, readWalletRows } from "../wallet/states.ts";
import { forecastSchema } from "./forecasts.ts";

/** So many wallets are asked how they stand, and so many of them are shown. */
const ASKED = 100;
const SHOWN = 12;

const figures = {
  cost_usd: z.string().describe("Exact, nine places."),
  cost_nano_usd: z.string(),
  requests: z.int(),
  errors: z.int(),
  error_rate: z.number().nullable(),
};
const query = z.looseObject({}).describe("The body of POST /v1/analytics/cost that gives the same.");
const stretch = { from: z.iso.datetime(), to: z.iso.datetime(), ...figures, query };
const compared = z.object({
  ...stretch,
  previous: z
    .object({ ...stretch, whole_cost_usd: z.string().describe("Of all of that day or month.") })
    .describe("The same stretch of the day or month before."),
  cost_change_usd: z.string(),
  cost_change_percent: z.number().nullable().describe("Null where nothing was spent before."),
});
const series = z.object({ query, data: z.array(z.object({ time: z.iso.datetime(), ...figures })) });
const breakdown = z.object({
  query,
  data: z.array(
    z.looseObject({
      other: z.boolean().describe("Whether this is all groups that are not shown, the last row."),
      filter: z.looseObject({}).nullable().describe("`filter` of POST /v1/analytics/cost for this group alone."),
      ...figures,
      per_day_usd: z.array(z.string()).describe("In the order of `per_day.data`."),
    }),
  ),
});
const durations = z.looseObject({
  requests: z.int(),
  p50_ms: z.number().nullable(),
  p95_ms: z.number().nullable(),
  p99_ms: z.number().nullable(),
});
const speed = {
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  requests: z.int(),
  errors: z.int(),
  error_rate: z.number().nullable(),
  latency: durations,
  first_byte: durations,
  query: z.looseObject({}).describe("The body of POST /v1/analytics/latency for it."),
};
const wallet = z.looseObject({
  id: z.string(),
  name: z.string(),
  parent_id: z.string().nullable(),
  team_id: z.string().nullable(),
  yours: z.boolean().describe("Whether it belongs to a team of yours; false where you see the whole organisation."),
  period: z.string(),
  standing: z.enum(WALLET_STANDINGS),
  utilisation: z.number().nullable().describe("Spent of `budget_usd`; null without a limit."),
  held_part: z.number().nullable().optional(),
  limit_usd: z.string().nullable().optional(),
  budget_usd: z.string().nullable().optional().describe("What there is to spend in this period, spent or not."),
  spent_usd: z.string().optional(),
  held_usd: z.string().optional(),
  leased_usd: z.string().optional(),
  available_usd: z.string().nullable().optional(),
  resets_at: z.iso.datetime().nullable().optional(),
  forecast: forecastSchema.nullable().describe("Null where it does not answer."),
});
const moneyRequest = z.looseObject({
  id: z.string(),
  kind: z.string(),
  wallet_id: z.string().nullable(),
  from_wallet_id: z.string().nullable(),
  to_wallet_id: z.string().nullable(),
  amount_usd: z.string(),
  reason: z.string(),
  requested_by_name: z.string(),
  created_at: z.iso.datetime(),
  expires_at: z.iso.datetime().nullable(),
  may_decide: z.boolean().describe("Whether you may: nobody decides about what they asked for themselves."),
});
const alert = z.looseObject({
  id: z.string(),
  kind: z.string(),
  object_type: z.string(),
  object_id: z.string(),
  team_id: z.string().nullable(),
  at: z.iso.datetime(),
  details: z.record(z.string(), z.unknown()),
});
const troubled = z.looseObject({
  id: z.string(),
  name: z.string(),
  kind: z.string(),
  state: z.string().nullable(),
  since: z.iso.datetime().nullable(),
});

const schema = z.object({
  at: z.iso.datetime(),
  time_zone: z.string(),
  unavailable: z.array(z.string()).describe("Parts that could not be told now. Ask again, or their own routes."),
  spend: z
    .object({
      today: compared,
      period: compared.describe("This month."),
      per_day: series.describe("Of 30 days, today included."),
      per_hour: series.describe("Of 24 hours, this one included."),
      by: z.object({ team: breakdown, model: breakdown, feature: breakdown }).describe("Of the same 30 days."),
    })
    .optional()
    .describe("With `analytics:read`; who leads teams sees what was booked to those."),
  speed: z
    .object({ ...speed, previous: z.object(speed) })
    .optional()
    .describe("Of the last 24 hours and the 24 before; with `analytics:read` in the whole organisation."),
  wallets: z
    .object({
      wallets: z.int().describe("How many there are."),
      asked: z
        .int()
        .describe(`How many were asked how they stand: ${ASKED} at most, those that spent the most in 28 days.`),
      by_standing: z.record(z.enum(WALLET_STANDINGS), z.int()),
      data: z
        .array(wallet)
        .describe(
          `The ${SHOWN} whose money is used the most, each those of your teams before others, each with its \`forecast\` as \`GET /v1/forecasts\` has it.`,
        ),
    })
    .optional()
    .describe("With `wallets:read`."),
  money_requests: z
    .object({ waiting: z.int(), data: z.array(moneyRequest).describe("The oldest first.") })
    .optional()
    .describe("What waits for a decision; with `wallets:read`."),
  alerts: z
    .object({
      since: z.iso.datetime(),
      last_day: z.int(),
      by_kind: z.record(z.string(), z.int()),
      data: z.array(alert).describe("The newest first, steps of ladders and requests for money behind all others."),
    })
    .optional()
    .describe("Of the last seven days; with `alerts:read`."),
  providers: z
    .object({ providers: z.int(), enabled: z.int(), troubled: z.array(troubled) })
    .optional()
    .describe("With `providers:read`."),
});

/** GET /v1/overview: what the first page shows, in one call. */
export const overviewRoute: AdminRoute = {
  tag: "Usage",
  security: "admin",
  permission: "org:read",
  headers: {},
  method: "get",
  path: "/v1/overview",
  operation_id: "getOverview",
  summary: "Show how things stand",
  description:
    "Spending today and this month beside what it was before, by day and hour, by team, model and feature; how well answers come; wallets by use; what waits for somebody. What you may not see is not there. Each figure has the query that gives it.",
  query: z.object({
    time_zone: z
      .string()
      .max(100)
      .refine(isTimeZone, "must be an IANA time zone such as Europe/Berlin")
      .default("UTC")
      .describe("Where days and months begin; UTC unless given."),
  }),
  body: null,
  responses: { 200: { description: "The parts that you may see.", schema } },
  errors: ["invalid_request", "invalid_api_key", "not_signed_in", "forbidden", "store_unavailable"],
  async handle({ query: given }, scope, actor) {
    const time_zone = String(given.time_zone);
    const parts = await gatherSections(partsFor(scope, actor, time_zone), scope.request_id);
    return json(scope, { at: formatTime(scope.started_at), time_zone, ...parts });
  },
};

function partsFor(scope: ConsoleScope, actor: Actor, time_zone: string) {
  const db = databaseOf(scope.env.DB);
  const { org_id } = actor;
  const now = scope.started_at;
  const filters = mayAnywhere(actor, "analytics:read") ? visibleFilters(actor, []) : null;
  return {
    spend: filters === null || isRefused(filters) ? null : () => spendSection(db, { org_id, filters, time_zone, now }),
    speed: may(actor, "analytics:read") ? () => speedSection(db, org_id, now) : null,
    wallets: may(actor, "wallets:read") ? () => walletsSection(scope, actor) : null,
    money_requests: may(actor, "wallets:read") ? () => moneySection(db, actor, now) : null,
    alerts: may(actor, "alerts:read") ? () => alertsSection(db, org_id, now) : null,
    providers: may(actor, "providers:read") ? () => providersSection(db, org_id) : null,
  };
}

async function walletsSection(scope: ConsoleScope, actor: Actor) {
  const { org_id } = actor;
  // Who sees the requests of teams alone wants to know first how those stand.
  const teams = teamsWith(actor, "requests:read") ?? [];
  const isYours = ({ row }: LiveWallet): boolean => row.team_id !== null && teams.includes(row.team_id);
  const rows = await readWalletRows(scope, org_id);
  const { live, forecasts } = await forecastWallets(scope, org_id, rows, { most: ASKED });
  const shown = new Map(live.map((wallet) => [wallet.row.id, showWallet(wallet, scope.started_at)]));
  const standings = [...shown.values()].map(({ standing }) => standing);
  return {
    wallets: rows.length,
    asked: live.length,
    by_standing: Object.fromEntries(
      WALLET_STANDINGS.map((standing) => [standing, standings.filter((one) => one === standing).length]),
    ),
    data: live
      .toSorted((a, b) => Number(isYours(b)) - Number(isYours(a)) || byUse(a, b))
      .slice(0, SHOWN)
      .map((wallet) => {
        const { id } = wallet.row;
        return { ...shown.get(id), id, yours: isYours(wallet), forecast: forecasts.get(id) ?? null };
      }),
  };
}
