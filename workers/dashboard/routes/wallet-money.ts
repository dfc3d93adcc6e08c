import * as z from "zod";
import { walletClient } from "../../../schema/clients/wallet-client.ts";
import { isRefused } from "../../../schema/kernel/errors.ts";
import { log } from "../../../schema/kernel/log.ts";
import { formatUsd } from "../../../schema/kernel/money.ts";
import { formatTime } from "../../../schema/kernel/time.ts";
import { wallet as walletResource } from "../../../schema/resources/wallet.ts";
import { LEDGER_KINDS, type LedgerRow, type WalletRpc } from "../../../schema/wire/wallet-rpc.ts";
import type { Actor } from "../access/actor.ts";
import { cursorParam, limitParam } from "../api/list-query.ts";
import { notFound } from "../api/row-response.ts";
import { readRow } from "../api/rows.ts";
import { cutPage, seqPage } from "../api/seq-page.ts";
import { json, refused } from "../http/respond.ts";
import type { AdminRoute } from "../http/route.ts";
import type { ConsoleScope } from "../http/scope.ts";
import { databaseOf } from "../store/database.ts";

const common = {
  tag: "Wallets",
  security: "admin",
  permission: "wallets:read",
  params: { id: "The wallet's id." },
  headers: {},
  body: null,
  errors: [
    "invalid_request",
    "invalid_api_key",
    "not_signed_in",
    "forbidden",
    "not_found",
    "store_unavailable",
    "wallet_unavailable",
  ],
} as const;

const ledgerRow = z.object({
  id: z.string(),
  kind: z.enum(LEDGER_KINDS),
  amount_usd: z.string().describe("Negative for what is taken."),
  balance_usd: z.string(),
  ref: z.string().describe("The request, or what else caused it."),
  at: z.iso.datetime(),
});

/** GET /v1/wallets/{id}/ledger: every movement of the balance, newest first. */
export const ledgerRoute: AdminRoute = {
  ...common,
  method: "get",
  path: "/v1/wallets/{id}/ledger",
  operation_id: "listLedger",
  summary: "List a wallet's ledger",
  description: "Every movement of the balance, newest first. Rows are never changed, and their sum is the balance.",
  query: z.object({ limit: limitParam, cursor: cursorParam }),
  responses: {
    200: {
      description: "One page; `next_cursor` is null on the last.",
      schema: z.object({ data: z.array(ledgerRow), next_cursor: z.string().nullable() }),
    },
  },
  async handle({ params, query }, scope, actor) {
    const wanted = seqPage(query);
    if (isRefused(wanted)) return refused(scope, wanted.refused);
    const limit = wanted.limit + 1;
    return await withWallet(scope, actor, params.id ?? "", async (wallet) => {
      const rows = await wallet.ledger(wanted.before === null ? { limit } : { limit, before_seq: wanted.before });
      const { page, next_cursor } = cutPage(rows, wanted);
      return { data: page.map((row) => shown(params.id ?? "", row)), next_cursor };
    });
  },
};

const shown = (wallet_id: string, row: LedgerRow): z.infer<typeof ledgerRow> => ({
  id: `${wallet_id}:${row.seq}`,
  kind: row.kind,
  amount_usd: formatUsd(row.amount_nano_usd),
  balance_usd: formatUsd(row.balance_nano_usd),
  ref: row.ref,
  at: formatTime(row.at),
});

/** POST /v1/wallets/{id}/audit: the wallet's invariants, checked now. */
export const walletAuditRoute: AdminRoute = {
  ...common,
  method: "post",
  path: "/v1/wallets/{id}/audit",
  operation_id: "auditWallet",
  summary: "Check a wallet",
  description:
    "Checks the wallet's books now: ledger against balance, holds against what is held, events against the ledger, memory against storage.",
  responses: {
    200: {
      description: "What is wrong, in sentences; nothing when `ok`.",
      schema: z.object({ ok: z.boolean(), problems: z.array(z.string()) }),
      example: { ok: true, problems: [] },
    },
  },
  handle: ({ params }, scope, actor) =>
    withWallet(scope, actor, params.id ?? "", async (wallet) => await wallet.audit()),
};

/** Asks the object of a wallet of the actor's org. */
async function withWallet(
  scope: ConsoleScope,
  actor: Actor,
  id: string,
  ask: (wallet: WalletRpc) => Promise<object>,
): Promise<Response> {
  const row = await readRow(databaseOf(scope.env.DB), walletResource, actor.org_id, id);
  if (row === null) return notFound(scope, walletResource);
  try {
    // A wallet that nobody has used yet takes its settings from D1 first.
    const client = walletClient(scope.env, scope.effects, id);
    await client.state();
    const { answer } = await client.call(async (wallet) => ({ status: "answered", answer: await ask(wallet) }));
    return json(scope, answer);
  } catch (error) {
    log("error", "wallet_unanswered", { request_id: scope.request_id, wallet_id: id, reason: String(error) });
    return refused(scope, { code: "wallet_unavailable", retry_after_ms: 1_000 });
  }
}
