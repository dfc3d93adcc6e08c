import type { Bytes } from "../kernel/base64.ts";
import type { Effects } from "../kernel/effects.ts";

/** The row that a data key belongs to: authenticated, so that a wrapped key moved to another row does not open. */
export interface DataKeyOwner {
  readonly org_id: string;
  readonly data_key_id: string;
}

export type UnwrappedKey =
  /** `current` is false when an older key opened it: it should be wrapped anew. */
  | { readonly status: "unwrapped"; readonly raw: Bytes; readonly current: boolean }
  /** Not a text that this wrapping writes. */
  | { readonly status: "malformed" }
  /** Wrapped under another key or for another row, or changed. */
  | { readonly status: "refused" };

/**
 * Who keeps the key that data keys are wrapped with: the master key of the installation. A customer's own key or a vault
 * is another object of this shape; the text that `wrapDataKey` stores begins with the name, by which the one that can
 * open it is found. Throws only when what it asks does not answer.
 */
export interface KeyWrapping {
  /** Lower-case letters, digits and dashes. */
  readonly name: string;
  wrap(owner: DataKeyOwner, raw: Bytes, effects: Pick<Effects, "randomBytes">): Promise<string>;
  unwrap(owner: DataKeyOwner, wrapped: string): Promise<UnwrappedKey>;
}
