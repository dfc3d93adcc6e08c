import { createHash, createHmac } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { tryParseJson } from "../../schema/kernel/json.ts";

const stateSchema = z.object({
  /** What everything follows from, together with when it was first wanted. */
  seed: z.int(),
  now: z.int(),
  /** `planned`: nothing of it is anywhere. `placed`: wallets and configuration are there. `done`: all is. */
  phase: z.enum(["planned", "placed", "done"]),
  /** Whose it is, its wallets, and the ids of everything else, once something of it may be there. */
  made: z
    .object({ org_id: z.string(), wallet_ids: z.array(z.string()), row_ids: z.array(z.string()) })
    .nullable()
    .default(null),
});

/** How far the demo's traffic has come, in a file of the data folder. */
export type DemoState = z.infer<typeof stateSchema>;

const pathOf = (folder: string): string => join(folder, "demo-traffic.json");

export async function readDemoState(folder: string): Promise<DemoState | null> {
  const text = await readFile(pathOf(folder), "utf8").catch(() => "");
  return stateSchema.safeParse(tryParseJson(text)).data ?? null;
}

export async function writeDemoState(folder: string, state: DemoState): Promise<void> {
  const temporary = `${pathOf(folder)}.${process.pid}.tmp`;
  await writeFile(temporary, `${JSON.stringify(state)}\n`, { mode: 0o600 });
  await rename(temporary, pathOf(folder));
}

/** No demo is planned or kept from here on. */
export const forgetDemoState = (folder: string): Promise<void> => rm(pathOf(folder), { force: true });

/** The folder in which the runtime keeps the objects of wallets; their ids are derived from it. */
const OBJECTS = "ao-wallet-do-WalletObject";

/** Where wallet objects are, in the folder of the runtime's state. */
export const walletObjectsFolder = (state: string): string => join(state, "do", OBJECTS);

/** The file of a wallet's object, by the id that the runtime derives from its name. */
export function walletObjectFile(state: string, wallet_id: string): string {
  const key = createHash("sha256").update(OBJECTS).digest();
  const half = (of: string | Buffer) => createHmac("sha256", key).update(of).digest().subarray(0, 16);
  const first = half(wallet_id);
  return join(walletObjectsFolder(state), `${Buffer.concat([first, half(first)]).toString("hex")}.sqlite`);
}
