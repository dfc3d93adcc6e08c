import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import * as z from "zod";
import { parseSecretKey, SECRET_KEY_BYTES } from "../../schema/credential/secret-key.ts";
import { type Bytes, toBase64 } from "../../schema/kernel/base64.ts";
import { tryParseJson } from "../../schema/kernel/json.ts";
import { ClearError } from "./clear-error.ts";
import type { DataFolder } from "./data-folder.ts";

const NAMES = ["AO_KEY_PEPPER", "AO_MASTER_KEY"] as const;
type SecretName = (typeof NAMES)[number];

/** The two secrets of an installation, in base 64 as a worker gets them, and as bytes. */
export interface Secrets {
  readonly vars: Readonly<Record<SecretName, string>>;
  readonly pepper: Bytes;
  readonly master_key: Bytes;
}

const fileSchema = z.object({ AO_KEY_PEPPER: z.string(), AO_MASTER_KEY: z.string() });

/**
 * Reads the secrets of a data folder, or makes them at its first start. Variables of the environment go first and are not
 * written down. They are never printed: without the pepper no key is valid, without the master key no credential opens.
 */
export async function loadSecrets(folder: DataFolder): Promise<Secrets> {
  const text = await readFile(folder.secrets, "utf8").catch(() => null);
  const stored = text === null ? await makeSecrets(folder) : fileSchema.safeParse(tryParseJson(text)).data;
  if (stored === undefined) {
    throw new ClearError(`${folder.secrets} is damaged. Restore it, or begin anew with \`npm start -- --reset\`.`);
  }
  const vars = {
    AO_KEY_PEPPER: process.env.AO_KEY_PEPPER || stored.AO_KEY_PEPPER,
    AO_MASTER_KEY: process.env.AO_MASTER_KEY || stored.AO_MASTER_KEY,
  };
  return { vars, pepper: key(vars, "AO_KEY_PEPPER"), master_key: key(vars, "AO_MASTER_KEY") };
}

async function makeSecrets(folder: DataFolder): Promise<Record<SecretName, string>> {
  const made = {
    AO_KEY_PEPPER: toBase64(randomBytes(SECRET_KEY_BYTES)),
    AO_MASTER_KEY: toBase64(randomBytes(SECRET_KEY_BYTES)),
  };
  await writeFile(folder.secrets, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600, flag: "wx" });
  return made;
}

function key(vars: Readonly<Record<SecretName, string>>, name: SecretName): Bytes {
  const bytes = parseSecretKey(vars[name]);
  if (bytes === null) throw new ClearError(`${name} must be 32 random bytes in base64 (openssl rand -base64 32).`);
  return bytes;
}
