import * as z from "zod";
import type { Permission } from "../../../schema/access/permissions.ts";
import { refuse } from "../../../schema/kernel/errors.ts";
import { MONEY_RESOURCES } from "../../../schema/resources/money-request.ts";
import type { Resource } from "../../../schema/resources/resource.ts";
import { may } from "../access/actor.ts";
import { refusePermission } from "../access/refuse-permission.ts";
import type { HookContext } from "../api/hooks.ts";
import { shownSchema } from "../api/shape.ts";
import type { AdminRoute } from "../http/route.ts";
import { nanoOf, positiveUsd, reasonInput } from "../money/amounts.ts";
import { decideMoney } from "../money/decide.ts";
import { askForMoney } from "../money/money-request.ts";
import { moneyWalletProblem } from "../money/wallet-problem.ts";
import { findWallet, noSuch, walletStays } from "../resources/find.ts";

const ERRORS = [
  "invalid_request",
  "invalid_api_key",
  "not_signed_in",
  "origin_denied",
  "forbidden",
  "conflict",
  "store_unavailable",
  "audit_broken",
] as const;

const transferBody = z.object({
  from_wallet_id: z.string().min(1).max(100).describe("Where the money comes from."),
  to_wallet_id: z.string().min(1).max(100).describe("Where it goes."),
  amount_usd: positiveUsd.describe("How much, above 0."),
  reason: reasonInput.describe("Why: for whoever decides, and for the audit log."),
});

/** POST /v1/wallet/transfers: asks for a transfer, which somebody else has to approve. */
export const requestTransferRoute: AdminRoute = {
  method: "post",
  path: "/v1/wallet/transfers",
  operation_id: "requestTransfer",
  tag: "Wallets",
  summary: "Ask for a transfer",
  description:
    "Asks for money to be moved from one wallet to another. Nothing moves until somebody else has approved it, within 48 hours. A team's lead may ask for what comes from or goes to a wallet of that team.",
  security: "admin",
  permission: "money:request",
  headers: { "idempotency-key": "A repeat with the same key and body within a day makes no second request." },
  body: { schema: transferBody, example: MONEY_RESOURCES.transfer.example },
  responses: {
    201: { description: "The request, `pending`.", schema: shownSchema(MONEY_RESOURCES.transfer) },
  },
  errors: [...ERRORS, "idempotency_mismatch", "idempotency_in_flight"],
  async handle(input, scope, actor) {
    const context = { scope, actor };
    const wanted = transferBody.parse(input.body);
    return await askForMoney(input.http, input.body, "request transfer", context, () => prepare(wanted, context));
  },
};

async function prepare(wanted: z.infer<typeof transferBody>, context: HookContext) {
  const { actor, scope } = context;
  const { from_wallet_id, to_wallet_id, amount_usd, reason } = wanted;
  if (from_wallet_id === to_wallet_id) {
    return refuse("invalid_request", { message: "The two wallets are one and the same.", param: "to_wallet_id" });
  }
  const from = await findWallet(context, from_wallet_id);
  if (from === null) return noSuch("wallet", "from_wallet_id");
  const to = await findWallet(context, to_wallet_id);
  if (to === null) return noSuch("wallet", "to_wallet_id");
  if (!may(actor, "money:request", from.team_id) && !may(actor, "money:request", to.team_id)) {
    return refusePermission(actor, "money:request");
  }
  const problem =
    moneyWalletProblem(from, "from_wallet_id", null) ?? moneyWalletProblem(to, "to_wallet_id", scope.started_at);
  if (problem !== null) return problem;
  return {
    kind: "transfer",
    wallet_id: null,
    from_wallet_id,
    to_wallet_id,
    amount_nano_usd: nanoOf(amount_usd),
    reason,
    needs_approval: true,
    preconditions: [
      walletStays(context, from_wallet_id, "from_wallet_id"),
      walletStays(context, to_wallet_id, "to_wallet_id"),
    ],
  } as const;
}

const rejectBody = z.object({ reason: reasonInput.optional().describe("Why not.") });

const decisionOf = (resource: Resource) =>
  ({
    tag: "Wallets",
    security: "admin",
    method: "post",
    params: { id: "The request's id." },
    headers: {},
    responses: { 200: { description: "The request, as it is now.", schema: shownSchema(resource) } },
    errors: [...ERRORS, "not_found"],
  }) as const;

/** POST …/{id}/approve, …/{id}/reject and …/{id}/cancel of a kind of request that who has `asked_with` may make. */
export function decisionRoutes(resource: Resource, asked_with: Permission): readonly AdminRoute[] {
  const words = resource.name.replaceAll("_", " ");
  const pascal = resource.name.charAt(0).toUpperCase() + resource.name.slice(1);
  return [
    {
      ...decisionOf(resource),
      permission: "money:approve",
      path: `${resource.path}/{id}/approve`,
      operation_id: `approve${pascal}`,
      summary: `Approve a requested ${words}`,
      description:
        "Approves it and carries it out. Not by who asked for it, nor by a key that they made; by a team's lead where a wallet of that team gives the money. When a wallet does not answer it stays `approved` and is finished by itself. Approving again changes nothing.",
      body: null,
      handle: ({ params }, scope, actor) =>
        decideMoney(resource, params.id ?? "", { status: "approved" }, { scope, actor }),
    },
    {
      ...decisionOf(resource),
      permission: "money:approve",
      path: `${resource.path}/{id}/reject`,
      operation_id: `reject${pascal}`,
      summary: `Reject a requested ${words}`,
      description: "Nothing is moved. Rejecting again changes nothing.",
      body: { schema: rejectBody, example: { reason: "Not in this quarter" }, optional: true },
      handle: ({ params, body }, scope, actor) => {
        const reason = rejectBody.parse(body).reason ?? null;
        return decideMoney(resource, params.id ?? "", { status: "rejected", reason }, { scope, actor });
      },
    },
    {
      ...decisionOf(resource),
      permission: asked_with,
      path: `${resource.path}/{id}/cancel`,
      operation_id: `cancel${pascal}`,
      summary: `Take back a requested ${words}`,
      description:
        "Takes it back while it is pending: by who asked for it, by whatever key or session of theirs, and by nobody else. Nothing is moved. What is decided already, or has expired, is a 409. Cancelling again changes nothing.",
      body: null,
      handle: ({ params }, scope, actor) =>
        decideMoney(resource, params.id ?? "", { status: "cancelled" }, { scope, actor }),
    },
  ];
}
