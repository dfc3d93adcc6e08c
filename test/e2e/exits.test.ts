import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { runtimeEffects } from "../../schema/kernel/effects.ts";
import { countTokens } from "../../schema/tokens/sandbox-tokens.ts";
import { type Fault, type FaultyUpstream, startFaultyUpstream } from "./support/faulty-upstream.ts";
import { createKey, createOrg, createProvider, createWallet } from "./support/fixtures.ts";
import { chat, eventually, settledBalance } from "./support/money.ts";
import { startPlatform, type TestPlatform } from "./support/platform.ts";
import { PROVIDER_KINDS, type ProviderKind } from "./support/provider-kinds.ts";

/**
 * Every way a stream can end, with every kind of provider, with the usage seen and not: the hold ends, the ledger has one
 * row with the right price, and the caller is told the same as the ledger.
 */

const INPUT_NANO_USD = 1_000;
const OUTPUT_NANO_USD = 2_000;
const IDLE_MS = 2_000;
const MODELS = ["lorem", "no-usage", "error-mid-stream"];

const effects = runtimeEffects();

const PROMPT = "go [[chunks=40 delay_ms=5]]";
/** A message has one token of its own. */
const PROMPT_TOKENS = countTokens(PROMPT) + 1;

let platform: TestPlatform;
const upstreams = new Map<string, FaultyUpstream>();

beforeAll(async () => {
  platform = await startPlatform();
  upstreams.set("sound", await startFaultyUpstream(null));
  for (const then of ["end", "break", "silence"] as const) {
    for (const after of ["usage", 9] as const)
      upstreams.set(wireOf({ after, then }), await startFaultyUpstream({ after, then }));
  }
});

afterAll(async () => {
  await platform.dispose();
  for (const upstream of upstreams.values()) await upstream.close();
});

const wireOf = (fault: Fault | null): string => (fault === null ? "sound" : `${fault.then} after ${fault.after}`);

interface Team {
  readonly key: string;
  readonly wallet_id: string;
}

/** A team of its own, whose provider is behind the faulty wire. */
async function team({ kind, path, credential }: ProviderKind, fault: Fault | null = null): Promise<Team> {
  const org_id = await createOrg(platform);
  await createProvider(platform, {
    org_id,
    id: "p",
    kind,
    base_url: `${upstreams.get(wireOf(fault))?.url}${path}`,
    credential,
    timeouts: { first_byte_ms: 10_000, idle_ms: IDLE_MS, total_ms: 30_000 },
  });
  for (const model of MODELS) {
    await platform.query(
      "INSERT INTO model_prices (id, org_id, provider_id, model, effective_from, rates, capabilities, encoding, created_at) " +
        "VALUES (?, ?, 'p', ?, 0, ?, '[\"chat\"]', 'sandbox', 0)",
      effects.newId("price"),
      org_id,
      model,
      JSON.stringify({ input: 1_000_000_000, output: 2_000_000_000 }),
    );
  }
  const wallet_id = await createWallet(platform, { org_id });
  return { key: (await createKey(platform, { org_id, wallet_id })).key, wallet_id };
}

interface Seen {
  text: string;
  finished: boolean;
  failed: boolean;
  prompt_tokens: number | null;
}

const chunkSchema = z.looseObject({
  choices: z.array(z.looseObject({ delta: z.looseObject({ content: z.string().nullish() }) })).optional(),
  usage: z.looseObject({ prompt_tokens: z.int() }).nullish(),
  error: z.unknown().optional(),
});

/** Asks for a stream and reads it to its end, or leaves once so many events have come. */
async function ask(key: string, model: string, leave_after = Number.POSITIVE_INFINITY): Promise<Seen> {
  const leaving = new AbortController();
  const response = await chat(
    platform,
    key,
    {
      model: `p/${model}`,
      stream: true,
      stream_options: { include_usage: true },
      messages: [{ role: "user", content: PROMPT }],
    },
    { signal: leaving.signal },
  );
  const seen: Seen = { text: "", finished: false, failed: response.status !== 200, prompt_tokens: null };
  if (seen.failed || response.body === null) {
    await response.body?.cancel();
    return seen;
  }
  const decoder = new TextDecoder();
  let rest = "";
  let events = 0;
  try {
    for await (const bytes of response.body) {
      rest += decoder.decode(bytes, { stream: true });
      const complete = rest.split("\n\n");
      rest = complete.pop() ?? "";
      for (const event of complete) {
        take(event.replace(/^data: /, ""), seen);
        events += 1;
      }
      if (events >= leave_after) leaving.abort();
    }
  } catch (error) {
    if (!leaving.signal.aborted) throw error;
  }
  return seen;
}

function take(data: string, seen: Seen): void {
  if (data === "[DONE]") {
    seen.finished = true;
    return;
  }
  const chunk = chunkSchema.parse(JSON.parse(data));
  for (const { delta } of chunk.choices ?? []) seen.text += delta.content ?? "";
  seen.prompt_tokens = chunk.usage?.prompt_tokens ?? seen.prompt_tokens;
  seen.failed ||= chunk.error !== undefined;
}

const rowSchema = z.object({
  outcome: z.string(),
  cost_nano_usd: z.number(),
  usage_source: z.string(),
  estimated: z.number(),
});

/** The one row of the ledger, once the wallet holds nothing; it and the wallet agree. */
async function settled({ key, wallet_id }: Team): Promise<z.infer<typeof rowSchema>> {
  const { spent_nano_usd } = await settledBalance(platform, key);
  const rows = await eventually(
    () =>
      platform.query(
        "SELECT outcome, cost_nano_usd, usage_source, estimated FROM request_log WHERE wallet_id = ?",
        wallet_id,
      ),
    (found) => found.length > 0,
  );
  expect(rows).toHaveLength(1);
  const row = rowSchema.parse(rows[0]);
  expect(row.cost_nano_usd).toBe(spent_nano_usd);
  return row;
}

const price = (prompt_tokens: number, answer_tokens: number): number =>
  prompt_tokens * INPUT_NANO_USD + answer_tokens * OUTPUT_NANO_USD;

/** Gemini counts what it has said so far in every event: there is nothing to estimate, wherever it ends. */
const reportsAsItGoes = ({ kind }: ProviderKind): boolean => kind === "gemini" || kind === "vertex";

/** Whose last reason is the last word, with usage or without: nothing marks the end of its stream. */
const finishesUnmarked = reportsAsItGoes;

describe.concurrent.each(PROVIDER_KINDS)("a stream of the kind $kind", (kind) => {
  test("that finishes costs what the provider reports, which is what was delivered", async () => {
    const who = await team(kind);
    const seen = await ask(who.key, "lorem");
    expect(seen).toMatchObject({ finished: true, failed: false });
    expect(seen.text).not.toBe("");
    expect(seen.prompt_tokens).toBe(PROMPT_TOKENS);
    expect(await settled(who)).toEqual({
      outcome: "completed",
      cost_nano_usd: price(PROMPT_TOKENS, countTokens(seen.text)),
      usage_source: "provider",
      estimated: 0,
    });
  });

  test("that finishes without usage costs what is counted", async () => {
    const who = await team(kind);
    const seen = await ask(who.key, "no-usage");
    expect(seen).toMatchObject({ finished: true, failed: false });
    expect(await settled(who)).toEqual({
      outcome: "completed",
      cost_nano_usd: price(PROMPT_TOKENS, countTokens(seen.text)),
      usage_source: "counted",
      estimated: 1,
    });
  });

  test("S8: that ends in an error event costs what was delivered", async () => {
    const who = await team(kind);
    const seen = await ask(who.key, "error-mid-stream");
    expect(seen).toMatchObject({ finished: false, failed: true });
    expect(seen.text).not.toBe("");
    expect(await settled(who)).toMatchObject({
      outcome: "upstream_error",
      cost_nano_usd: price(PROMPT_TOKENS, countTokens(seen.text)),
      estimated: reportsAsItGoes(kind) ? 0 : 1,
    });
  });

  test.each([
    ["is cut short", "end", "incomplete"],
    ["breaks off", "break", "upstream_error"],
    ["falls silent", "silence", "upstream_timeout"],
  ] as const)("S7: that %s before its usage costs what was delivered", async (_what, then, outcome) => {
    const who = await team(kind, { after: 9, then });
    const seen = await ask(who.key, "lorem");
    expect(seen).toMatchObject({ finished: false, failed: true });
    expect(seen.text).not.toBe("");
    expect(await settled(who)).toMatchObject({
      outcome,
      cost_nano_usd: price(PROMPT_TOKENS, countTokens(seen.text)),
      estimated: reportsAsItGoes(kind) ? 0 : 1,
    });
  });

  test.each([
    ["is cut short", "end", "incomplete"],
    ["breaks off", "break", "upstream_error"],
    ["falls silent", "silence", "upstream_timeout"],
  ] as const)(
    "that %s after its usage costs what that says, and is complete to both or to none",
    async (_what, then, outcome) => {
      const who = await team(kind, { after: "usage", then });
      const seen = await ask(who.key, "lorem");
      const row = await settled(who);
      expect(row).toMatchObject({
        cost_nano_usd: price(PROMPT_TOKENS, countTokens(seen.text)),
        usage_source: "provider",
        estimated: 0,
      });
      // Some providers' usage is their last word: such a stream is complete.
      expect(row.outcome).toBe(seen.finished ? "completed" : outcome);
      expect(seen.failed).toBe(!seen.finished);
      if (finishesUnmarked(kind)) expect(row.outcome).toBe("completed");
    },
  );

  test("that its caller leaves costs at least what was read, at most what was sent", async () => {
    const who = await team(kind);
    const seen = await ask(who.key, "lorem", 8);
    const row = await settled(who);
    expect(row.outcome).toBe("cancelled");
    expect(row.cost_nano_usd).toBeGreaterThanOrEqual(price(PROMPT_TOKENS, countTokens(seen.text)));
    expect(row.cost_nano_usd).toBeLessThan(price(PROMPT_TOKENS, 40));
  });
});
