import * as z from "zod";
import type { Admin } from "./admin.ts";

/** A wallet of a run's tree, and a key that spends from it. */
export interface MadeWallet {
  readonly id: string;
  readonly name: string;
  /** The wallets above it, the nearest first. */
  readonly above: readonly MadeWallet[];
  readonly limit_usd: string | null;
}

export interface MadeKey {
  readonly id: string;
  readonly key: string;
  readonly wallet: MadeWallet;
}

/** A wallet whose period never ends. */
export async function makeWallet(
  admin: Admin,
  name: string,
  limit_usd: string | null,
  parent: MadeWallet | null = null,
): Promise<MadeWallet> {
  const parent_id = parent?.id ?? null;
  const { id } = await admin.make("/v1/wallets", { name, limit_usd, parent_id, period: "none" });
  return { id, name, limit_usd, above: parent === null ? [] : [parent, ...parent.above] };
}

export async function makeKey(admin: Admin, wallet: MadeWallet, name = wallet.name): Promise<MadeKey> {
  const made = await admin.make("/v1/keys", { name, wallet_id: wallet.id });
  return { id: made.id, key: z.string().parse(made.key), wallet };
}
