import type { Bytes } from "../kernel/base64.ts";
import type { Effects } from "../kernel/effects.ts";
import { importAesKey } from "./aes-gcm.ts";
import type { DataKeyOwner, KeyWrapping } from "./key-wrapping.ts";
import { SECRET_KEY_BYTES } from "./secret-key.ts";

/**
 * Data keys: 256 random bits each, several for an org, wrapped at rest. Credentials are sealed with the newest; to
 * replace one is to make another and seal anew with it, to replace what wraps them touches no credential.
 */

/** An org's data key, ready for use. Lives in memory only. */
export interface DataKey {
  readonly id: string;
  readonly org_id: string;
  readonly key: CryptoKey;
}

/** A row of the table data_keys. */
export interface DataKeyRow {
  readonly id: string;
  readonly org_id: string;
  /** `<name of the wrapping>:<what it wrote>`. */
  readonly wrapped: string;
  /** Milliseconds. */
  readonly created_at: number;
}

export type OpenedDataKey =
  /** `current` is false when it should be wrapped anew, see `rewrapDataKey`. */
  | { readonly status: "opened"; readonly data_key: DataKey; readonly current: boolean }
  /** Not a text that `wrapDataKey` writes, or not 256 bits. */
  | { readonly status: "malformed" }
  /** It names a wrapping that is not configured here. */
  | { readonly status: "unknown_wrapping" }
  /** Wrapped under another key or for another row, or changed. */
  | { readonly status: "refused" };

/** A fresh data key of an org, and the row that keeps it. */
export async function newDataKey(
  wrapping: KeyWrapping,
  org_id: string,
  effects: Pick<Effects, "randomBytes" | "newId" | "now">,
): Promise<{ readonly row: DataKeyRow; readonly data_key: DataKey }> {
  const id = effects.newId("data_key");
  const raw = new Uint8Array(effects.randomBytes(SECRET_KEY_BYTES));
  const wrapped = await wrapDataKey(wrapping, { org_id, data_key_id: id }, raw, effects);
  const row = { id, org_id, wrapped, created_at: effects.now() };
  return { row, data_key: { id, org_id, key: await importAesKey(raw) } };
}

/** The text that a data key is stored as. */
export async function wrapDataKey(
  wrapping: KeyWrapping,
  owner: DataKeyOwner,
  raw: Bytes,
  effects: Pick<Effects, "randomBytes">,
): Promise<string> {
  return `${wrapping.name}:${await wrapping.wrap(owner, raw, effects)}`;
}

/** Opens a stored data key with the wrapping that it names. Throws only when that wrapping does not answer. */
export async function unwrapDataKey(
  wrappings: readonly KeyWrapping[],
  row: Pick<DataKeyRow, "id" | "org_id" | "wrapped">,
): Promise<OpenedDataKey> {
  const unwrapped = await unwrap(wrappings, row);
  if (unwrapped.status !== "unwrapped") return unwrapped;
  const { raw, current } = unwrapped;
  if (raw.length !== SECRET_KEY_BYTES) return { status: "malformed" };
  return { status: "opened", data_key: { id: row.id, org_id: row.org_id, key: await importAesKey(raw) }, current };
}

/**
 * The stored text of the same data key under the first of `wrappings` as it is now: how a master key is replaced, or a
 * key taken over by another keeper. Null when it does not open.
 */
export async function rewrapDataKey(
  wrappings: readonly [KeyWrapping, ...KeyWrapping[]],
  row: Pick<DataKeyRow, "id" | "org_id" | "wrapped">,
  effects: Pick<Effects, "randomBytes">,
): Promise<string | null> {
  const unwrapped = await unwrap(wrappings, row);
  if (unwrapped.status !== "unwrapped") return null;
  return wrapDataKey(wrappings[0], { org_id: row.org_id, data_key_id: row.id }, unwrapped.raw, effects);
}

async function unwrap(wrappings: readonly KeyWrapping[], row: Pick<DataKeyRow, "id" | "org_id" | "wrapped">) {
  const colon = row.wrapped.indexOf(":");
  if (colon === -1) return { status: "malformed" } as const;
  const wrapping = wrappings.find(({ name }) => name === row.wrapped.slice(0, colon));
  if (wrapping === undefined) return { status: "unknown_wrapping" } as const;
  return await wrapping.unwrap({ org_id: row.org_id, data_key_id: row.id }, row.wrapped.slice(colon + 1));
}
