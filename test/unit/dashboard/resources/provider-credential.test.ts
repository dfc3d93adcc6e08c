import { describe, expect, it } from "vitest";
import { PROVIDER_KINDS } from "../../../../schema/providers/kinds.ts";
import { credentialInput } from "../../../../schema/resources/provider.ts";
import { credentialProblem } from "../../../../workers/dashboard/resources/provider-credential.ts";
import { PKCS1, serviceAccountKey } from "../../../service-account-key.ts";

const problem = async (kind: "openai" | "vertex", credential: Record<string, string>) =>
  (await credentialProblem(PROVIDER_KINDS[kind], credentialInput.parse(credential), "credential"))?.refused ?? null;

describe("a credential that goes into a header", () => {
  it.each(["a b", "a\nb", " a", "a\t"])("is refused with a blank in it: %j", async (api_key) => {
    expect(await problem("openai", { api_key })).toEqual({
      code: "invalid_request",
      param: "credential.api_key",
      message: "`credential.api_key` must be printable and without spaces.",
    });
  });

  it("is taken without one", async () => {
    expect(await problem("openai", { api_key: "sk-1" })).toBeNull();
  });
});

describe("the key of a service account", () => {
  it("is taken as the file has it, and in one line", async () => {
    expect(await problem("vertex", { service_account_key: serviceAccountKey() })).toBeNull();
    const line = JSON.stringify(JSON.parse(serviceAccountKey()));
    expect(await problem("vertex", { service_account_key: line })).toBeNull();
  });

  it.each([
    ["no JSON", "{", "not a JSON object"],
    ["a user's", serviceAccountKey({ type: "authorized_user" }), "authorized_user"],
    ["without an account", serviceAccountKey({ client_email: "me" }), "client_email"],
    ["without a key", serviceAccountKey({ private_key: undefined }), "private_key"],
    ["of another form", serviceAccountKey({ private_key: PKCS1 }), "PKCS #8"],
    [
      "that is no key",
      serviceAccountKey({ private_key: "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n" }),
      "no RSA key",
    ],
    ["with a strange token_uri", serviceAccountKey({ token_uri: "https://attacker.example" }), "token_uri"],
    ["of another universe", serviceAccountKey({ universe_domain: "u.example" }), "universe_domain"],
  ])("is refused %s, saying why and quoting nothing", async (_name, service_account_key, why) => {
    const refusal = await problem("vertex", { service_account_key });
    expect(refusal).toMatchObject({ param: "credential.service_account_key" });
    expect(refusal?.message).toContain(why);
    expect(refusal?.message).not.toMatch(/acme|AAAA|attacker|MII/);
  });
});
