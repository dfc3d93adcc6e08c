import { env } from "cloudflare:workers";
import { beforeEach, expect, test, vi } from "vitest";
import { fresh } from "./fresh.ts";
import { adjusted, completed, threshold } from "./make-event.ts";
import { count, rollupSums } from "./sums.ts";

beforeEach(fresh);

test("what a producer sends to the queue is counted once, duplicates and nonsense among it", async () => {
  const events = Array.from({ length: 150 }, (_, index) => completed(`e${index}`));
  const messages = [...events, ...events.slice(0, 20), { nonsense: true }, adjusted("a1", "e1"), threshold("t1")];
  for (let start = 0; start < messages.length; start += 40) {
    await env.EVENTS.sendBatch(messages.slice(start, start + 40).map((body) => ({ body, contentType: "json" })));
  }
  await vi.waitFor(
    async () => {
      expect(await count("request_log")).toBe(150);
      expect(await count("request_adjustments")).toBe(1);
      expect(await count("wallet_events")).toBe(1);
      expect(await count("dead_letters")).toBe(1);
    },
    { timeout: 15_000, interval: 100 },
  );
  expect(await rollupSums()).toMatchObject({ requests: 150, cost_nano_usd: "150070", input_tokens: 150 * 120 });
}, 20_000);
