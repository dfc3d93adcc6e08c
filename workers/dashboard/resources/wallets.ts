import { walletClient } from "../../../schema/clients/wallet-client.ts";
import { isRefused, type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { jurisdictionOf } from "../../../schema/kernel/jurisdiction.ts";
import { log } from "../../../schema/kernel/log.ts";
import { formatUsd, type NanoUsd } from "../../../schema/kernel/money.ts";
import { formatTime, formatTimeOrNull } from "../../../schema/kernel/time.ts";
import type { WalletState } from "../../../schema/wire/wallet-rpc.ts";
import {
  type HookContext,
  type Hooks,
  type Prepared,
  type Removal,
  type Row,
  textOf,
  textOrNull,
} from "../api/hooks.ts";
import type { Precondition } from "../audit/commit.ts";
import { findTeam, findWallet, noSuch, teamStays, walletStays } from "./find.ts";

/** No chart of an org is deeper; a longer chain is a mistake. */
const DEEPEST = 8;

/** Wallets: every change goes to the wallet's object, which decides about money. Their history stays. */
export const walletHooks: Hooks = {
  create: async (values, context) => {
    const id = context.scope.effects.newId("wallet", jurisdictionOf(context.actor.org_id));
    const place = await placed(values, null, context);
    return isRefused(place) ? place : { ...configuring(place, id), values: { id } };
  },
  update: async (changes, row, context) => {
    if (row.archived_at !== null) return refuse("conflict", { message: "This wallet is archived." });
    if (row.parent_id !== null && changes.parent_id !== undefined && changes.parent_id !== row.parent_id) {
      return refuse("conflict", { message: STAYS_BELOW, param: "parent_id" });
    }
    if (typeof changes.shards === "number" && changes.shards < Number(row.shards)) {
      return refuse("conflict", {
        message: "A wallet keeps its shards: requests may still be under way in each of them.",
        param: "shards",
      });
    }
    const place = await placed(changes, row, context);
    return isRefused(place) ? place : configuring(place, textOf(row, "id"));
  },
  remove,
  decorate: async (rows, context, single) =>
    single ? await Promise.all(rows.map((row) => liveFigures(row, context))) : [],
};

/** What is lent, held and told is between a wallet and the one above it: neither can be exchanged. */
const STAYS_BELOW =
  "A wallet stays below the wallet that it was put below: what it was lent and what it has spent is in the books of both. Make another wallet, and move the money there with POST /v1/wallet/transfers.";

interface Place {
  readonly preconditions: readonly Precondition[];
  /** The wallets above it, the nearest first. */
  readonly above: readonly string[];
}

/** Its object, and those above it, have their settings before anybody spends: from the top on. */
const configuring = ({ preconditions, above }: Place, id: string): Prepared => ({
  preconditions,
  effects: [...above.toReversed(), id].map((wallet_id) => ({ kind: "configure", wallet_id })),
});

/** A wallet's place: parent and team of the same org, no circle; and a time that lies ahead. */
async function placed(values: Row, row: Row | null, context: HookContext): Promise<Place | Refused> {
  const preconditions: Precondition[] = [];
  const problem = startDayProblem({ ...row, ...values }) ?? endProblem(values, row, context.scope.started_at);
  if (problem !== null) return problem;
  const team_id = textOrNull(values, "team_id");
  if (team_id !== null) {
    if ((await findTeam(context, team_id)) === null) return noSuch("team", "team_id");
    preconditions.push(teamStays(context, team_id, "team_id"));
  }
  const parent_id = textOrNull(values, "parent_id");
  if (parent_id === null) return { preconditions, above: [] };
  const above = await walletsAbove(context, parent_id, row === null ? null : textOf(row, "id"));
  if ("refused" in above) return above;
  preconditions.push(walletStays(context, parent_id, "parent_id"));
  return { preconditions, above };
}

/** A parent and those above it. */
async function walletsAbove(
  context: HookContext,
  parent_id: string,
  own_id: string | null,
): Promise<readonly string[] | Refused> {
  const above: string[] = [];
  let next: string | null = parent_id;
  for (let depth = 1; next !== null; depth += 1) {
    if (next === own_id) {
      return refuse("invalid_request", { message: "A wallet cannot lie below itself.", param: "parent_id" });
    }
    if (depth > DEEPEST) {
      return refuse("invalid_request", { message: `Wallets lie at most ${DEEPEST} deep.`, param: "parent_id" });
    }
    const parent: { readonly parent_id: string | null } | null = await findWallet(context, next);
    if (parent === null) return noSuch("wallet", "parent_id");
    above.push(next);
    next = parent.parent_id;
  }
  return above;
}

/** Longer than a year is no end but a mistake. */
const LONGEST_LIFE_MS = 366 * 24 * 60 * 60 * 1000;

function endProblem({ ends_at }: Row, row: Row | null, now: number): Refused | null {
  if (ends_at === undefined || ends_at === row?.ends_at) return null;
  if (typeof row?.ends_at === "number" && row.ends_at <= now) {
    return refuse("conflict", {
      message: "The time of this wallet is over, and is not begun again. Make another wallet.",
      param: "ends_at",
    });
  }
  if (typeof ends_at !== "number") return null;
  if (ends_at > now && ends_at <= now + LONGEST_LIFE_MS) return null;
  return refuse("invalid_request", {
    message: "`ends_at` must lie ahead, at most a year. To end the wallet now, delete it.",
    param: "ends_at",
  });
}

function startDayProblem({ period, start_day }: Row): Refused | null {
  if (period !== "week" || typeof start_day !== "number" || start_day <= 7) return null;
  return refuse("invalid_request", {
    message: "`start_day` of a week is 1 (Monday) to 7 (Sunday).",
    param: "start_day",
  });
}

/** Archives it: frozen in its object, out of the lists, ledger kept. Not while something still refers to it. */
async function remove(row: Row, context: HookContext): Promise<Removal | Refused> {
  const { scope, actor } = context;
  const id = textOf(row, "id");
  if (row.archived_at !== null) return refuse("conflict", { message: "This wallet is archived already." });
  return {
    instead: { archived_at: scope.started_at, frozen: true },
    verb: "archived",
    preconditions: [
      {
        statement: {
          sql: "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM api_keys WHERE org_id = ? AND wallet_id = ? AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?))",
          params: [actor.org_id, id, scope.started_at],
        },
        refusal: refuse("conflict", { message: "Keys still spend from this wallet. Revoke them first." }).refused,
      },
      {
        statement: {
          sql: "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM wallets WHERE org_id = ? AND parent_id = ? AND archived_at IS NULL)",
          params: [actor.org_id, id],
        },
        refusal: refuse("conflict", { message: "Wallets lie below this one. Archive them, or move them, first." })
          .refused,
      },
    ],
    effects: [{ kind: "configure", wallet_id: id }],
  };
}

const orNull = (amount: NanoUsd | null): string | null => (amount === null ? null : formatUsd(amount));

/** What the wallet's object says now. A wallet that does not answer is shown with its settings alone. */
async function liveFigures(row: Row, { scope }: HookContext): Promise<Row> {
  const id = textOf(row, "id");
  try {
    return figures(await walletClient(scope.env, scope.effects, id).state(), scope.started_at);
  } catch (error) {
    log("error", "wallet_state_failed", { request_id: scope.request_id, wallet_id: id, reason: String(error) });
    return { unavailable: true };
  }
}

export function figures(state: WalletState, now: number): Row {
  const { ends_at } = state.settings;
  return {
    spent_usd: formatUsd(state.spent_nano_usd),
    held_usd: formatUsd(state.held_nano_usd),
    leased_usd: formatUsd(state.leased_nano_usd),
    transferring_usd: formatUsd(state.transferring_nano_usd),
    available_usd: orNull(state.available_nano_usd),
    balance_usd: formatUsd(state.balance_nano_usd),
    overdraft_used_usd: formatUsd(state.overdraft_used_nano_usd),
    open_holds: state.open_holds,
    period_started_at: formatTime(state.period_start),
    resets_at: formatTimeOrNull(state.resets_at),
    ended: ends_at !== null && ends_at <= now,
  };
}
