import * as z from "zod";
import { LIMITS } from "../../schema/kernel/limits.ts";
import { booksFigures, checkBooks, quiesce } from "../harness/books.ts";
import { Counts } from "../harness/counts.ts";
import type { Findings, Harness, Run } from "../harness/harness.ts";
import { Phases } from "../harness/phases.ts";
import { type Rig, startRig } from "../harness/platform.ts";
import { Violations } from "../harness/violations.ts";
import { inLanes, until } from "../harness/wait.ts";
import { makeKey, makeWallet } from "../harness/wallets.ts";
import { addedBy, figuresOf, partsTable, type Sent, splitAtOpening } from "./part.ts";
import { type Provider, startProvider } from "./provider.ts";

/** `npm run bench -- outage`: what callers see when the first of three providers fails, and when it comes back. */
export const outage: Harness = {
  about:
    "Sends requests by a rule with three providers, the first of which then answers every call with 503, and comes back.\n" +
    "Each request must be answered, by another provider and at its price; what that takes in calls and in time is told,\n" +
    "how many failures the breaker let through, and that it closed again. Half of the lanes send to a rule without the\n" +
    "first provider while it fails, so that what a busy machine costs is not taken for the outage's.",
  numbers: {
    requests: {
      usual: 10_000,
      quick: 400,
      least: 100,
      most: 1_000_000,
      what: "how many are sent in each of three parts",
    },
    lanes: { usual: 8, quick: 8, least: 2, most: 200, what: "how many are open at once" },
  },
  run: runOutage,
};

const NAMES = ["first", "second", "third"] as const;
const HELD_WITHIN_MS = 15_000;
/** The longest cool-down, with a fifth more. */
const BACK_WITHIN_MS = LIMITS.breaker_cool_down_longest_ms * 1.2 + 10_000;
/** A snapshot is used for ten seconds at most; see docs/architecture.md. */
const TOLD_WITHIN_MS = 20_000;
/** Between two requests while it is waited for. */
const BACK_GAP_MS = 100;

async function runOutage(run: Run): Promise<Findings> {
  const phases = new Phases();
  const rig = await phases.during("start", () => startRig(run, {}));
  const wallet = await makeWallet(rig.admin, "team", "1000");
  const { key } = await makeKey(rig.admin, wallet);
  const [first] = await makeProviders(rig, run);
  const violations = new Violations();
  const lanes = run.number("lanes");
  const send = (count: number, over: Partial<Load> = {}) =>
    sendMany(rig, key, { model: "always", count, lanes, ...over }, violations);
  const requests = run.number("requests");

  await send(lanes);
  const sound = await phases.during("without an outage", () => send(requests));
  violations.expect(sound.every(byFirst), () => "the first provider did not answer all requests while it was well");

  first.setDown(true);
  const down_at = performance.now();
  const half = Math.floor(lanes / 2);
  const [during, beside] = await phases.during("outage", () =>
    Promise.all([send(requests, { lanes: half }), send(requests, { lanes: lanes - half, model: "steady" })]),
  );
  const down_ms = performance.now() - down_at;
  const { opening, open } = splitAtOpening(during);
  const failed = { opening: failedIn(opening), open: failedIn(open) };
  checkFailed(failed, { down_ms, seen: first.failed, lanes: half }, violations);
  const breaker_down = await breakerOf(rig, isOpened);
  violations.expect(isOpened(breaker_down), () => `the breaker is ${breaker_down} while the first provider is down`);

  first.setDown(false);
  const { waited, waited_ms } = await phases.during("recovery", () => waitForFirst(send));
  violations.expect(waited.some(byFirst), () => `the first provider was not asked again in ${BACK_WITHIN_MS} ms`);
  const breaker = await breakerOf(rig, isClosed);
  violations.expect(isClosed(breaker), () => `the breaker is ${breaker} after the first provider came back`);
  const { told_ms } = await waitForAll(send, lanes);
  const back = await phases.during("once it is back", () => send(requests));
  const elsewhere = back.filter((sent) => !byFirst(sent)).length;
  violations.expect(elsewhere === 0, () => `the first provider is back and did not answer ${elsewhere} requests`);

  const counts = new Counts();
  const figures = await phases.during("until nothing is held", () =>
    quiesce(rig, [wallet], HELD_WITHIN_MS, violations),
  );
  const books = await phases.during("books", () => checkBooks(rig, [wallet], figures, violations));
  booksFigures(books, counts);
  counts.add("requests until the breaker was open", opening.length);
  counts.add("failures until the breaker was open", failed.opening);
  counts.add("probes that failed while it was open", failed.open);
  counts.add("milliseconds of the outage", Math.round(down_ms));
  counts.add("milliseconds until it was asked again", Math.round(waited_ms));
  counts.add("milliseconds until it got all requests again", Math.round(waited_ms + told_ms));
  const parts = {
    "without an outage": figuresOf(sound),
    "until the breaker is open": figuresOf(opening),
    "while it is open": figuresOf(open),
    "the outage in all": figuresOf(during),
    "beside it, by the other rule": figuresOf(beside),
    "once it is back": figuresOf(back),
  };
  const added = addedBy(parts["the outage in all"], parts["beside it, by the other rule"]);
  console.log(`\n${partsTable(parts)}\n\n${counts}`);
  console.log(`\nThe outage adds ${added.p50_ms.toFixed(1)} ms at p50 and ${added.p99_ms.toFixed(1)} ms at p99.`);
  return { violations: violations.list, figures: { ...counts.all, ...parts, added, seconds: phases.seconds } };
}

/** Three of them, a rule that asks them in order, and one that asks all but the first. */
async function makeProviders(rig: Rig, run: Run): Promise<readonly [Provider, ...Provider[]]> {
  const made = await Promise.all([startProvider(), startProvider(), startProvider()] as const);
  const price = { input_usd_per_million: "1", output_usd_per_million: "2" };
  for (const [at, provider] of made.entries()) {
    run.shutdown.add(() => provider.close());
    const body = {
      id: NAMES[at],
      kind: "openai-compatible",
      base_url: provider.base_url,
      models: [{ id: "m", price }],
    };
    await rig.admin.make("/v1/providers", body);
  }
  const models = NAMES.map((name) => `${name}/m`);
  for (const [model, fallback] of [["always", models] as const, ["steady", models.slice(1)] as const]) {
    await rig.admin.make("/v1/routing/rules", { name: model, when: { model }, then: { fallback } });
  }
  return made;
}

const byFirst = ({ model }: Sent): boolean => model === "first/m";
/** Calls beyond the one that answered. */
const failedIn = (part: readonly Sent[]): number => part.reduce((sum, { calls }) => sum + calls - 1, 0);

interface Outage {
  readonly down_ms: number;
  /** Calls that the provider itself failed. */
  readonly seen: number;
  readonly lanes: number;
}

/** As few failures as breakers promise: five in a row, whatever was under way by then, and three in each five seconds. */
function checkFailed(
  failed: { readonly opening: number; readonly open: number },
  { down_ms, seen, lanes }: Outage,
  violations: Violations,
): void {
  const most_opening = LIMITS.breaker_failures_in_a_row + lanes - 1;
  const most_open = LIMITS.breaker_probes * Math.ceil(down_ms / LIMITS.breaker_probe_interval_ms + 1);
  violations.expect(
    failed.opening <= most_opening,
    () => `${failed.opening} calls failed until the breaker was open, more than ${most_opening}`,
  );
  violations.expect(
    failed.open <= most_open,
    () => `${failed.open} calls failed while the breaker was open, more than ${most_open}`,
  );
  violations.expect(
    failed.opening + failed.open === seen,
    () => `requests say that ${failed.opening + failed.open} calls failed, the provider says ${seen}`,
  );
}

/** Sends one after the other until the first provider answers one. */
async function waitForFirst(
  send: (count: number) => Promise<readonly Sent[]>,
): Promise<{ readonly waited: readonly Sent[]; readonly waited_ms: number }> {
  const from = performance.now();
  const waited: Sent[] = [];
  await until(
    async () => {
      waited.push(...(await send(1)));
      return waited.some(byFirst);
    },
    (back) => back,
    BACK_WITHIN_MS,
    BACK_GAP_MS,
  );
  return { waited, waited_ms: performance.now() - from };
}

/**
 * Isolates are told that a breaker is closed in the answer to what they report, or by their snapshot: until then, a request
 * may still pass the provider by. Sends as many at once as there are lanes until none does.
 */
async function waitForAll(
  send: (count: number) => Promise<readonly Sent[]>,
  lanes: number,
): Promise<{ readonly told_ms: number }> {
  const from = performance.now();
  await until(
    () => send(lanes),
    (sent) => sent.every(byFirst),
    TOLD_WITHIN_MS,
    BACK_GAP_MS,
  );
  return { told_ms: performance.now() - from };
}

const attemptsIn = (route: string | null): number => Number(/attempts=(\d+)/.exec(route ?? "")?.[1] ?? 1);

interface Load {
  readonly model: string;
  readonly count: number;
  readonly lanes: number;
}

/** Each must be answered. */
async function sendMany(
  rig: Rig,
  key: string,
  { model, count, lanes }: Load,
  violations: Violations,
): Promise<readonly Sent[]> {
  const sent: Sent[] = [];
  await inLanes(count, lanes, async () => {
    const at = performance.now();
    const response = await fetch(`${rig.platform.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ model, messages: [{ role: "user", content: "Hello!" }], max_tokens: 200 }),
    });
    const text = await response.text();
    sent.push({
      at,
      took_ms: performance.now() - at,
      status: response.status,
      model: response.ok ? response.headers.get("x-ao-model") : null,
      calls: attemptsIn(response.headers.get("x-ao-route")),
    });
    violations.expect(response.ok, () => `a request got ${response.status}: ${text.slice(0, 200)}`);
  });
  return sent;
}

const healthSchema = z.object({ models: z.object({ m: z.object({ breaker: z.string() }) }) });

const isClosed = (breaker: string | null): boolean => breaker === "closed";
/** A cool-down that is over makes an open one half open. */
const isOpened = (breaker: string | null): boolean => breaker === "open" || breaker === "half_open";

/** What the monitor has of the first provider's model, once it has been told what the last calls did. */
async function breakerOf(rig: Rig, awaited: (breaker: string | null) => boolean): Promise<string | null> {
  const read = async () => {
    const answer = await rig.admin.call("GET", "/v1/providers/first/health");
    return healthSchema.safeParse(answer?.body).data?.models.m.breaker ?? null;
  };
  return await until(read, awaited, 5_000);
}
