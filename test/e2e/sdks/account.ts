import { createKey, createWallet, demoOrg } from "../support/fixtures.ts";
import { settledBalance } from "../support/money.ts";
import type { TestPlatform } from "../support/platform.ts";

/** Nano-dollars a token of the sandbox's models. */
export const RATES = { input: 1_000, output: 2_000 } as const;

export interface Account {
  readonly key: string;
  /** What was spent once nothing is held any more, in nano-dollars. */
  spent(): Promise<number>;
}

/** A wallet of the demo org with a key of its own. */
export async function account(platform: TestPlatform, limit_nano_usd: number | null = 1_000_000_000): Promise<Account> {
  const org_id = await demoOrg(platform);
  const wallet_id = await createWallet(platform, { org_id, limit_nano_usd });
  const { key } = await createKey(platform, { org_id, wallet_id });
  return { key, spent: async () => (await settledBalance(platform, key)).spent_nano_usd };
}

/** What a usage costs. */
export const costOf = (usage: {
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
}): number => (usage.inputTokens ?? Number.NaN) * RATES.input + (usage.outputTokens ?? Number.NaN) * RATES.output;
