import parsePrometheusTextFormat from "parse-prometheus-text-format";
import { beforeEach, describe, expect, test } from "vitest";
import { quietLogs } from "../fixtures.ts";
import { wholeGateway } from "../whole-gateway.ts";

beforeEach(() => {
  quietLogs();
});

const TOKEN = "metrics-token-0123456789";
const scrape = async (variables: Record<string, string>, authorization?: string) => {
  const gateway = await wholeGateway({ variables });
  const headers = authorization === undefined ? {} : { authorization };
  return { gateway, answer: await gateway.fetch("/metrics", { headers }) };
};

describe("GET /metrics", () => {
  test.each([{}, { AO_METRICS_TOKEN: "" }])(
    "is no route where no token is set, whatever is sent: %j",
    async (variables) => {
      for (const authorization of [undefined, "Bearer ", "Bearer undefined", `Bearer ${TOKEN}`]) {
        const { answer } = await scrape(variables, authorization);
        expect(answer.status).toBe(404);
        expect(await answer.text()).toContain("AO_METRICS_TOKEN");
      }
    },
  );

  test.each([
    undefined,
    "Bearer",
    "Bearer wrong",
    `Bearer ${TOKEN}x`,
    `Bearer ${TOKEN.slice(1)}`,
    `Basic ${TOKEN}`,
    TOKEN,
  ])("is refused with %j", async (authorization) => {
    const { answer } = await scrape({ AO_METRICS_TOKEN: TOKEN }, authorization);
    expect(answer.status).toBe(401);
    expect(await answer.text()).not.toContain("ai_orchestrator");
  });

  test("is no better known by a key of the gateway", async () => {
    const gateway = await wholeGateway({ variables: { AO_METRICS_TOKEN: TOKEN } });
    expect((await gateway.fetch("/metrics", { headers: { authorization: `Bearer ${gateway.key}` } })).status).toBe(401);
  });

  test("answers the token's holder in the text format, and says what waits in the queue", async () => {
    const { answer } = await scrape({ AO_METRICS_TOKEN: TOKEN }, `Bearer ${TOKEN}`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    const parsed = parsePrometheusTextFormat(await answer.text());
    expect(parsed.find(({ name }) => name === "ai_orchestrator_queue_backlog_messages")?.metrics).toEqual([
      { value: "7" },
    ]);
  });

  test("asks the database once in five seconds, and again after it has failed", async () => {
    const gateway = await wholeGateway({ variables: { AO_METRICS_TOKEN: TOKEN } });
    const ask = async () => (await gateway.fetch("/metrics", { headers: { authorization: `Bearer ${TOKEN}` } })).status;
    gateway.d1.setDown(true);
    expect(await ask()).toBe(503);
    gateway.d1.setDown(false);
    expect(await ask()).toBe(200);
    const asked = gateway.d1.batches;
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([200, 200, 200]);
    expect(gateway.d1.batches).toBe(asked);
  });

  test("wants a token that nobody guesses", async () => {
    const { answer } = await scrape({ AO_METRICS_TOKEN: "short" }, "Bearer short");
    expect(answer.status).toBe(500);
    expect(await answer.text()).toContain("AO_METRICS_TOKEN must be 16 to 200 printable characters");
  });
});
