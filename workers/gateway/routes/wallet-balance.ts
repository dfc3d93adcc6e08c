import * as z from "zod";
import { isRefused } from "../../../schema/kernel/errors.ts";
import { formatUsd, type NanoUsd, nanoUsd } from "../../../schema/kernel/money.ts";
import { formatTime, formatTimeOrNull } from "../../../schema/kernel/time.ts";
import type { WalletState } from "../../../schema/wire/wallet-rpc.ts";
import type { RequestScope } from "../http/request-scope.ts";
import type { Route } from "../http/route.ts";
import { authenticate } from "../pipeline/authenticate.ts";
import { refuseKey } from "../pipeline/refuse-key.ts";
import { standingOfKey } from "../pipeline/standing-of-key.ts";

const usd = z.string().describe("US dollars, nine decimal places");

const balanceSchema = z.object({
  wallet_id: z.string(),
  name: z.string(),
  limit_usd: usd.nullable(),
  spent_usd: usd,
  held_usd: usd,
  available_usd: usd.nullable(),
  overdraft_used_usd: usd,
  period: z.string(),
  period_started_at: z.string(),
  resets_at: z.string().nullable(),
  frozen: z.boolean(),
});

/** GET /v1/wallet/balance: the wallet that the calling key spends from. */
export const walletBalance: Route = {
  method: "get",
  path: "/v1/wallet/balance",
  operation_id: "getWalletBalance",
  tag: "Wallet",
  summary: "Show the wallet of this key",
  description:
    "Limit, spent, held by requests in flight, and available, as of now. Spent changes by exactly the cost of each request once it has ended.",
  security: "key",
  spends: false,
  headers: {},
  body: null,
  responses: {
    200: {
      description: "The wallet.",
      schema: balanceSchema,
      example: {
        wallet_id: "wal_01",
        name: "Demo team",
        limit_usd: "25.000000000",
        spent_usd: "0.000012000",
        held_usd: "0.000000000",
        available_usd: "24.999988000",
        overdraft_used_usd: "0.000000000",
        period: "month",
        period_started_at: "2026-11-01T00:00:00.000Z",
        resets_at: "2026-12-01T00:00:00.000Z",
        frozen: false,
      },
    },
  },
  errors: ["invalid_api_key", "forbidden", "store_unavailable", "wallet_unavailable"],
  handle: showBalance,
};

async function showBalance(request: Request, scope: RequestScope): Promise<Response> {
  const route = walletBalance.path;
  const identity = await authenticate(request.headers, scope, "inference");
  if (isRefused(identity)) return refuseKey(identity, scope, { key: identity.whose, route, model: null });
  const { key } = identity;
  const standing = await standingOfKey(key, scope, key.wallet_id);
  if (isRefused(standing)) return refuseKey(standing, scope, { key, route, model: null });
  return Response.json(describe(standing.state), {
    headers: { "x-request-id": scope.public_request_id, "cache-control": "no-store" },
  });
}

const orNull = (amount: NanoUsd | null): string | null => (amount === null ? null : formatUsd(amount));

function describe(state: WalletState): z.infer<typeof balanceSchema> {
  const { settings } = state;
  return {
    wallet_id: settings.wallet_id,
    name: settings.name,
    limit_usd: settings.limit_nano_usd === null ? null : formatUsd(nanoUsd(settings.limit_nano_usd)),
    spent_usd: formatUsd(state.spent_nano_usd),
    held_usd: formatUsd(state.held_nano_usd),
    available_usd: orNull(state.available_nano_usd),
    overdraft_used_usd: formatUsd(state.overdraft_used_nano_usd),
    period: settings.period,
    period_started_at: formatTime(state.period_start),
    resets_at: formatTimeOrNull(state.resets_at),
    frozen: settings.frozen,
  };
}
