import * as z from "zod";
import { formatTime } from "../../../schema/kernel/time.ts";
import { wallet as walletResource } from "../../../schema/resources/wallet.ts";
import type { WalletState } from "../../../schema/wire/wallet-rpc.ts";
import { notFound } from "../api/row-response.ts";
import { CONFIDENCE } from "../forecast/forecast.ts";
import { forecastWallets } from "../forecast/of-wallets.ts";
import { json, refused } from "../http/respond.ts";
import type { AdminRoute } from "../http/route.ts";
import { standingOf, WALLET_STANDINGS } from "../overview/wallets.ts";
import { figures } from "../resources/wallets.ts";
import { readWalletRows } from "../wallet/states.ts";

/** More wallets than this are not asked how they stand for one answer. */
const MOST = 200;

const amount = z.string().describe("An estimate, in dollars.");

/** How a wallet's spending goes on, as it is shown. */
export const forecastSchema = z.object({
  wallet_id: z.string(),
  wallet_name: z.string(),
  team_id: z.string().nullable(),
  parent_id: z.string().nullable(),
  period: z.string(),
  period_started_at: z.iso.datetime(),
  resets_at: z.iso.datetime().nullable(),
  spent_usd: z.string().describe("In this period, exact, by the wallet itself and those below it."),
  budget_usd: z
    .string()
    .nullable()
    .describe("The limit with what was carried over, added and moved; null without one."),
  left_usd: z.string().nullable().describe("Of that, not spent: held and leased money included."),
  utilisation: z.number().nullable().describe("spent / budget."),
  basis: z
    .enum(["weekdays", "days", "none"])
    .describe("Each weekday by itself; all days alike, where there are less than two weeks; nothing was ever spent."),
  history_days: z.int().describe("How many days of spending it rests on, 28 at most."),
  burn_rate: z.object({ last_day_usd: amount, last_week_usd_per_day: amount, expected_usd_per_day: amount }),
  at_reset: z
    .object({
      expected_usd: amount.describe("The spending of the period at its end, an estimate."),
      low_usd: amount,
      high_usd: amount,
      confidence: z.literal(CONFIDENCE).describe("How likely the spending lies from low to high."),
      over_budget: z.boolean(),
      utilisation: z.number().nullable(),
    })
    .nullable()
    .describe("Null where the period never ends."),
  runs_out_at: z.iso
    .datetime()
    .nullable()
    .describe(
      "When nothing is left at the expected rate, an estimate; null where it lasts until the reset, or a year.",
    ),
});

const example: z.infer<typeof forecastSchema> = {
  wallet_id: "wal_01",
  wallet_name: "Search team",
  team_id: null,
  parent_id: null,
  period: "month",
  period_started_at: "2026-11-01T00:00:00.000Z",
  resets_at: "2026-12-01T00:00:00.000Z",
  spent_usd: "181.204117000",
  budget_usd: "250.000000000",
  left_usd: "68.795883000",
  utilisation: 0.724816,
  basis: "weekdays",
  history_days: 28,
  burn_rate: {
    last_day_usd: "8.114000000",
    last_week_usd_per_day: "7.402000000",
    expected_usd_per_day: "7.218000000",
  },
  at_reset: {
    expected_usd: "211.300000000",
    low_usd: "204.900000000",
    high_usd: "217.700000000",
    confidence: CONFIDENCE,
    over_budget: false,
    utilisation: 0.8452,
  },
  runs_out_at: null,
};

const common = {
  tag: "Wallets",
  security: "admin",
  permission: "wallets:read",
  headers: {},
  method: "get",
  body: null,
} as const;
const ERRORS = ["invalid_request", "invalid_api_key", "not_signed_in", "forbidden", "store_unavailable"] as const;
const HOW =
  "What it will have spent when its period ends, from what it and those below it spent by weekday in the last 28 days and by the day in this period; and when its money is used up. Estimates, see docs/analytics.md.";

/** How a wallet stands, beside its forecast: what a list of wallets is drawn from without asking each. */
const standing = {
  standing: z.enum(WALLET_STANDINGS),
  held_usd: z.string().describe("Reserved for requests under way."),
  leased_usd: z.string().describe("Lent to wallets below, and not spent there as far as they have told."),
  available_usd: z.string().nullable().describe("What could be held now; null where there is no hard limit."),
};

/** GET /v1/forecasts: every wallet's. */
export const forecastsRoute: AdminRoute = {
  ...common,
  path: "/v1/forecasts",
  operation_id: "listForecasts",
  summary: "Forecast all wallets",
  description: `${HOW} Of more than ${MOST} wallets those that spent the most in the last 28 days.`,
  responses: {
    200: {
      description: "The most used first.",
      schema: z.object({
        at: z.iso.datetime(),
        wallets: z.int().describe("How many wallets there are."),
        unavailable: z.array(z.string()).describe("Wallets that did not answer."),
        data: z.array(forecastSchema.extend(standing)),
      }),
      example: {
        at: "2026-11-26T14:00:00.000Z",
        wallets: 1,
        unavailable: [],
        data: [
          {
            ...example,
            standing: "ok",
            held_usd: "0.412000000",
            leased_usd: "5.000000000",
            available_usd: "63.383883000",
          },
        ],
      },
    },
  },
  errors: ERRORS,
  async handle(_input, scope, actor) {
    const rows = await readWalletRows(scope, actor.org_id);
    const { live, forecasts } = await forecastWallets(scope, actor.org_id, rows, { most: MOST });
    const told = live.flatMap(({ row, state }) => {
      const forecast = forecasts.get(row.id) ?? null;
      return state === null || forecast === null ? [] : [{ ...forecast, ...showStanding(state, scope.started_at) }];
    });
    const use = ({ utilisation }: Readonly<Record<string, unknown>>) => Number(utilisation ?? -1);
    return json(scope, {
      at: formatTime(scope.started_at),
      wallets: rows.length,
      unavailable: [...forecasts].flatMap(([id, forecast]) => (forecast === null ? [id] : [])),
      data: told.sort((a, b) => use(b) - use(a)),
    });
  },
};

function showStanding(state: WalletState, now: number) {
  const { held_usd, leased_usd, available_usd } = figures(state, now);
  return { standing: standingOf(state, now), held_usd, leased_usd, available_usd };
}

/** GET /v1/wallets/{id}/forecast: one wallet's. */
export const forecastRoute: AdminRoute = {
  ...common,
  path: "/v1/wallets/{id}/forecast",
  operation_id: "getForecast",
  summary: "Forecast a wallet",
  description: HOW,
  params: { id: "The wallet's id." },
  responses: { 200: { description: "Its forecast.", schema: forecastSchema, example } },
  errors: [...ERRORS, "not_found", "wallet_unavailable"],
  async handle({ params }, scope, actor) {
    const rows = await readWalletRows(scope, actor.org_id);
    const id = params.id ?? "";
    if (!rows.some((row) => row.id === id)) return notFound(scope, walletResource);
    const { forecasts } = await forecastWallets(scope, actor.org_id, rows, { most: 1, only: id });
    const forecast = forecasts.get(id) ?? null;
    return forecast === null
      ? refused(scope, { code: "wallet_unavailable", retry_after_ms: 1_000 })
      : json(scope, forecast);
  },
};
