import * as z from "zod";
import type { Bytes } from "../kernel/base64.ts";
import type { Effects } from "../kernel/effects.ts";
import { tryParseJson } from "../kernel/json.ts";
import { decrypt, deriveAesKey, encrypt, readSealed, type Sealed, sealedText } from "./aes-gcm.ts";
import type { DataKey } from "./data-key.ts";
import type { MasterKeys } from "./master-keys.ts";

/**
 * Provider credentials at rest: AES-256-GCM. Org and provider are authenticated, so that a sealed text moved to another
 * row does not open. Two text forms, their fields in URL-safe base 64:
 *
 * - `v2.<data key id>.<nonce>.<ciphertext and tag>`: under a data key of the org, see data-key.ts.
 * - `v1.<nonce>.<ciphertext and tag>`: under a key derived by HKDF-SHA256 from AO_MASTER_KEY with the org id as info.
 *   Still opened, and written where there is no data key at hand.
 */

/** What a provider's folder needs to authenticate, by name: `{ api_key }` for most. */
export type Credential = Readonly<Record<string, string>>;

/** The row that a credential belongs to. */
export interface CredentialOwner {
  readonly org_id: string;
  readonly provider_id: string;
}

/** What may open a credential. */
export interface OpeningKeys {
  readonly master: MasterKeys;
  /** The org's data keys by id. */
  readonly data_keys: ReadonlyMap<string, DataKey>;
}

export type OpenedCredential =
  | { readonly status: "opened"; readonly credential: Credential }
  /** Not a text that is written here. */
  | { readonly status: "malformed" }
  /** Sealed with a data key that is not among those given. */
  | { readonly status: "unknown_data_key" }
  /** The key or the owner is another one than it was sealed with, or the text was changed. */
  | { readonly status: "refused" };

const credentialSchema = z.record(z.string(), z.string());

/** Seals a credential for one row with a data key of its org, in the form v2. */
export async function sealWith(
  dataKey: DataKey,
  owner: CredentialOwner,
  credential: Credential,
  effects: Pick<Effects, "randomBytes">,
): Promise<string> {
  if (dataKey.org_id !== owner.org_id) throw new Error("a credential is sealed with a data key of another org");
  const sealed = await encrypt(dataKey.key, contextOf(owner), contentOf(credential), effects);
  return `v2.${dataKey.id}.${sealedText(sealed)}`;
}

/** Seals a credential for one row in the form v1. `masterKey` is the content of AO_MASTER_KEY, see parseSecretKey. */
export async function sealCredential(
  masterKey: Uint8Array,
  owner: CredentialOwner,
  credential: Credential,
  effects: Pick<Effects, "randomBytes">,
): Promise<string> {
  const key = await deriveAesKey(masterKey, owner.org_id);
  return `v1.${sealedText(await encrypt(key, contextOf(owner), contentOf(credential), effects))}`;
}

/** Opens what was sealed for the same row, in either form. Never throws on a bad text, and no status carries any of it. */
export async function openCredential(
  keys: OpeningKeys,
  owner: CredentialOwner,
  text: string,
): Promise<OpenedCredential> {
  const parts = splitSealed(text);
  if (parts === null) return { status: "malformed" };
  const dataKey = parts.data_key_id === null ? null : keys.data_keys.get(parts.data_key_id);
  if (dataKey === undefined) return { status: "unknown_data_key" };
  const content = dataKey === null ? await openV1(keys.master, owner, parts) : await openV2(dataKey, owner, parts);
  if (content === null) return { status: "refused" };
  const credential = credentialSchema.safeParse(tryParseJson(new TextDecoder().decode(content)));
  return credential.success ? { status: "opened", credential: credential.data } : { status: "malformed" };
}

/** The data key that a text was sealed with; null for the form v1, and for what is no sealed text. */
export const dataKeyIdOf = (text: string): string | null => splitSealed(text)?.data_key_id ?? null;

interface SealedParts extends Sealed {
  /** Null in the form v1. */
  readonly data_key_id: string | null;
}

function splitSealed(text: string): SealedParts | null {
  const [version, ...fields] = text.split(".");
  if (version === "v1" && fields.length === 2) return withId(null, readSealed(fields[0], fields[1]));
  const [data_key_id, nonce, sealed] = fields;
  if (version !== "v2" || fields.length !== 3 || data_key_id === undefined || data_key_id === "") return null;
  return withId(data_key_id, readSealed(nonce, sealed));
}

const withId = (data_key_id: string | null, parts: Sealed | null): SealedParts | null =>
  parts === null ? null : { ...parts, data_key_id };

async function openV1(master: MasterKeys, owner: CredentialOwner, parts: Sealed): Promise<Bytes | null> {
  const opened = await decrypt(await deriveAesKey(master.current, owner.org_id), contextOf(owner), parts);
  if (opened !== null || master.previous === null) return opened;
  return await decrypt(await deriveAesKey(master.previous, owner.org_id), contextOf(owner), parts);
}

const openV2 = async (dataKey: DataKey, owner: CredentialOwner, parts: Sealed): Promise<Bytes | null> =>
  dataKey.org_id === owner.org_id ? await decrypt(dataKey.key, contextOf(owner), parts) : null;

const contextOf = ({ org_id, provider_id }: CredentialOwner): string => `${org_id}/${provider_id}`;

const contentOf = (credential: Credential): Bytes =>
  new Uint8Array(new TextEncoder().encode(JSON.stringify(credential)));
