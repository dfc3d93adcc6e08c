import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { runtimeSandboxEffects, type SandboxEffects } from "../../workers/sandbox/effects.ts";
import { expectStatus, type Founder, make, signUp } from "./support/console.ts";
import { type FaultyUpstream, startFaultyUpstream } from "./support/faulty-upstream.ts";
import { chat, eventually, settledBalance, settledLog, type TestWallet, usd } from "./support/money.ts";
import { startPlatform, type TestPlatform } from "./support/platform.ts";

/**
 * A provider is added, tested, changed and disabled through the admin API while callers use it and another one without a
 * pause. No call fails for it but by the refusal that is documented, and every cent is where it belongs.
 */

const OLD_KEY = "sk-canary-old";
const NEW_KEY = "sk-canary-new";
/** Nano-dollars a token: of the provider that is always there, and of the one that changes, before and after. */
const STEADY = { input: 1_000, output: 2_000 };
const BEFORE = { input: 3_000, output: 5_000 };
const AFTER = { input: 7_000, output: 11_000 };

const perMillion = ({ input, output }: typeof BEFORE) => ({
  input_usd_per_million: String(input / 1_000),
  output_usd_per_million: String(output / 1_000),
});

/** A pause of this length lasts until the test lets go of it. */
const HELD_MS = 59_999;
/** It begins at once and goes on when the test lets go. */
const LONG_PROMPT = `go [[chunks=40 delay_ms=${HELD_MS}]]`;
const SHORT_PROMPT = "go [[chunks=4 delay_ms=5 first_byte_ms=20]]";

const released = new AbortController();
const effects: SandboxEffects = {
  ...runtimeSandboxEffects(),
  async sleep(ms, signal) {
    if (ms !== HELD_MS) return runtimeSandboxEffects().sleep(ms, signal);
    await runtimeSandboxEffects().sleep(ms, AbortSignal.any([signal, released.signal]));
    return signal.aborted ? "aborted" : "slept";
  },
};

let platform: TestPlatform;
let founder: Founder;
let wallet: TestWallet;
let first: FaultyUpstream;
let second: FaultyUpstream;

beforeAll(async () => {
  platform = await startPlatform({ args: ["--no-demo"], vars: { AO_SNAPSHOT_MS: "1000" } });
  [first, second] = [await startFaultyUpstream(null, effects), await startFaultyUpstream(null, effects)];
  founder = await signUp(platform);
  await make(founder, "/v1/providers", { id: "sandbox", kind: "sandbox" });
  const made = await make(founder, "/v1/keys", { name: "app", wallet_id: founder.wallet_id });
  wallet = { wallet_id: founder.wallet_id, key_id: made.id, key: z.string().parse(made.key) };
});
afterAll(async () => {
  released.abort();
  await platform.dispose();
  for (const upstream of [first, second]) await upstream.close();
});

/** What came of one call, as its caller sees it. */
interface Outcome {
  readonly model: string;
  readonly status: number;
  /** The code of the refusal; null when it was answered. */
  readonly code: string | null;
  readonly request_id: string;
  /** Whether the answer came to its end: a whole body, or a stream with its finish reason and its `[DONE]`. */
  readonly complete: boolean;
  readonly cost_nano_usd: number | null;
}

/** A call that has been answered so far that a stream has its first bytes. */
interface Call {
  /** Text that has come. */
  readonly text: () => string;
  readonly outcome: Promise<Outcome>;
}

async function begin(model: string, stream: boolean, content: string): Promise<Call> {
  const body = { model, stream, messages: [{ role: "user", content }], max_tokens: 100 };
  const response = await chat(platform, wallet.key, body, { headers: { "x-ao-usage": "true" } });
  let text = "";
  const read = async (): Promise<Outcome> => {
    const decoder = new TextDecoder();
    for await (const bytes of response.body ?? []) text += decoder.decode(bytes, { stream: true });
    const code = response.ok ? null : errorSchema.parse(JSON.parse(text)).error.code;
    const told = stream ? /"cost_usd":"([\d.]+)"/.exec(text)?.[1] : response.headers.get("x-ao-cost-usd");
    return {
      model,
      status: response.status,
      code,
      request_id: response.headers.get("x-ao-request-id") ?? "",
      complete:
        response.ok && (stream ? /"finish_reason":"stop"/.test(text) && text.endsWith("data: [DONE]\n\n") : true),
      cost_nano_usd: response.ok && told != null ? usd(told) : null,
    };
  };
  return { text: () => text, outcome: read() };
}

const errorSchema = z.object({ error: z.looseObject({ code: z.string() }) });

const ALWAYS = "sandbox/lorem";
const CHANGING = "busy/lorem";

/** Callers that call one after the other, whole and streamed in turn, until they are stopped. */
function startTraffic() {
  const outcomes: Outcome[] = [];
  let stopped = false;
  const callers = [ALWAYS, CHANGING, CHANGING].map(async (model) => {
    for (let turn = 0; !stopped; turn += 1) {
      outcomes.push(await (await begin(model, turn % 2 === 1, SHORT_PROMPT)).outcome);
    }
  });
  return {
    outcomes,
    /** Waits for a call of the changing provider, ended from now on, that is so. */
    async sees(is: (outcome: Outcome) => boolean): Promise<void> {
      const from = outcomes.length;
      await eventually(
        async () => outcomes.slice(from).filter(({ model }) => model === CHANGING),
        (seen) => seen.some(is),
      );
    },
    async stop(): Promise<void> {
      stopped = true;
      await Promise.all(callers);
    },
  };
}

/** Streams of the changing provider that have begun, and go on when the test lets go. */
async function longStreams(count: number): Promise<readonly Call[]> {
  const calls = await Promise.all([...Array(count)].map(() => begin(CHANGING, true, LONG_PROMPT)));
  await eventually(
    async () => calls.map(({ text }) => text()),
    (texts) => texts.every((text) => text.includes("\n\n")),
  );
  return calls;
}

const served = ({ status }: Outcome): boolean => status === 200;
const refused = ({ status, code }: Outcome): boolean => status === 404 && code === "model_not_found";
const change = async (body: object): Promise<void> => {
  expectStatus(await founder.call("PATCH", "/v1/providers/busy", body), 200);
};

const logRow = z.object({
  request_id: z.string(),
  model: z.string(),
  outcome: z.string(),
  started_at: z.int(),
  cost_nano_usd: z.int(),
  input_tokens: z.int(),
  output_tokens: z.int(),
  price_id: z.string(),
});

describe("a provider under traffic", () => {
  it("is added, tested, changed, disabled and enabled, and each call is billed at the price that it began with", async ({
    onTestFinished,
  }) => {
    const traffic = startTraffic();
    onTestFinished(() => traffic.stop());
    await traffic.sees(refused);

    await make(founder, "/v1/providers", {
      id: "busy",
      kind: "openai-compatible",
      base_url: `${first.url}/v1`,
      credential: { api_key: OLD_KEY },
      models: [{ id: "lorem", price: perMillion(BEFORE), encoding: "sandbox" }],
    });
    await traffic.sees(served);
    const tested = expectStatus(await founder.call("POST", "/v1/providers/busy/test"), 200);
    expect(tested.body).toMatchObject({ ok: true, model: CHANGING });
    const longest = await longStreams(2);

    await change({ credential: { api_key: NEW_KEY } });
    await eventually(
      async () => first.authorizations,
      (sent) => sent.includes(`Bearer ${NEW_KEY}`),
    );
    await change({ base_url: `${second.url}/v1` });
    await eventually(
      async () => second.authorizations.length,
      (calls) => calls > 0,
    );
    const long = [...longest, ...(await longStreams(2))];

    const raised = await make(founder, "/v1/prices", {
      provider_id: "busy",
      model: "lorem",
      rates: perMillion(AFTER),
      encoding: "sandbox",
    });
    const dearest = Math.max(...traffic.outcomes.filter(({ model }) => model === CHANGING).map(costOf));
    await traffic.sees((outcome) => costOf(outcome) > dearest);

    await change({ enabled: false });
    await traffic.sees(refused);
    expect(long.map(({ text }) => text().includes("[DONE]"))).toEqual(long.map(() => false));
    released.abort();
    const ended = await Promise.all(long.map(({ outcome }) => outcome));
    expect(ended.map(({ status, complete }) => [status, complete])).toEqual(long.map(() => [200, true]));

    await change({ enabled: true });
    await traffic.sees(served);
    await traffic.stop();

    const outcomes = [...traffic.outcomes, ...ended];
    // Nobody was told anything but an answer to its end, or the one refusal, and that only of the provider that changed.
    expect(outcomes.filter((outcome) => !refused(outcome) && !(served(outcome) && outcome.complete))).toEqual([]);
    expect(outcomes.filter((outcome) => outcome.model === ALWAYS && !served(outcome))).toEqual([]);
    // A credential is never sent to an address that was entered after it was replaced.
    expect(new Set(first.authorizations)).toEqual(new Set([`Bearer ${OLD_KEY}`, `Bearer ${NEW_KEY}`]));
    expect(new Set(second.authorizations)).toEqual(new Set([`Bearer ${NEW_KEY}`]));

    const billed = outcomes.filter(served);
    // The test of the provider is one more, which the founder's first wallet paid for.
    await settledLog(platform, wallet, billed.length + 1);
    expect(await settledBalance(platform, wallet.key)).toMatchObject({ held_nano_usd: 0 });
    const rows = z
      .array(logRow)
      .parse(await platform.query("SELECT * FROM request_log WHERE wallet_id = ?", wallet.wallet_id));
    const effective_from = Date.parse(z.string().parse(raised.effective_from));
    const [changing, always] = [CHANGING, ALWAYS].map((model) => rows.filter((row) => row.model === model));
    for (const row of changing ?? []) {
      const rates = row.price_id === raised.id ? AFTER : BEFORE;
      expect(row).toMatchObject({ outcome: "completed", cost_nano_usd: priceOf(row, rates) });
      if (row.started_at < effective_from) expect(rates).toBe(BEFORE);
    }
    expect(new Set(changing?.map(({ price_id }) => price_id)).size).toBe(2);
    for (const row of always ?? []) expect(row.cost_nano_usd).toBe(priceOf(row, STEADY));
    // What callers were told is what the log says; those that were under way all the while have the price of before.
    const logged = new Map(rows.map((row) => [row.request_id, row]));
    for (const { request_id, cost_nano_usd } of billed)
      expect(logged.get(request_id)?.cost_nano_usd).toBe(cost_nano_usd);
    for (const { request_id } of ended) expect(logged.get(request_id)?.price_id).not.toBe(raised.id);
  });
});

const costOf = ({ cost_nano_usd }: Outcome): number => cost_nano_usd ?? 0;

const priceOf = ({ input_tokens, output_tokens }: z.infer<typeof logRow>, { input, output }: typeof BEFORE): number =>
  input_tokens * input + output_tokens * output;
