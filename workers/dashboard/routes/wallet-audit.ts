import * as z from "zod";
import { walletClient } from "../../../schema/clients/wallet-client.ts";
import { wallet as walletResource } from "../../../schema/resources/wallet.ts";
import { notFound } from "../api/row-response.ts";
import { readRow } from "../api/rows.ts";
import { json } from "../http/respond.ts";
import type { AdminRoute } from "../http/route.ts";
import { databaseOf } from "../store/database.ts";
import { unanswered, walletCommon } from "./wallet-common.ts";

/** POST /v1/wallets/{id}/audit: the wallet's invariants, checked now. */
export const walletAuditRoute: AdminRoute = {
  ...walletCommon,
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
  async handle({ params }, scope, actor) {
    const id = params.id ?? "";
    const row = await readRow(databaseOf(scope.env.DB), walletResource, actor.org_id, id);
    if (row === null) return notFound(scope, walletResource);
    try {
      // A wallet that nobody has used yet takes its settings from D1 first.
      const client = walletClient(scope.env, scope.effects, id);
      await client.state();
      const { report } = await client.call(async (wallet) => ({ status: "audited", report: await wallet.audit() }));
      return json(scope, report);
    } catch (error) {
      return unanswered(scope, id, error);
    }
  },
};
