import * as z from "zod";
import { booksFigures, checkBooks, quiesce } from "../harness/books.ts";
import { Counts } from "../harness/counts.ts";
import type { Findings, Harness, Run } from "../harness/harness.ts";
import { type Rig, startRig } from "../harness/platform.ts";
import { Violations } from "../harness/violations.ts";
import { inLanes, until } from "../harness/wait.ts";
import { makeKey, makeWallet } from "../harness/wallets.ts";
import { merged, percentile } from "../measure/numbers.ts";

/** `npm run bench -- outage`: what callers see of a provider that is gone, when a rule names others behind it. */
export const outage: Harness = {
  about:
    "Sends requests by a rule whose first provider cannot be reached. Every one must be answered, by another provider and\n" +
    "at its price; how many calls that takes, and what they cost in time, is told before and after the outage is known.",
  numbers: {
    requests: {
      usual: 10_000,
      quick: 400,
      least: 10,
      most: 1_000_000,
      what: "how many are sent in each of three parts",
    },
    lanes: { usual: 8, quick: 8, least: 1, most: 200, what: "how many are open at once" },
  },
  run: runOutage,
};

/** Nothing listens there. */
const NOBODY = "http://127.0.0.1:9/v1";
const HELD_WITHIN_MS = 15_000;
/** A monitor looks every 30 s, and what it finds is read within ten. */
const KNOWN_WITHIN_MS = 120_000;

interface Part {
  readonly answered: number;
  readonly calls: number;
  readonly latencies: Float32Array;
}

async function runOutage(run: Run): Promise<Findings> {
  const rig = await startRig(run, {});
  const wallet = await makeWallet(rig.admin, "team", "1000");
  const { key } = await makeKey(rig.admin, wallet);
  const price = { input_usd_per_million: "1", output_usd_per_million: "2" };
  await rig.admin.make("/v1/providers", {
    id: "gone",
    kind: "openai-compatible",
    base_url: NOBODY,
    models: [{ id: "m", price }],
  });
  const fallback = ["gone/m", "sandbox/echo", "sandbox/lorem"];
  await rig.admin.make("/v1/routing/rules", { name: "Outage", when: { model: "always" }, then: { fallback } });
  const violations = new Violations();
  const sound = await send(rig, run, key, "sandbox/echo", violations);
  const unknown = await send(rig, run, key, "always", violations, () => isDown(rig).then((down) => !down));
  await until(
    () => isLast(rig),
    (last) => last,
    KNOWN_WITHIN_MS,
  );
  const known = await send(rig, run, key, "always", violations);
  const counts = new Counts();
  const figures = await quiesce(rig, [wallet], HELD_WITHIN_MS, violations);
  const books = await checkBooks(rig, [wallet], figures, violations);
  booksFigures(books, counts);
  const parts = { "without an outage": sound, "before it is known": unknown, "once it is known": known };
  for (const [name, part] of Object.entries(parts)) {
    console.log(
      `${name}: ${part.latencies.length} requests, ${part.answered} answered, ${(part.calls / part.latencies.length).toFixed(3)} calls each, ` +
        `p50 ${percentile(part.latencies, 0.5).toFixed(1)} ms, p99 ${percentile(part.latencies, 0.99).toFixed(1)} ms`,
    );
  }
  console.log(`\n${counts}`);
  const summary = Object.fromEntries(
    Object.entries(parts).map(([name, { answered, calls, latencies }]) => [
      name,
      {
        requests: latencies.length,
        answered,
        calls,
        p50: percentile(latencies, 0.5),
        p99: percentile(latencies, 0.99),
      },
    ]),
  );
  return { violations: violations.list, figures: { ...counts.all, ...summary } };
}

const attemptsIn = (route: string | null): number => Number(/attempts=(\d+)/.exec(route ?? "")?.[1] ?? 1);

/** Sends as many as the run says, or until `going` says no. Each must be answered. */
async function send(
  rig: Rig,
  run: Run,
  key: string,
  model: string,
  violations: Violations,
  going: () => Promise<boolean> = async () => true,
): Promise<Part> {
  let answered = 0;
  let calls = 0;
  const latencies: number[] = [];
  const size = Math.ceil(run.number("requests") / 10);
  for (let round = 0; round < 10 && (await going()); round += 1) {
    await inLanes(size, run.number("lanes"), async () => {
      const begun = performance.now();
      const response = await fetch(`${rig.platform.url}/v1/chat/completions`, {
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        body: JSON.stringify({ model, messages: [{ role: "user", content: "Hello!" }], max_tokens: 20 }),
      });
      const text = await response.text();
      latencies.push(performance.now() - begun);
      calls += attemptsIn(response.headers.get("x-ao-route"));
      if (response.status === 200) answered += 1;
      else violations.add(`a request to ${model} got ${response.status}: ${text.slice(0, 200)}`);
    });
  }
  return { answered, calls, latencies: merged([Float32Array.from(latencies)]) };
}

const healthSchema = z.looseObject({ state: z.string() });

async function isDown(rig: Rig): Promise<boolean> {
  const answer = await rig.admin.call("GET", "/v1/providers/gone/health");
  return healthSchema.safeParse(answer?.body).data?.state === "down";
}

const explainedSchema = z.looseObject({ model: z.string().nullable() });

/** Whether a request would be sent elsewhere at once. */
async function isLast(rig: Rig): Promise<boolean> {
  const request = { model: "always", messages: [{ role: "user", content: "Hello!" }] };
  const answer = await rig.admin.call("POST", "/v1/routing/explain", { request });
  return explainedSchema.safeParse(answer?.body).data?.model === "sandbox/echo";
}
