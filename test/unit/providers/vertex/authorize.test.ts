import { createVerify } from "node:crypto";
import { describe, expect, it } from "vitest";
import { refusalOf } from "../../../../workers/gateway/pipeline/upstream-refusal.ts";
import type { ProviderAccount } from "../../../../workers/gateway/providers/kit/provider.ts";
import { authorize } from "../../../../workers/gateway/providers/vertex/authorize.ts";
import { vertex } from "../../../../workers/gateway/providers/vertex/vertex.ts";
import { PUBLIC_KEY, serviceAccountKey } from "../../../service-account-key.ts";
import { flavoured } from "../kit-flavours.ts";
import { PLAIN } from "../openai/fixtures.ts";

const GOOGLE = "https://aiplatform.googleapis.com";
const { accountOf } = flavoured(vertex, { base_url: GOOGLE });

/** Every test has an account of its own: the tokens of one are kept. */
let accounts = 0;
const credential = (change: object = {}): { readonly service_account_key: string } => ({
  service_account_key: serviceAccountKey({ client_email: `a${++accounts}@acme.example`, ...change }),
});

/** Google's token endpoint as it answers: a token, another with each request. */
function endpoint(answer?: () => Response) {
  let now = 1_767_322_245_678;
  const asked: { readonly url: string; readonly form: URLSearchParams }[] = [];
  const tools = {
    now: () => now,
    fetch: async (url: string, { body }: RequestInit): Promise<Response> => {
      asked.push({ url, form: new URLSearchParams(String(body)) });
      return answer?.() ?? Response.json({ access_token: `t${asked.length}`, expires_in: 3599, token_type: "Bearer" });
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

const decoded = (part: string | undefined): unknown => JSON.parse(Buffer.from(part ?? "", "base64url").toString());

describe("a service account", () => {
  it("is told to Google by an assertion that its key signs, for an hour and for Google alone", async () => {
    const { ask, asked } = endpoint();
    expect(await ask({ credential: credential({ client_email: "me@acme.example" }) })).toEqual({
      headers: { authorization: "Bearer t1" },
    });
    const [request] = asked;
    expect(request?.url).toBe("https://oauth2.googleapis.com/token");
    expect(request?.form.get("grant_type")).toBe("urn:ietf:params:oauth:grant-type:jwt-bearer");
    const [header, claims, signature] = (request?.form.get("assertion") ?? "").split(".");
    expect(decoded(header)).toEqual({ alg: "RS256", typ: "JWT", kid: "0123456789abcdef" });
    expect(decoded(claims)).toEqual({
      iss: "me@acme.example",
      scope: "https://www.googleapis.com/auth/cloud-platform",
      aud: "https://oauth2.googleapis.com/token",
      iat: 1_767_322_245,
      exp: 1_767_325_845,
    });
    const verified = createVerify("RSA-SHA256").update(`${header}.${claims}`);
    expect(verified.verify(PUBLIC_KEY, signature ?? "", "base64url")).toBe(true);
  });

  it("keeps its token until a minute before it expires", async () => {
    const { ask, asked, wait } = endpoint();
    const own = credential();
    for (const [ms, token] of [
      [0, "t1"],
      [3_538_000, "t1"],
      [1_001, "t2"],
    ] as const) {
      wait(ms);
      expect(await ask({ credential: own })).toEqual({ headers: { authorization: `Bearer ${token}` } });
    }
    expect(asked).toHaveLength(2);
  });

  it("never gets the token of another account, or of another place", async () => {
    const { ask, asked } = endpoint();
    const own = credential();
    await ask({ credential: own });
    await ask({ credential: credential() });
    await ask({ credential: own, base_url: "https://other.example/vertex" });
    expect(asked).toHaveLength(3);
  });

  it("asks beside a base URL that is none of Google's, with an assertion that is good there alone", async () => {
    const { ask, asked } = endpoint();
    await ask({ credential: credential(), base_url: "https://other.example/vertex" });
    expect(asked[0]?.url).toBe("https://other.example/vertex/token");
    expect(decoded(asked[0]?.form.get("assertion")?.split(".")[1])).toMatchObject({
      aud: "https://other.example/vertex/token",
    });
  });

  it.each([
    "https://oauth2.googleapis.com/token",
    "https://www.googleapis.com/oauth2/v4/token",
    "https://accounts.google.com/o/oauth2/token",
  ])("is asked for at the one endpoint, although its key says %s", async (token_uri) => {
    const { ask, asked } = endpoint();
    await ask({ credential: credential({ token_uri }) });
    expect(asked.map(({ url }) => url)).toEqual(["https://oauth2.googleapis.com/token"]);
  });

  it.each([
    "https://attacker.example/token",
    "http://oauth2.googleapis.com/token",
    "https://oauth2.googleapis.com.attacker.example/token",
    "https://oauth2.googleapis.com:8443/token",
    "http://169.254.169.254/",
  ])("whose key says %s asks nobody", async (token_uri) => {
    const { ask, asked } = endpoint();
    const answer = await ask({ credential: credential({ token_uri }) });
    expect(answer).toMatchObject({ failed: { class: "auth", message: expect.stringContaining("token_uri") } });
    expect(asked).toEqual([]);
  });

  it.each([
    [400, '{"error":"invalid_grant"}'],
    [401, '{"error":"invalid_client","error_description":"a@b"}'],
    [200, "{}"],
  ])("that Google refuses with %i is a 502 which tells an administrator what to do", async (status, body) => {
    const { ask, asked } = endpoint(() => new Response(body, { status }));
    const own = credential();
    const answer = await ask({ credential: own });
    if (!("failed" in answer)) throw new Error("it was authorised");
    const refusal = refusalOf(answer.failed);
    expect(refusal).toMatchObject({ code: "upstream_auth_failed" });
    expect(refusal.message).toContain("make a new JSON key");
    expect(refusal.message).toContain("ask an administrator");
    expect(JSON.stringify(answer)).not.toMatch(/PRIVATE|a@b|acme/);
    await ask({ credential: own });
    expect(asked).toHaveLength(2);
  });

  it.each([500, 503, 429])("is not called wrong where the endpoint fails with %i", async (status) => {
    const { ask } = endpoint(() => new Response("<html>", { status }));
    expect(await ask({ credential: credential() })).toMatchObject({ failed: { class: "failed" } });
  });
});

describe("the provider's own refusal of a credential", () => {
  it("is not shown: it may quote it", () => {
    const error = vertex.readError(401, new Headers(), '{"error":{"code":401,"message":"key ya29.x is bad"}}');
    expect(refusalOf(error)).toEqual({ code: "upstream_auth_failed" });
  });
});
