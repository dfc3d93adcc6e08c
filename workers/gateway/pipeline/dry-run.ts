import { isRefused } from "../../../schema/kernel/errors.ts";
import { formatUsd, type NanoUsd } from "../../../schema/kernel/money.ts";
import type { TokenizerRpc } from "../../../schema/wire/tokenizer-rpc.ts";
import type { WalletState } from "../../../schema/wire/wallet-rpc.ts";
import type { RequestScope } from "../http/request-scope.ts";
import type { Estimate } from "./estimate.ts";
import type { Operation } from "./operation.ts";
import type { Outcome, Payer } from "./operation-call.ts";
import { standingOfKey } from "./standing-of-key.ts";

export interface DryRunInput {
  readonly scope: RequestScope;
  readonly operation: Operation;
  readonly estimate: Estimate;
  readonly payer: Payer;
  readonly tokenizer: TokenizerRpc;
}

/** What the request would do: route, tokens, cost, effect on the wallet. No provider is called and nothing is held. */
export async function dryRun({ scope, operation, estimate, payer, tokenizer }: DryRunInput): Promise<Outcome> {
  const { attempt } = operation;
  const standing = await standingOfKey(payer, scope, payer.wallet_id);
  if (isRefused(standing)) return standing;
  const counted = await operation.countPrompt(tokenizer);
  const exact = counted === null ? estimate : operation.estimate({ input_tokens: counted });
  const body = {
    dry_run: true,
    request_id: scope.request_id,
    route: {
      provider: attempt.account.id,
      model: attempt.name,
      upstream_model: attempt.model.upstream_id,
      price_id: attempt.price.price_id,
    },
    estimate: {
      input_tokens: counted,
      input_tokens_bound: estimate.input_tokens_bound,
      output_tokens_max: estimate.output_tokens_max,
      hold_usd: formatUsd(estimate.hold_nano_usd),
      cost_usd_min: formatUsd(exact.costWith(0)),
      cost_usd_max: formatUsd(exact.costWith(exact.output_tokens_max)),
    },
    wallet: walletEffect(standing.state, estimate.hold_nano_usd, exact.hold_nano_usd),
  };
  const response = Response.json(body, {
    headers: {
      "x-request-id": scope.public_request_id,
      "x-ao-provider": attempt.account.id,
      "x-ao-model": attempt.name,
      "cache-control": "no-store",
    },
  });
  return { response, cost_nano_usd: null };
}

function walletEffect(state: WalletState, hold: NanoUsd, exact: NanoUsd): Record<string, string | boolean | null> {
  const available = state.available_nano_usd;
  // The smaller of the two holds is what admission tries before it refuses.
  const needed = exact < hold ? exact : hold;
  const fits = available === null || !state.settings.hard || needed <= available;
  return {
    id: state.settings.wallet_id,
    available_usd: available === null ? null : formatUsd(available),
    would_be_admitted: fits && !state.settings.frozen,
    frozen: state.settings.frozen,
  };
}
