import { describe, expect, it } from "vitest";
import { isRefused } from "../../../../schema/kernel/errors.ts";
import type { ModelInfo } from "../../../../schema/pricing/price.ts";
import type { ProviderAccount } from "../../../../workers/gateway/providers/kit/provider.ts";
import { vertex } from "../../../../workers/gateway/providers/vertex/vertex.ts";
import { serviceAccountKey } from "../../../service-account-key.ts";
import { flavoured } from "../kit-flavours.ts";
import { MODEL } from "../openai/fixtures.ts";

const credential = { service_account_key: serviceAccountKey() };
const { accountOf, translated, refusalOf } = flavoured(vertex, {
  base_url: "https://aiplatform.googleapis.com",
  credential,
});
const model: ModelInfo = { ...MODEL, upstream_id: "gemini-2.5-flash" };
const urlOf = (account: Partial<ProviderAccount>, request: object = {}) =>
  translated(request, { model, account }).call.url;

describe("the address of a model", () => {
  it.each([
    [null, "https://aiplatform.googleapis.com", "global"],
    ["global", "https://aiplatform.googleapis.com", "global"],
    ["europe-west4", "https://europe-west4-aiplatform.googleapis.com", "europe-west4"],
    ["northamerica-northeast1", "https://northamerica-northeast1-aiplatform.googleapis.com", "northamerica-northeast1"],
    ["eu", "https://aiplatform.eu.rep.googleapis.com", "eu"],
  ])("in the region %s is at %s", (region, host, location) => {
    expect(urlOf({ settings: region === null ? {} : { region } })).toBe(
      `${host}/v1/projects/acme-prod/locations/${location}/publishers/google/models/gemini-2.5-flash:generateContent`,
    );
  });

  it("has the project that is set, the base URL that is set, and the method of a stream", () => {
    const account = { settings: { project: "other", region: "us-central1" }, base_url: "http://x.example/vertex" };
    expect(urlOf(account, { stream: true })).toBe(
      "http://x.example/vertex/v1/projects/other/locations/us-central1/publishers/google/models/gemini-2.5-flash:streamGenerateContent?alt=sse",
    );
  });

  it("holds nothing of the credential, and neither does what is sent", () => {
    const { call } = translated({}, { model });
    expect(call.headers).toEqual({});
    expect(JSON.stringify(call)).not.toContain("PRIVATE");
  });

  it.each([
    [{ settings: { region: "x.attacker.example/" } }, "region"],
    [{ settings: { region: "Europe" } }, "region"],
    [{ credential: { service_account_key: serviceAccountKey({ project_id: undefined }) } }, "settings.project"],
    [{ credential: { service_account_key: "{" } }, "not a JSON object"],
    [{ credential: {} }, "not a JSON object"],
  ])("is refused where the configuration has none: %j", (account, why) => {
    expect(refusalOf({}, { model, account })).toMatchObject({
      code: "upstream_auth_failed",
      message: expect.stringContaining(why),
    });
  });
});

describe("embeddings", () => {
  const embeddings = vertex.embeddings;
  const translate = (request: object) =>
    embeddings?.translate({
      request: { model: "p/e", input: "a", ...request },
      account: accountOf(),
      model: { ...MODEL, upstream_id: "text-embedding-005" },
    });

  it("are predictions, of which nothing is cut", () => {
    const translation = translate({ input: ["a", "b"], dimensions: 256 });
    if (translation === undefined || isRefused(translation)) throw new Error("refused");
    expect(translation.call.url).toMatch(/models\/text-embedding-005:predict$/);
    expect(JSON.parse(translation.call.body)).toEqual({
      instances: [{ content: "a" }, { content: "b" }],
      parameters: { autoTruncate: false, outputDimensionality: 256 },
    });
  });

  it("of tokens are refused", () => {
    expect(translate({ input: [[1, 2]] })).toMatchObject({ refused: { param: "input" } });
  });

  const prediction = (values: readonly number[], statistics?: object) => ({ embeddings: { values, statistics } });
  const read = (...predictions: readonly object[]) =>
    embeddings?.readWhole(JSON.parse(JSON.stringify({ predictions })));

  it("are charged for the sum of their tokens", () => {
    expect(read(prediction([1, 2], { token_count: 3 }), prediction([3, 4], { token_count: 4 }))).toEqual({
      vectors: [
        [1, 2],
        [3, 4],
      ],
      parts: [{ type: "start", id: null, model: null }, { type: "usage", usage: { input: 7 } }, { type: "end" }],
    });
  });

  it("are counted here where one of them tells no tokens", () => {
    expect(read(prediction([1], { token_count: 3 }), prediction([2]))?.parts.map(({ type }) => type)).toEqual([
      "start",
      "end",
    ]);
  });

  it("without vectors are an error", () => {
    expect(read()?.parts).toMatchObject([{ type: "error" }]);
  });
});
