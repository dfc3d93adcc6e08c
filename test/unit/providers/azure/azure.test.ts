import { describe, expect, it } from "vitest";
import { headersFromUpstream } from "../../../../workers/gateway/http/headers.ts";
import { refusalOf as refusalFor } from "../../../../workers/gateway/pipeline/upstream-refusal.ts";
import { azure } from "../../../../workers/gateway/providers/azure/azure.ts";
import { flavoured, streamsAnyhow, usageIn } from "../kit-flavours.ts";
import { chunk, joined, MODEL, NEW_MODEL, recordedLines, recordingPresent } from "../openai/fixtures.ts";

const BASE = "https://acme.openai.azure.com";
const { accountOf, translated, bodyOf, warningsOf, foldChunks } = flavoured(azure, {
  base_url: BASE,
  credential: { api_key: "canary" },
});
const DEPLOYED = { ...MODEL, upstream_id: "our gpt/5" };
const DATED = { settings: { api_version: "2024-10-21" } };

const FILTERS = {
  choices: [],
  created: 0,
  id: "",
  model: "",
  object: "",
  prompt_filter_results: [{ prompt_index: 0 }],
};
const LATE_FILTERS = {
  choices: [
    {
      index: 0,
      finish_reason: null,
      content_filter_results: { hate: { filtered: false } },
      content_filter_offsets: {},
    },
  ],
  created: 0,
  id: "",
  model: "",
  object: "",
};
const LINES = [
  FILTERS,
  chunk({ role: "assistant", content: "" }),
  chunk({ content: "Hé" }),
  chunk({}, {}, { finish_reason: "stop" }),
  LATE_FILTERS,
  chunk(null, {
    usage: { prompt_tokens: 15, completion_tokens: 78, completion_tokens_details: { reasoning_tokens: 64 } },
  }),
];

describe("Z1: where a deployment is", () => {
  it("is the v1 path with the deployment as the model of the body", () => {
    const { call } = translated({}, { model: DEPLOYED });
    expect(call.url).toBe(`${BASE}/openai/v1/chat/completions`);
    expect(JSON.parse(call.body).model).toBe("our gpt/5");
    expect(call.headers).toEqual({ "api-key": "canary" });
  });

  it("is the deployment's own path where the account has an API version", () => {
    const { call } = translated({}, { model: DEPLOYED, account: DATED });
    expect(call.url).toBe(`${BASE}/openai/deployments/our%20gpt%2F5/chat/completions?api-version=2024-10-21`);
  });

  it.each(["/openai", "/openai/v1"])(
    "is the same when the base URL ends in %s, as Azure shows it in places",
    (path) => {
      const { call } = translated({}, { account: { base_url: `${BASE}${path}` } });
      expect(call.url).toBe(`${BASE}/openai/v1/chat/completions`);
    },
  );

  it("holds for embeddings and for the list of models", () => {
    const request = { model: "p/x", input: "Hello" };
    for (const [account, embeddings, models] of [
      [{}, "/openai/v1/embeddings", "/openai/v1/models"],
      [DATED, "/openai/deployments/d/embeddings?api-version=2024-10-21", "/openai/models?api-version=2024-10-21"],
    ] as const) {
      const made = azure.embeddings?.translate({
        request,
        account: accountOf(account),
        model: { ...MODEL, upstream_id: "d" },
      });
      expect(made).toMatchObject({ call: { url: `${BASE}${embeddings}`, headers: { "api-key": "canary" } } });
      expect(azure.listModels?.(accountOf(account)).request).toEqual({
        url: `${BASE}${models}`,
        headers: { "api-key": "canary" },
      });
    }
    expect(azure.listModels?.(accountOf()).read({ data: [{ id: "gpt-5" }, { id: 7 }] }).ids).toEqual(["gpt-5"]);
  });
});

describe("a stream of Azure", () => {
  it("Z2: begins behind the chunk that reports on the prompt", () => {
    expect(foldChunks(FILTERS)).toEqual([]);
    expect(foldChunks(...LINES)[0]).toEqual({ type: "start", id: "chatcmpl-1", model: "gpt-x" });
  });

  it("Z3: has nothing in the late report on its content", () => {
    expect(foldChunks(chunk({ content: "a" }), LATE_FILTERS)).toEqual(foldChunks(chunk({ content: "a" })));
  });

  it("Z5: has its usage in a chunk of its own", () => {
    expect(usageIn(foldChunks(...LINES))).toMatchObject({ input: 15, output: 14, reasoning: 64 });
  });

  it("Z7: that fails behind its first report says so, with the status that the code stands for", () => {
    const parts = foldChunks(FILTERS, { error: { code: "429", message: "Slow down." } });
    expect(parts).toMatchObject([{ type: "error", error: { class: "rate_limited", status: 429 } }]);
  });

  streamsAnyhow("of our own", azure, [...LINES.map((line) => JSON.stringify(line)), "[DONE]"]);
});

describe("an error of Azure", () => {
  const FILTERED = JSON.stringify({
    error: {
      message: "The response was filtered.",
      type: null,
      param: "prompt",
      code: "content_filter",
      status: 400,
      innererror: { code: "ResponsibleAIPolicyViolation", content_filter_result: { hate: { filtered: true } } },
    },
  });

  it("Z4: of its content filter is a 400 of the caller's, with its code", () => {
    const error = azure.readError(400, new Headers(), FILTERED);
    expect(error).toMatchObject({ class: "content_filter", status: 400, code: "content_filter", param: "prompt" });
    expect(refusalFor(error)).toMatchObject({ status: 400, upstream_code: "content_filter", param: "prompt" });
  });

  it("Z6: tells how long to wait, to the millisecond where it says so, and what is left", () => {
    const headers = new Headers({
      "retry-after-ms": "1250",
      "retry-after": "2",
      "x-ratelimit-remaining-requests": "0",
      "x-ratelimit-remaining-tokens": "12",
    });
    const body = '{"error":{"code":"429","message":"Slow down."}}';
    expect(azure.readError(429, headers, body)).toMatchObject({ class: "rate_limited", retry_after_ms: 1_250 });
    expect(headersFromUpstream(headers)).toEqual({
      "x-ao-upstream-ratelimit-remaining-requests": "0",
      "x-ao-upstream-ratelimit-remaining-tokens": "12",
    });
  });
});

describe("Z8: the bound of an answer", () => {
  it("goes under the name that the model takes", () => {
    expect(bodyOf({ max_tokens: 9 }, { model: NEW_MODEL })).toMatchObject({ max_completion_tokens: 9 });
    expect(bodyOf({ max_tokens: 9 }, { model: NEW_MODEL })).not.toHaveProperty("max_tokens");
    expect(warningsOf({ max_tokens: 9 }, { model: NEW_MODEL })).toHaveLength(1);
    expect(bodyOf({ max_tokens: 9 })).toMatchObject({ max_tokens: 9 });
  });
});

const RECORDED = "azure/azure-model-router.1.chunks.txt";
describe.skipIf(!recordingPresent(RECORDED))("a recorded stream", () => {
  const lines = recordingPresent(RECORDED) ? [...recordedLines(RECORDED), "[DONE]"] : ["[DONE]"];

  it("is its text, its finish and its usage", () => {
    expect(joined(foldChunks(...lines))).toEqual([
      { type: "start", id: "chatcmpl-CYPS1lijGoK8gd9lYzY3r9Sx50nbt", model: "gpt-5-nano-2025-08-07" },
      { type: "text", choice: 0, text: "Capital of Denmark." },
      { type: "finish", choice: 0, reason: "stop", raw: "stop" },
      {
        type: "usage",
        usage: {
          input: 15,
          cached_read: 0,
          cached_write_5m: 0,
          audio_input: 0,
          output: 14,
          reasoning: 64,
          audio_output: 0,
        },
      },
      { type: "end" },
    ]);
  });

  streamsAnyhow(RECORDED, azure, lines);
});
