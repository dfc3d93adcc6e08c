import { type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { unreachable } from "../../../schema/kernel/unreachable.ts";
import type { CredentialField, ProviderKindRow } from "../../../schema/providers/kinds.ts";
import { importPrivateKey, parseServiceAccountKey } from "../../../schema/providers/service-account-key.ts";

/** Values go into HTTP headers as they are. */
const HEADER_VALUE = /^[\x21-\x7e]+$/;

/** What is wrong with the form of a credential of a kind, whose names are known to fit, and which stands at `at`. No text of it is quoted. */
export async function credentialProblem(
  { credential: fields }: ProviderKindRow,
  credential: Readonly<Record<string, string>>,
  at: string,
): Promise<Refused | null> {
  for (const field of fields) {
    const value = credential[field.name];
    const problem = value === undefined ? null : await valueProblem(field, value);
    if (problem === null) continue;
    const param = `${at}.${field.name}`;
    return refuse("invalid_request", { message: `\`${param}\` ${problem}`, param });
  }
  return null;
}

async function valueProblem({ form }: CredentialField, value: string): Promise<string | null> {
  switch (form) {
    case undefined:
      return HEADER_VALUE.test(value) ? null : "must be printable and without spaces.";
    case "service_account_key": {
      const key = parseServiceAccountKey(value);
      if ("problem" in key) return key.problem;
      return (await importPrivateKey(key)) === null ? "has a private_key that is no RSA key." : null;
    }
    default:
      return unreachable(form);
  }
}
