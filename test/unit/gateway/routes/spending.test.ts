import { beforeEach, describe, expect, it } from "vitest";
import { ROUTES } from "../../../../workers/gateway/routes/routes.ts";
import { quietLogs, usd } from "../fixtures.ts";
import { wholeGateway } from "../whole-gateway.ts";

beforeEach(() => {
  quietLogs();
});

const SPENDING = ROUTES.filter(({ spends }) => spends);

/** A request of each route that spends, by operation. A new one fails the first test here until it has its row. */
const REQUESTS: Readonly<
  Record<
    string,
    {
      readonly path: string;
      readonly body: unknown;
      readonly upstream?: () => Response;
      /** The kind of the provider; OpenAI when absent. */
      readonly kind?: string;
    }
  >
> = {
  createChatCompletion: {
    path: "/v1/chat/completions",
    body: { model: "acme/gpt-4.1-nano", messages: [{ role: "user", content: "Hello" }] },
  },
  createCompletion: { path: "/v1/completions", body: { model: "acme/gpt-4.1-nano", prompt: "Hello" } },
  createResponse: {
    path: "/v1/responses",
    body: { model: "acme/gpt-4.1-nano", input: "Hello" },
    upstream: () =>
      Response.json({
        id: "resp_1",
        object: "response",
        status: "completed",
        error: null,
        output: [{ type: "message", content: [{ type: "output_text", text: "Hello" }] }],
        usage: { input_tokens: 50, output_tokens: 1 },
      }),
  },
  createMessage: {
    path: "/v1/messages",
    body: { model: "acme/gpt-4.1-nano", max_tokens: 50, messages: [{ role: "user", content: "Hello" }] },
  },
  createEmbeddings: {
    path: "/v1/embeddings",
    body: { model: "acme/text-embedding-3-small", input: "Hello" },
    upstream: () =>
      Response.json({
        object: "list",
        data: [{ object: "embedding", index: 0, embedding: [0.5, -0.5] }],
        model: "text-embedding-3-small",
        usage: { prompt_tokens: 50, total_tokens: 50 },
      }),
  },
  createRerank: {
    path: "/v1/rerank",
    body: { model: "acme/rerank-v3.5", query: "capital of France", documents: ["Paris is a city.", "A cat."] },
    kind: "cohere",
    upstream: () =>
      Response.json({
        id: "r1",
        results: [{ index: 0, relevance_score: 0.98 }],
        meta: { billed_units: { search_units: 1 } },
      }),
  },
  testProvider: { path: "/v1/providers/acme/test", body: { model: "gpt-4.1-nano" } },
};

const EMPTY = {
  status: "exhausted",
  wallet_id: "wal_1",
  available_nano_usd: usd(0),
  free_nano_usd: usd(0),
  resets_at: null,
  retry_after_ms: null,
} as const;

async function asked(operation_id: string, options: Parameters<typeof wholeGateway>[0] = {}) {
  const { path = "", body, upstream, kind } = REQUESTS[operation_id] ?? {};
  const gateway = await wholeGateway({ ...options, ...(upstream === undefined ? {} : { upstream }) });
  await gateway.addProvider({ id: "acme", ...(kind === undefined ? {} : { kind }) });
  const response = await gateway.post(path, body);
  const text = await response.text();
  await gateway.drained();
  return { ...gateway, text };
}

/** What each other route is. A new route fails the first test here until it is said. */
const OTHERS: Readonly<Record<string, "free" | "admin">> = {
  countMessageTokens: "free",
  listModels: "free",
  getWalletBalance: "free",
  sendFeedback: "free",
  getProviderHealth: "admin",
  listProviderModels: "admin",
  syncProviderModels: "admin",
  explainRouting: "admin",
  replayRouting: "admin",
  getHealth: "free",
  getReadiness: "free",
  getMetrics: "free",
  getOpenApiDocument: "free",
  getDocs: "free",
};

describe("every route that reaches a provider", () => {
  it("W7: is known here, as is every one that does not", () => {
    expect(Object.keys(REQUESTS).sort()).toEqual(SPENDING.map(({ operation_id }) => operation_id).sort());
    const others = ROUTES.filter(({ spends }) => !spends);
    expect(Object.keys(OTHERS).sort()).toEqual(others.map(({ operation_id }) => operation_id).sort());
    // What only administrators may ask says so in its own contract, and nothing else does.
    for (const { operation_id, security } of others) {
      expect(security === "admin", operation_id).toBe(OTHERS[operation_id] === "admin");
    }
  });

  it.each(SPENDING.map(({ operation_id }) => operation_id))(
    "W7: %s passes the wallet's admission first",
    async (operation) => {
      const { steps, admitted, settled } = await asked(operation);
      expect(steps.filter((step) => step !== "authorize")).toEqual(["admit", "upstream", "settle"]);
      expect(admitted[0]?.hold_nano_usd).toBeGreaterThan(0);
      expect(settled[0]?.cost_nano_usd).toBeGreaterThan(0);
      expect(settled[0]?.request_id).toBe(admitted[0]?.request_id);
    },
  );

  it.each(SPENDING.map(({ operation_id }) => operation_id))(
    "W7: %s reaches no provider when the wallet refuses",
    async (operation) => {
      for (const [admit, code] of [
        [EMPTY, "wallet_exhausted"],
        [{ status: "frozen", wallet_id: "wal_1" }, "wallet_frozen"],
      ] as const) {
        const { steps, text } = await asked(operation, { admit });
        expect(steps).toContain("admit");
        expect(steps).not.toContain("upstream");
        expect(steps).not.toContain("settle");
        expect(text).toContain(code);
      }
    },
  );
});

describe("a ranking", () => {
  const ranked = REQUESTS.createRerank;
  const answered = async (meta: object) => {
    const answer = { id: "r1", results: [{ index: 1, relevance_score: 0.5 }], meta };
    const gateway = await wholeGateway({ upstream: () => Response.json(answer) });
    await gateway.addProvider({ id: "acme", kind: "cohere" });
    const response = await gateway.post("/v1/rerank", ranked?.body);
    const text = await response.text();
    await gateway.drained();
    return { ...gateway, text };
  };

  it("is held and charged by the search, at 2 dollars for a thousand", async () => {
    const { admitted, settled, text, called } = await answered({ billed_units: { search_units: 1 } });
    expect(admitted[0]?.hold_nano_usd).toBe(2_000_000);
    expect(settled[0]?.cost_nano_usd).toBe(2_000_000);
    expect(settled[0]?.record).toMatchObject({ usage: { search: 1 }, usage_source: "provider", unpriced: [] });
    expect(JSON.parse(text)).toMatchObject({
      results: [{ index: 1, relevance_score: 0.5 }],
      usage: { total_tokens: 0, search_units: 1 },
    });
    expect(called[0]?.url).toBe("https://api.cohere.com/v2/rerank");
  });

  it.each([
    [100, 100, 1],
    [101, 100, 2],
    [100, 1_000, 3],
  ])("of %d documents of %d bytes is held for %d searches", async (count, bytes, searches) => {
    const gateway = await wholeGateway({ upstream: () => Response.json({ results: [] }) });
    await gateway.addProvider({ id: "acme", kind: "cohere" });
    const documents = Array.from({ length: count }, () => "x".repeat(bytes));
    await (await gateway.post("/v1/rerank", { model: "acme/rerank-v3.5", query: "q", documents })).text();
    await gateway.drained();
    expect(gateway.admitted[0]?.hold_nano_usd).toBe(searches * 2_000_000);
  });

  it("without a report is charged its bound in searches, marked as one", async () => {
    const { settled } = await answered({});
    expect(settled[0]?.cost_nano_usd).toBe(2_000_000);
    expect(settled[0]?.record).toMatchObject({ usage: { search: 1 }, usage_source: "bound", unpriced: [] });
  });
});

describe("every other route", () => {
  it("W7: reaches none", async () => {
    const gateway = await wholeGateway();
    await gateway.addProvider({ id: "acme" });
    for (const { method, path, body } of ROUTES.filter(({ spends }) => !spends)) {
      const place = path.replace("{id}", "acme");
      await (await gateway.fetch(place, { method: method.toUpperCase() })).text();
      if (method === "post") await (await gateway.post(place, body?.example)).text();
    }
    expect(gateway.called).toEqual([]);
  });

  it.each([
    "/v1/files",
    "/v1/batches",
    "/v1/realtime",
    "/v1/images/generations",
    "/v1/audio/speech",
    "/v1/proxy/acme/x",
  ])("W7: %s is none, and nothing is passed on from it", async (path) => {
    const gateway = await wholeGateway();
    await gateway.addProvider({ id: "acme" });
    await (await gateway.post(path, { model: "acme/gpt-4.1-nano", input: "Hello" })).text();
    expect(gateway.called).toEqual([]);
    // Whatever the gateway does not have is the console's, which has no way to a provider.
    expect(gateway.forwarded).toHaveLength(1);
  });
});
