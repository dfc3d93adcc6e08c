import type { Jurisdiction } from "./jurisdiction.ts";

/**
 * Ids are `<prefix>_<uuidv7 in Crockford base 32>`: sortable by creation time and readable over the phone. Those of orgs
 * and wallets whose objects have a jurisdiction say it behind the prefix, see jurisdiction.ts.
 */

export const ID_PREFIXES = {
  org: "org",
  team: "team",
  wallet: "wal",
  key: "key",
  provider: "prv",
  request: "req",
  user: "usr",
  session: "ses",
  account: "acc",
  price: "prc",
  member: "mbr",
  team_member: "tmb",
  invitation: "inv",
  audit: "aud",
  data_key: "dek",
  effect: "eff",
  transfer: "trf",
  adjustment: "adj",
  top_up: "top",
  routing_rule: "rule",
  experiment: "exp",
  channel: "chn",
  alert_policy: "apl",
  alert: "alr",
  delivery: "dlv",
  digest: "dig",
  reconciliation: "rec",
  cache_setting: "cst",
  cache_entry: "cen",
} as const;

export type IdKind = keyof typeof ID_PREFIXES;

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

/** Encodes 16 bytes as 26 Crockford base-32 digits, most significant first, so that order is kept. */
export function base32(bytes: Uint8Array): string {
  let out = "";
  let buffer = 0;
  // 128 bits are 25.6 digits: two zero bits in front make it 26 whole ones.
  let bits = 2;
  for (const byte of bytes) {
    buffer = (buffer << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out += ALPHABET[(buffer >>> bits) & 31];
      buffer &= (1 << bits) - 1;
    }
  }
  return out;
}

/** Formats the 16 bytes of a UUIDv7 as an id of the given kind, one of a jurisdiction as `<prefix>_<jurisdiction>_…`. */
export function formatId(kind: IdKind, uuid: Uint8Array, jurisdiction: Jurisdiction | null = null): string {
  const prefix = jurisdiction === null ? ID_PREFIXES[kind] : `${ID_PREFIXES[kind]}_${jurisdiction}`;
  return `${prefix}_${base32(uuid)}`;
}

/** When an id was made, in milliseconds: the first 48 bits of its UUIDv7 behind the two zero bits in front. */
export function timeOfId(id: string): number {
  const digits = id.slice(id.lastIndexOf("_") + 1).slice(0, 10);
  return [...digits].reduce((value, digit) => value * 32 + ALPHABET.indexOf(digit), 0);
}
