import { WalletUnavailable } from "../../schema/clients/wallet-client.ts";
import type { NanoUsd } from "../../schema/kernel/money.ts";
import type { PostStep, TransferStep } from "../history/money-steps.ts";
import { clientOf, type GatewayWorld } from "./gateway.ts";

/** How long the console leaves what it does not know the end of. */
const AGAIN_MS = 60_000;

/** A transfer, asked for until it is known how it went, or nobody asks any more. */
export async function runTransfer(world: GatewayWorld, step: TransferStep): Promise<void> {
  const { id: transfer_id, to: to_wallet_id } = step;
  const request = { transfer_id, to_wallet_id, amount_nano_usd: amountOf(step.amount) };
  await untilKnown(world, step.attempts, async () => {
    // A wallet that nobody has used takes its settings first: what it has once refused, it refuses for ever.
    if (step.greets) await clientOf(world, to_wallet_id).state();
    const answer = await clientOf(world, step.wallet).call((wallet) => wallet.transferOut(request));
    return answer.status !== "pending";
  });
}

/** A top-up or an adjustment, the same way. */
export async function runPost(world: GatewayWorld, step: PostStep): Promise<void> {
  const request = { ref: step.id, kind: step.post, amount_nano_usd: amountOf(step.amount) };
  await untilKnown(world, step.attempts, async () => {
    await clientOf(world, step.wallet).call((wallet) => wallet.post(request));
    return true;
  });
}

async function untilKnown(world: GatewayWorld, attempts: number, ask: () => Promise<boolean>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const known = await ask().catch((error: unknown) => {
      if (!(error instanceof WalletUnavailable)) throw error;
      return false;
    });
    if (known || attempt >= attempts) return;
    await world.scheduler.wait(AGAIN_MS);
  }
}

/** Not every figure that is sent is an amount: that is what some steps are about. */
const amountOf = (value: number): NanoUsd => Object.assign(JSON.parse("{}"), { value }).value;
