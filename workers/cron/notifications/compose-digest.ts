import { formatUsd, nanoUsd } from "../../../schema/kernel/money.ts";
import { formatTimeOrNull } from "../../../schema/kernel/time.ts";
import type { Notification } from "../../../schema/notifications/notification.ts";
import type { DueDigest } from "./digest-days.ts";
import type { ModelSpend, Spend } from "./digest-figures.ts";

export interface Budget {
  readonly id: string;
  readonly name: string;
  readonly limit_nano_usd: number;
  readonly spent_nano_usd: number;
  /** What may still be spent, what is held counted as spent. */
  readonly left_nano_usd: number;
  readonly resets_at: number | null;
}

export interface DigestToTell {
  readonly id: string;
  readonly org_id: string;
  readonly team_id: string | null;
  /** What the team, or the org, is called. */
  readonly whose: string;
  readonly time_zone: string;
  readonly due: DueDigest;
  readonly spend: Spend;
  readonly spend_before: Spend;
  readonly models: readonly ModelSpend[];
  readonly budgets: readonly Budget[];
}

/** The message of a digest. */
export function composeDigest(digest: DigestToTell, now: number): Notification {
  const { id, org_id, team_id, whose, time_zone, due, spend, spend_before, models, budgets } = digest;
  const { day, before } = due;
  return {
    type: "digest",
    kind: "daily",
    org_id,
    source_id: `${id}/${day.date}`,
    at: now,
    title: `${whose} spent ${cents(spend.cost_nano_usd)} US dollars on ${day.date}`,
    lines: [
      `On ${day.date} (${time_zone}) ${whose} spent ${cents(spend.cost_nano_usd)} US dollars for ${count(spend.requests)} requests.`,
      `The day before it was ${cents(spend_before.cost_nano_usd)} US dollars for ${count(spend_before.requests)} requests${change(spend, spend_before)}.`,
    ],
    tables: [modelsTable(models), budgetsTable(budgets)].filter(({ rows }) => rows.length > 0),
    data: {
      digest_id: id,
      team_id,
      time_zone,
      day: { date: day.date, ...figures(spend) },
      before: { date: before.date, ...figures(spend_before) },
      models: models.map(({ model, ...sums }) => ({ model, ...figures(sums) })),
      wallets: budgets.map((budget) => ({
        id: budget.id,
        name: budget.name,
        limit_usd: usd(budget.limit_nano_usd),
        spent_usd: usd(budget.spent_nano_usd),
        left_usd: usd(budget.left_nano_usd),
        resets_at: formatTimeOrNull(budget.resets_at),
      })),
    },
  };
}

const usd = (amount: number): string => formatUsd(nanoUsd(amount));

/** To the cent, rounded. `data` has all nine places. */
const cents = (amount: number): string => (Math.round(amount / 10_000_000) / 100).toFixed(2);

const count = (figure: number): string => figure.toLocaleString("en-US");

const figures = ({ cost_nano_usd, requests, input_tokens, output_tokens }: Spend) => ({
  cost_usd: usd(cost_nano_usd),
  requests,
  input_tokens,
  output_tokens,
});

function change(spend: Spend, before: Spend): string {
  if (before.cost_nano_usd <= 0) return "";
  const percent = Math.round((100 * (spend.cost_nano_usd - before.cost_nano_usd)) / before.cost_nano_usd);
  if (percent === 0) return ": about the same";
  return percent > 0 ? `: ${count(percent)} % more now` : `: ${count(-percent)} % less now`;
}

const modelsTable = (models: readonly ModelSpend[]) => ({
  title: "What cost most",
  columns: ["Model", "Requests", "Tokens in", "Tokens out", "US dollars"],
  rows: models.map(({ model, requests, input_tokens, output_tokens, cost_nano_usd }) => [
    model,
    count(requests),
    count(input_tokens),
    count(output_tokens),
    cents(cost_nano_usd),
  ]),
});

const budgetsTable = (budgets: readonly Budget[]) => ({
  title: "Budgets",
  columns: ["Wallet", "Limit", "Spent", "Left"],
  rows: budgets.map(({ name, limit_nano_usd, spent_nano_usd, left_nano_usd }) => [
    name,
    cents(limit_nano_usd),
    cents(spent_nano_usd),
    cents(left_nano_usd),
  ]),
});
