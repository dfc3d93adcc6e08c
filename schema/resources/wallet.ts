import * as z from "zod";
import { isTimeZone } from "../kernel/period.ts";
import { wallets } from "../tables/tables.ts";
import { SHARDS_MAX } from "../wire/shards.ts";
import { PERIODS } from "../wire/wallet-settings.ts";
import { choice, type Field, flag, integer, list, orNull, reference, text, time, usd } from "./field.ts";
import { RATE_FIELDS, rateFields } from "./rate-fields.ts";
import type { Resource } from "./resource.ts";

/** What a wallet lets be spent, and when: given with it or changed later. */
const RULES = [
  "period",
  "time_zone",
  "start_day",
  "carry_over",
  "hard",
  "overdraft_percent",
  "thresholds",
  "maximum_per_request_nano_usd",
  ...RATE_FIELDS,
  "shards",
  "frozen",
  "cost_center",
  "ends_at",
] as const;

const time_zone: Field = {
  description: "IANA name; the period turns at local midnight there.",
  input: z.string().max(100).refine(isTimeZone, "must be an IANA time zone such as Europe/Berlin"),
  output: z.string(),
  show: (stored) => stored,
  widget: { kind: "text" },
};

const thresholds: Field = (() => {
  const percents = list(
    "Percentages of the limit at which an event is written, once a period each.",
    z.int().min(1).max(1_000),
    20,
  );
  // Ascending and without repeats, as the wallet compares them.
  const input = percents.input.transform((value) => {
    const numbers = z.array(z.number()).parse(value);
    return [...new Set(numbers)].sort((a, b) => a - b);
  });
  return { ...percents, input };
})();

export const wallet = {
  name: "wallet",
  title: "Wallets",
  path: "/v1/wallets",
  tag: "Wallets",
  description:
    "A budget in US dollars. A change of limit, period or freezing holds from the next request on. Deleting a wallet archives it: it spends nothing more, and its ledger stays. The money itself moves by its own operations only.",
  table: wallets,
  id: "wallet",
  permissions: { read: "wallets:read", write: "wallets:write" },
  operations: ["list", "get", "create", "update", "delete"],
  fields: {
    name: text("What the wallet is for.", 100),
    parent_id: orNull(
      reference(
        "The wallet above it, whose money it spends: it never spends what one above does not have. Set once; it stays below that one.",
        "wallet",
      ),
    ),
    team_id: orNull(reference("The team that it belongs to: its leads and members may make keys for it.", "team")),
    limit_nano_usd: orNull(
      usd("The most that may be spent in a period: 0 refuses everything that costs, `null` is no limit."),
    ),
    period: choice("After which it begins anew.", PERIODS),
    time_zone,
    start_day: integer("Day of the month (1 to 28) for month and quarter, ISO weekday (1 to 7) for week.", 1, 28),
    carry_over: flag("Whether what is left at the end of a period is added to the next."),
    hard: flag("Switched off, it spends past the limit and only reports it."),
    overdraft_percent: integer("How far past the limit it may go, in percent of it.", 0, 1_000),
    thresholds,
    maximum_per_request_nano_usd: orNull(
      usd("The most that one request may cost. Without an amount there is no bound."),
    ),
    ...rateFields("from this wallet and those below it"),
    shards: integer(
      "How many objects share its requests, for a wallet with hundreds of them a second; 1 is enough for any other. It may grow, and not shrink.",
      1,
      SHARDS_MAX,
    ),
    frozen: flag("Refuses everything until it is false again."),
    cost_center: orNull(
      text("What its spending is booked to, from each change on, as the chargeback reports it.", 100),
    ),
    ends_at: orNull(
      time(
        "From then on it spends nothing, and what was lent to it goes back. At most a year ahead; without a time, never.",
      ),
    ),
    archived_at: orNull(time("When it was archived.")),
  },
  create: {
    required: ["name", "limit_nano_usd"],
    optional: ["parent_id", "team_id", ...RULES],
  },
  update: ["name", "parent_id", "team_id", "limit_nano_usd", ...RULES],
  filter: ["name", "parent_id", "team_id", "period", "cost_center", "frozen"],
  sort: ["created_at", "name"],
  retired: { column: "archived_at", param: "archived" },
  columns: ["name", "team_id", "limit_nano_usd", "period", "frozen", "cost_center", "created_at"],
  example: { name: "Search team", limit_usd: "250.00", period: "month" },
} as const satisfies Resource;
