import { log } from "../kernel/log.ts";
import { type DataKey, type DataKeyRow, unwrapDataKey } from "./data-key.ts";
import type { KeyWrapping } from "./key-wrapping.ts";

/**
 * An org's data keys by id, as `openCredential` takes them. One that does not open is left out and logged: what others
 * have sealed must not suffer. Throws only when a wrapping does not answer.
 */
export async function openDataKeys(
  wrappings: readonly KeyWrapping[],
  rows: readonly Pick<DataKeyRow, "id" | "org_id" | "wrapped">[],
): Promise<ReadonlyMap<string, DataKey>> {
  const opened = await Promise.all(rows.map(async (row) => ({ row, result: await unwrapDataKey(wrappings, row) })));
  const keys = new Map<string, DataKey>();
  for (const { row, result } of opened) {
    if (result.status === "opened") keys.set(row.id, result.data_key);
    else log("error", "data_key_unusable", { org_id: row.org_id, data_key_id: row.id, reason: result.status });
  }
  return keys;
}
