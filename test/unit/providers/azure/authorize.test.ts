import { describe, expect, it } from "vitest";
import { authorize } from "../../../../workers/gateway/providers/azure/authorize.ts";
import { azure } from "../../../../workers/gateway/providers/azure/azure.ts";
import type { ProviderAccount } from "../../../../workers/gateway/providers/kit/provider.ts";
import { flavoured } from "../kit-flavours.ts";
import { PLAIN } from "../openai/fixtures.ts";

const { accountOf, translated } = flavoured(azure, { base_url: "https://acme.openai.azure.com" });
/** Every test has a client of its own: the tokens of one are kept. */
let clients = 0;
const entra = (): Readonly<Record<string, string>> => ({
  tenant_id: "contoso tenant",
  client_id: `client-${++clients}`,
  client_secret: "s&cret",
});

interface Asked {
  readonly url: string;
  readonly form: URLSearchParams;
}

/** Entra ID as it answers: a token, another with each request. */
function authority(answer?: () => Response) {
  let now = 1_000;
  const asked: Asked[] = [];
  const tools = {
    now: () => now,
    fetch: async (url: string, { body }: RequestInit): Promise<Response> => {
      asked.push({ url, form: new URLSearchParams(String(body)) });
      return answer?.() ?? Response.json({ access_token: `t${asked.length}`, expires_in: 3599 });
    },
  };
  return {
    asked,
    wait: (ms: number): void => {
      now += ms;
    },
    ask: (account: Partial<ProviderAccount>) => authorize(PLAIN.call, accountOf(account), tools),
  };
}

describe("an account with a key", () => {
  it("needs no token, and asks nobody", async () => {
    const { ask, asked } = authority();
    expect(await ask({ credential: { api_key: "k" } })).toEqual({ headers: {} });
    expect(asked).toEqual([]);
  });
});

describe("an account of Entra ID", () => {
  it("has no key in its headers, and none of its credential in its request", () => {
    const { call } = translated({}, { account: { credential: entra() } });
    expect(call.headers).toEqual({});
    expect(call.body).not.toContain("s&cret");
  });

  it("gets a token by its client credentials from its tenant", async () => {
    const { ask, asked } = authority();
    const credential = entra();
    expect(await ask({ credential })).toEqual({ headers: { authorization: "Bearer t1" } });
    expect(asked.map(({ url, form }) => [url, Object.fromEntries(form)])).toEqual([
      [
        "https://login.microsoftonline.com/contoso%20tenant/oauth2/v2.0/token",
        {
          grant_type: "client_credentials",
          client_id: credential.client_id,
          client_secret: "s&cret",
          scope: "https://cognitiveservices.azure.com/.default",
        },
      ],
    ]);
  });

  it("keeps its token until a minute before it expires", async () => {
    const { ask, asked, wait } = authority();
    const credential = entra();
    for (const [ms, token] of [
      [0, "t1"],
      [3_538_000, "t1"],
      [1_001, "t2"],
    ] as const) {
      wait(ms);
      expect(await ask({ credential })).toEqual({ headers: { authorization: `Bearer ${token}` } });
    }
    expect(asked).toHaveLength(2);
  });

  it("never gets the token of another secret, client or authority", async () => {
    const { ask, asked } = authority();
    const credential = entra();
    await ask({ credential });
    await ask({ credential: { ...credential, client_secret: "guessed" } });
    await ask({ credential: { ...credential, client_id: "another" } });
    await ask({ credential, settings: { authority_url: "https://login.microsoftonline.us/" } });
    expect(asked).toHaveLength(4);
    expect(asked.at(-1)?.url).toBe("https://login.microsoftonline.us/contoso%20tenant/oauth2/v2.0/token");
  });

  it.each([
    ["refuses", 401, '{"error":"invalid_client","error_description":"AADSTS7000215: secret s&cret"}', "auth"],
    ["fails", 503, "<html>", "failed"],
    ["answers something else", 200, '{"access_token":""}', "auth"],
  ])("sends nothing where the authority %s, and says no secret", async (_name, status, body, class_) => {
    const { ask, asked } = authority(() => new Response(body, { status }));
    const credential = entra();
    const answer = await ask({ credential });
    expect(answer).toMatchObject({ failed: { class: class_ } });
    expect(JSON.stringify(answer)).not.toContain("s&cret");
    await ask({ credential });
    expect(asked).toHaveLength(2);
  });

  it("fails where a part of the credential is missing", async () => {
    const { ask } = authority();
    expect(await ask({ credential: { tenant_id: "t", client_id: "c" } })).toMatchObject({ failed: { class: "auth" } });
  });
});
