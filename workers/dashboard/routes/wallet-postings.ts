import { eq } from "drizzle-orm";
import * as z from "zod";
import { type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { adjustment, topUp } from "../../../schema/resources/money-request.ts";
import { wallet as walletResource } from "../../../schema/resources/wallet.ts";
import { orgs } from "../../../schema/tables/tables.ts";
import type { HookContext, Row } from "../api/hooks.ts";
import { notFound } from "../api/row-response.ts";
import { readRow } from "../api/rows.ts";
import { shownSchema } from "../api/shape.ts";
import type { AdminRoute } from "../http/route.ts";
import { nanoOf, positiveUsd, reasonInput, signedUsd } from "../money/amounts.ts";
import { askForMoney, type Wanted } from "../money/money-request.ts";
import { moneyWalletProblem } from "../money/wallet-problem.ts";
import { walletStays } from "../resources/find.ts";
import { databaseOf } from "../store/database.ts";

const common = {
  method: "post",
  tag: "Wallets",
  security: "admin",
  permission: "money:post",
  params: { id: "The wallet's id." },
  headers: { "idempotency-key": "A repeat with the same key and body within a day moves nothing more." },
  errors: [
    "invalid_request",
    "invalid_api_key",
    "not_signed_in",
    "origin_denied",
    "forbidden",
    "not_found",
    "conflict",
    "idempotency_mismatch",
    "idempotency_in_flight",
    "store_unavailable",
    "audit_broken",
  ],
} as const;

const reason = reasonInput.describe("Why: for the audit log, and for whoever has to approve it.");
const topUpBody = z.object({ amount_usd: positiveUsd.describe("How much, above 0."), reason });
const adjustmentBody = z.object({
  amount_usd: signedUsd.describe("What is added to the balance; below zero for what is taken."),
  reason,
});

/** POST /v1/wallets/{id}/top-ups: adds to what may be spent in this period. */
export const topUpRoute: AdminRoute = {
  ...common,
  path: "/v1/wallets/{id}/top-ups",
  operation_id: "topUpWallet",
  summary: "Top up a wallet",
  description:
    "Adds to what may be spent in the running period. What is left of it at the period's end is gone, unless the wallet carries over. It is posted at once.",
  body: { schema: topUpBody, example: topUp.example },
  responses: {
    201: {
      description: "`done`; or `approved` when the wallet did not answer, and it is posted within two minutes.",
      schema: shownSchema(topUp),
    },
  },
  async handle({ http, params, body }, scope, actor) {
    const { amount_usd, reason } = topUpBody.parse(body);
    const context = { scope, actor };
    const row = await readRow(databaseOf(scope.env.DB), walletResource, actor.org_id, params.id ?? "");
    if (row === null) return notFound(scope, walletResource);
    return await askForMoney(http, body, `top up ${row.id}`, context, async () =>
      posting("top_up", row, nanoOf(amount_usd), reason, false, context),
    );
  },
};

/** POST /v1/wallets/{id}/adjustments: corrects the books. */
export const adjustmentRoute: AdminRoute = {
  ...common,
  path: "/v1/wallets/{id}/adjustments",
  operation_id: "adjustWallet",
  summary: "Correct a wallet's balance",
  description:
    "Adds to the balance, or takes from it: also below zero, as a debt that refuses what costs. What was spent stays as it is. Above the organisation's `adjustment_approval_above_usd` nothing is posted until somebody else has approved it with POST /v1/wallet/adjustments/{id}/approve, within 48 hours.",
  body: { schema: adjustmentBody, example: adjustment.example },
  responses: {
    201: {
      description: "`done`; `pending` when somebody has to approve it; `approved` when the wallet did not answer.",
      schema: shownSchema(adjustment),
    },
  },
  async handle({ http, params, body }, scope, actor) {
    const { amount_usd, reason } = adjustmentBody.parse(body);
    const context = { scope, actor };
    const row = await readRow(databaseOf(scope.env.DB), walletResource, actor.org_id, params.id ?? "");
    if (row === null) return notFound(scope, walletResource);
    const amount = nanoOf(amount_usd);
    return await askForMoney(http, body, `adjust ${row.id}`, context, async () =>
      posting("adjustment", row, amount, reason, await needsApproval(amount, context), context),
    );
  },
};

async function needsApproval(amount: number, { scope, actor }: HookContext): Promise<boolean> {
  const [org] = await databaseOf(scope.env.DB)
    .select({ above: orgs.adjustment_approval_above_nano_usd })
    .from(orgs)
    .where(eq(orgs.id, actor.org_id))
    .limit(1);
  // Of an org that is not found nothing is known: then somebody else has to look.
  if (org === undefined) return true;
  return org.above !== null && Math.abs(amount) > org.above;
}

function posting(
  kind: "top_up" | "adjustment",
  row: Row,
  amount_nano_usd: number,
  reason: string,
  needs_approval: boolean,
  context: HookContext,
): Wanted | Refused {
  if (row.archived_at !== null) return refuse("conflict", { message: "This wallet is archived." });
  const wallet_id = String(row.id);
  const wallet = {
    limit_nano_usd: typeof row.limit_nano_usd === "number" ? row.limit_nano_usd : null,
    ends_at: typeof row.ends_at === "number" ? row.ends_at : null,
  };
  const problem = moneyWalletProblem(wallet, "id", kind === "top_up" ? context.scope.started_at : null);
  if (problem !== null) return problem;
  return {
    kind,
    wallet_id,
    from_wallet_id: null,
    to_wallet_id: null,
    amount_nano_usd,
    reason,
    needs_approval,
    preconditions: [walletStays(context, wallet_id, "id")],
  };
}
