import { beforeEach, describe, expect, it } from "vitest";
import { ROUTES } from "../../../../workers/gateway/routes/routes.ts";
import { quietLogs } from "../fixtures.ts";
import { wholeGateway } from "../whole-gateway.ts";

beforeEach(() => {
  quietLogs();
});

const SPENDING = ROUTES.filter(({ spends }) => spends);

/** A request of each route that spends, by operation. A new one fails the first test here until it has its row. */
const REQUESTS: Readonly<
  Record<string, { readonly path: string; readonly body: unknown; readonly upstream?: () => Response }>
> = {
  createChatCompletion: {
    path: "/v1/chat/completions",
    body: { model: "acme/gpt-4.1-nano", messages: [{ role: "user", content: "Hello" }] },
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
  testProvider: { path: "/v1/providers/acme/test", body: { model: "gpt-4.1-nano" } },
};

async function asked(operation_id: string, options: Parameters<typeof wholeGateway>[0] = {}) {
  const { path = "", body, upstream } = REQUESTS[operation_id] ?? {};
  const gateway = await wholeGateway({ ...options, ...(upstream === undefined ? {} : { upstream }) });
  await gateway.addProvider({ id: "acme" });
  const response = await gateway.post(path, body);
  const text = await response.text();
  await gateway.drained();
  return { ...gateway, text };
}

describe("every route that reaches a provider", () => {
  it("is known here", () => {
    expect(Object.keys(REQUESTS).sort()).toEqual(SPENDING.map(({ operation_id }) => operation_id).sort());
  });

  it.each(SPENDING.map(({ operation_id }) => operation_id))(
    "%s passes the wallet's admission first",
    async (operation) => {
      const { steps, admitted, settled } = await asked(operation);
      expect(steps.filter((step) => step !== "authorize")).toEqual(["admit", "upstream", "settle"]);
      expect(admitted[0]?.hold_nano_usd).toBeGreaterThan(0);
      expect(settled[0]?.cost_nano_usd).toBeGreaterThan(0);
      expect(settled[0]?.request_id).toBe(admitted[0]?.request_id);
    },
  );

  it.each(SPENDING.map(({ operation_id }) => operation_id))(
    "%s reaches no provider when the wallet refuses",
    async (operation) => {
      const { steps, text } = await asked(operation, { admit: { status: "frozen", wallet_id: "wal_1" } });
      expect(steps).not.toContain("upstream");
      expect(steps).not.toContain("settle");
      expect(text).toContain("wallet_frozen");
    },
  );
});

describe("every other route", () => {
  it("reaches none", async () => {
    const gateway = await wholeGateway();
    await gateway.addProvider({ id: "acme" });
    for (const { method, path } of ROUTES.filter(({ spends }) => !spends)) {
      await (await gateway.fetch(path, { method: method.toUpperCase() })).text();
    }
    expect(gateway.called).toEqual([]);
  });
});
