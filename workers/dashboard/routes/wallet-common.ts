import { log } from "../../../schema/kernel/log.ts";
import { refused } from "../http/respond.ts";
import type { ConsoleScope } from "../http/scope.ts";

/** What the routes that ask a wallet's object have in common. */
export const walletCommon = {
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

/** The answer when a wallet's object gave none. */
export function unanswered(scope: ConsoleScope, wallet_id: string, error: unknown): Response {
  log("error", "wallet_unanswered", { request_id: scope.request_id, wallet_id, reason: String(error) });
  return refused(scope, { code: "wallet_unavailable", retry_after_ms: 1_000 });
}
