import { createHash, createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { bedrock } from "../../../../workers/gateway/providers/bedrock/bedrock.ts";
import type { ProviderAccount, UpstreamCall } from "../../../../workers/gateway/providers/kit/provider.ts";
import { account, translated } from "./fixtures.ts";

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const ARN = "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/abc123";
const tools = { fetch: () => Promise.reject(new Error("nothing is fetched")), now: () => NOW };

async function headersOf(call: UpstreamCall, who: ProviderAccount): Promise<Readonly<Record<string, string>>> {
  const authorized = await bedrock.authorize?.(call, who, tools);
  if (authorized === undefined || "failed" in authorized) throw new Error(JSON.stringify(authorized));
  return authorized.headers;
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();

/** The signature as AWS computes it: each segment of the path is encoded once more than it is on the wire. */
function signatureOf(call: UpstreamCall, method: string, headers: Readonly<Record<string, string>>, region: string) {
  const url = new URL(call.url);
  const sent: Readonly<Record<string, string>> = { ...headers, host: url.host };
  const names = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? "")?.[1] ?? "";
  const path = url.pathname.split("/").map(encodeURIComponent).join("/");
  const canonical = [
    method,
    path.replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`),
    url.search.slice(1),
    ...names.split(";").map((name) => `${name}:${sent[name]}`),
    "",
    names,
    sha256(call.body),
  ].join("\n");
  const scope = `20260102/${region}/bedrock/aws4_request`;
  const signed = ["AWS4-HMAC-SHA256", "20260102T030405Z", scope, sha256(canonical)].join("\n");
  const key = ["20260102", region, "bedrock", "aws4_request"].reduce<string | Buffer>(hmac, "AWS4secret-canary");
  return { names, signature: hmac(key, signed).toString("hex") };
}

const hosted = (host: string, settings = {}): ProviderAccount => ({
  ...account,
  base_url: `https://${host}`,
  settings,
});

describe("Signature Version 4", () => {
  const { call } = translated({ messages: [{ role: "user", content: "Grüße 👋" }] });

  it.each([
    ["a model id", call],
    [
      "B13: an ARN, encoded once in the URL and once more for the signature",
      { ...call, url: `https://bedrock-runtime.us-east-1.amazonaws.com/model/${encodeURIComponent(ARN)}/converse` },
    ],
  ])("is the one that AWS computes, for %s", async (_what, signed) => {
    const headers = await headersOf(signed, account);
    const expected = signatureOf(signed, "POST", headers, "us-east-1");
    expect(expected.names.split(";")).toEqual(expect.arrayContaining(["host", "x-amz-date"]));
    expect(headers.authorization).toContain(`Signature=${expected.signature}`);
  });

  it("signs the asking for a list without a body", async () => {
    const listing = bedrock.listModels?.(account).request;
    const asked = { method: "GET" as const, url: listing?.url ?? "", headers: {}, body: "" };
    expect(asked.url).toBe("https://bedrock.us-east-1.amazonaws.com/foundation-models");
    const headers = await headersOf(asked, account);
    expect(headers.authorization).toContain(signatureOf(asked, "GET", headers, "us-east-1").signature);
  });

  it("carries the token of a session", async () => {
    const credential = { ...account.credential, session_token: "session-canary" };
    const headers = await headersOf(call, { ...account, credential });
    expect(headers["x-amz-security-token"]).toBe("session-canary");
    expect(headers.authorization).toContain("x-amz-security-token");
    expect(headers.authorization).toContain(signatureOf(call, "POST", headers, "us-east-1").signature);
  });

  it.each([
    [hosted("bedrock-runtime.eu-central-1.amazonaws.com"), "eu-central-1"],
    [hosted("bedrock-runtime-fips.us-gov-west-1.amazonaws.com"), "us-gov-west-1"],
    [hosted("vpce-1.bedrock-runtime.eu-west-3.vpce.amazonaws.com"), "eu-west-3"],
    [hosted("bedrock-runtime.eu-central-1.amazonaws.com", { aws_region: "us-west-2" }), "eu-central-1"],
    [hosted("models.example", { aws_region: "ap-southeast-2" }), "ap-southeast-2"],
    [hosted("models.example"), "us-east-1"],
    [hosted("bedrock-runtime.us-east-1.amazonaws.com", { aws_region: "eu-north-1" }), "eu-north-1"],
  ])("is for the region of the host, else of the setting (%#)", async (who, region) => {
    const headers = await headersOf(call, who);
    expect(headers.authorization).toContain(`/20260102/${region}/bedrock/aws4_request`);
  });

  it("reaches the host of the account's region", () => {
    const model = { upstream_id: ARN, aliases: [], context_tokens: 1, max_output_tokens: 1, encoding: null } as const;
    const translation = bedrock.translate({
      request: { model: "m", messages: [{ role: "user", content: "Hi" }], stream: true },
      account: hosted("bedrock-runtime.us-east-1.amazonaws.com", { aws_region: "eu-north-1" }),
      model: { ...model, capabilities: [], prices: [] },
      max_output_tokens: 1,
    });
    expect(translation).toMatchObject({
      call: {
        url: `https://bedrock-runtime.eu-north-1.amazonaws.com/model/${encodeURIComponent(ARN)}/converse-stream`,
      },
    });
  });
});

describe("other credentials", () => {
  const { call } = translated({});
  it("an API key is a bearer token", async () => {
    expect(await headersOf(call, { ...account, credential: { api_key: "key-canary" } })).toEqual({
      authorization: "Bearer key-canary",
    });
  });

  it("half of one sends nothing", async () => {
    const authorized = await bedrock.authorize?.(call, { ...account, credential: { access_key_id: "A" } }, tools);
    expect(authorized).toMatchObject({ failed: { class: "auth", status: 502 } });
  });
});

describe("the list of models", () => {
  it("goes on from the region's models to all pages of its inference profiles", () => {
    const read = bedrock.listModels?.(account).read;
    const profiles = "https://bedrock.us-east-1.amazonaws.com/inference-profiles?maxResults=1000";
    expect(read?.({ modelSummaries: [{ modelId: "amazon.nova-lite-v1:0" }] })).toEqual({
      ids: ["amazon.nova-lite-v1:0"],
      next_url: profiles,
    });
    const inferenceProfileSummaries = [{ inferenceProfileId: "us.amazon.nova", inferenceProfileArn: ARN }];
    expect(read?.({ inferenceProfileSummaries, nextToken: "a+b" })).toEqual({
      ids: ["us.amazon.nova", ARN],
      next_url: `${profiles}&nextToken=a%2Bb`,
    });
    expect(read?.({ inferenceProfileSummaries: [] })).toEqual({ ids: [], next_url: null });
  });
});
