import * as z from "zod";
import { walletSettingsSchema } from "../../schema/wire/wallet-settings.ts";

/** What the worker that drives wallet objects is asked, as JSON. */

/** Admits and settles in a loop, from so many lanes that share the wallets. */
export const loopSchema = z.object({
  kind: z.literal("loop"),
  wallet_ids: z.array(z.string()).min(1),
  lanes: z.int().min(1),
  duration_ms: z.int().min(1),
  hold_nano_usd: z.int().min(0),
  cost_nano_usd: z.int().min(0),
});

/** So many admits at once on each of some wallets, all of them held. */
export const burstSchema = z.object({
  kind: z.literal("burst"),
  bursts: z.array(z.object({ wallet_id: z.string(), count: z.int().min(0) })),
  hold_nano_usd: z.int().min(0),
});

/** One admit on each wallet, given back at once: its leases are warm then. */
export const warmSchema = z.object({
  kind: z.literal("warm"),
  wallet_ids: z.array(z.string()),
  hold_nano_usd: z.int().min(0),
});

export const configureSchema = z.object({ kind: z.literal("configure"), settings: z.array(walletSettingsSchema) });

/** Audits wallets, and reads what they have. */
export const readSchema = z.object({ kind: z.literal("read"), wallet_ids: z.array(z.string()) });

export const taskSchema = z.discriminatedUnion("kind", [
  loopSchema,
  burstSchema,
  warmSchema,
  configureSchema,
  readSchema,
]);
export type Task = z.infer<typeof taskSchema>;

export const loopResultSchema = z.object({ admits: z.int(), refusals: z.int(), elapsed_ms: z.number() });
/** How many answers of each status. */
export const burstResultSchema = z.object({ statuses: z.record(z.string(), z.int()) });
export const readResultSchema = z.object({
  wallets: z.array(
    z.object({
      wallet_id: z.string(),
      problems: z.array(z.string()),
      spent_nano_usd: z.number(),
      held_nano_usd: z.number(),
      leased_nano_usd: z.number(),
      limit_nano_usd: z.number().nullable(),
      /** Messages that wallets below have told something with, so far. */
      messages: z.int(),
    }),
  ),
});
export type ReadWallet = z.infer<typeof readResultSchema>["wallets"][number];
