import { randomBytes } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import * as z from "zod";
import { parseSecretKey, SECRET_KEY_BYTES } from "../../schema/credential/secret-key.ts";
import { type Bytes, toBase64 } from "../../schema/kernel/base64.ts";
import { tryParseJson } from "../../schema/kernel/json.ts";
import { ClearError } from "./clear-error.ts";
import type { DataFolder } from "./data-folder.ts";

export const SECRET_NAMES = ["AO_KEY_PEPPER", "AO_MASTER_KEY", "AO_AUDIT_KEY"] as const;
export type SecretName = (typeof SECRET_NAMES)[number];

/** The secrets of an installation, in base 64 as a worker gets them, and those that commands use as bytes. */
export interface Secrets {
  readonly vars: Readonly<Record<SecretName, string>>;
  /** AO_MASTER_KEY_PREVIOUS of the environment, while a master key is being replaced. */
  readonly previous_master_key: string | null;
  readonly pepper: Bytes;
  readonly master_key: Bytes;
}

/** A folder of an earlier version lacks the last one. */
const fileSchema = z.object({
  AO_KEY_PEPPER: z.string(),
  AO_MASTER_KEY: z.string(),
  AO_AUDIT_KEY: z.string().optional(),
});

/**
 * Reads the secrets of a data folder, and makes those that it lacks. Variables of the environment go first and are not
 * written down. They are never printed: without the pepper no key is valid, without the master key no credential opens.
 */
export async function loadSecrets(folder: DataFolder): Promise<Secrets> {
  const stored = await storedSecrets(folder);
  const vars = {
    AO_KEY_PEPPER: process.env.AO_KEY_PEPPER || stored.AO_KEY_PEPPER,
    AO_MASTER_KEY: process.env.AO_MASTER_KEY || stored.AO_MASTER_KEY,
    AO_AUDIT_KEY: process.env.AO_AUDIT_KEY || stored.AO_AUDIT_KEY,
  };
  for (const name of SECRET_NAMES) key(vars, name);
  return {
    vars,
    previous_master_key: process.env.AO_MASTER_KEY_PREVIOUS || null,
    pepper: key(vars, "AO_KEY_PEPPER"),
    master_key: key(vars, "AO_MASTER_KEY"),
  };
}

async function storedSecrets(folder: DataFolder): Promise<Record<SecretName, string>> {
  const text = await readFile(folder.secrets, "utf8").catch(() => null);
  const known = text === null ? newSecrets() : fileSchema.safeParse(tryParseJson(text)).data;
  if (known === undefined) {
    throw new ClearError(`${folder.secrets} is damaged. Restore it, or begin anew with \`npm start -- --reset\`.`);
  }
  const secrets = { ...known, AO_AUDIT_KEY: known.AO_AUDIT_KEY ?? newSecret() };
  if (text === null || known.AO_AUDIT_KEY === undefined) await replaceSecrets(folder, secrets);
  return secrets;
}

const newSecret = (): string => toBase64(randomBytes(SECRET_KEY_BYTES));

const newSecrets = (): Record<SecretName, string> => ({
  AO_KEY_PEPPER: newSecret(),
  AO_MASTER_KEY: newSecret(),
  AO_AUDIT_KEY: newSecret(),
});

/** Written beside and renamed: a crash in between leaves the old ones. */
async function replaceSecrets(folder: DataFolder, secrets: Record<SecretName, string>): Promise<void> {
  const temporary = `${folder.secrets}.${process.pid}.tmp`;
  await writeFile(temporary, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  await rename(temporary, folder.secrets);
}

function key(vars: Readonly<Record<SecretName, string>>, name: SecretName): Bytes {
  const bytes = parseSecretKey(vars[name]);
  if (bytes === null) throw new ClearError(`${name} must be 32 random bytes in base64 (openssl rand -base64 32).`);
  return bytes;
}
