import { randomUUID } from "node:crypto";
import { pause } from "../harness/wait.ts";
import type { MadeKey } from "../harness/wallets.ts";
import { ask } from "./request.ts";
import { someKey, type World } from "./world.ts";

/** What a client can do to a gateway. Each row is done as often as its weight says. */
export interface Abuse {
  readonly name: string;
  readonly weight: number;
  act(world: World, key: MadeKey): Promise<unknown>;
}

const message = (text: string) => [{ role: "user", content: text }];

/** A whole answer of so many tokens, after a pause in which its money is held. */
const wholeBody = (tokens: number, first_byte_ms: number) => ({
  model: "sandbox/lorem",
  messages: message("Write."),
  max_tokens: tokens,
  metadata: { chunks: String(tokens), delay_ms: "0", first_byte_ms: String(first_byte_ms) },
});

const streamBody = (max_tokens: number, chunks: number, delay_ms: number) => ({
  model: "sandbox/lorem",
  messages: message("Stream."),
  max_tokens,
  stream: true,
  metadata: { chunks: String(chunks), delay_ms: String(delay_ms) },
});

const endlessBody = (max_tokens: number, delay_ms: number) => ({
  model: "sandbox/endless",
  messages: message("Go on."),
  max_tokens,
  stream: true,
  metadata: { delay_ms: String(delay_ms) },
});

export const ABUSES: readonly Abuse[] = [
  {
    name: "bursts of 5 to 25 requests at once",
    weight: 4,
    act: (world, key) => {
      const { dice } = world;
      const body = wholeBody(dice.between(50, 600), dice.between(0, 300));
      return Promise.all(Array.from({ length: dice.between(5, 25) }, () => ask(world, key, { body })));
    },
  },
  {
    name: "whole answers",
    weight: 6,
    act: (world, key) => ask(world, key, { body: wholeBody(world.dice.between(1, 800), 0) }),
  },
  {
    name: "streams left at a random event",
    weight: 6,
    act: (world, key) => {
      const { dice } = world;
      const body = endlessBody(dice.between(100, 1_500), dice.between(0, 8));
      return ask(world, key, { body, leave_after: dice.between(0, 60) });
    },
  },
  {
    name: "streams read to their end",
    weight: 3,
    act: (world, key) => {
      const chunks = world.dice.between(1, 300);
      return ask(world, key, { body: streamBody(chunks + 10, chunks, 0) });
    },
  },
  {
    name: "slow readers",
    weight: 2,
    act: (world, key) => {
      const { dice } = world;
      const chunks = dice.between(50, 400);
      const leave_after = dice.chance(0.5) ? { leave_after: dice.between(1, chunks) } : {};
      return ask(world, key, {
        body: streamBody(chunks + 10, chunks, 1),
        read_gap_ms: dice.between(20, 150),
        ...leave_after,
      });
    },
  },
  {
    name: "one idempotency key, the same body, several at once and again",
    weight: 3,
    act: async (world, key) => {
      const body = wholeBody(world.dice.between(10, 500), world.dice.between(0, 200));
      const idempotency_key = `same-${randomUUID()}`;
      const once = () => repeat(world, key, idempotency_key, body);
      await Promise.all([once(), once(), once()]);
      await once();
    },
  },
  {
    name: "one idempotency key, another body",
    weight: 2,
    act: async (world, key) => {
      const idempotency_key = `other-${randomUUID()}`;
      const first = await repeat(world, key, idempotency_key, wholeBody(20, 0));
      const second = await repeat(world, key, idempotency_key, wholeBody(21, 0));
      world.violations.expect(
        first.cost_nano_usd === null || second.status !== 200,
        () => `${idempotency_key}: another body was served under a key that had been used`,
      );
    },
  },
  {
    name: "models that are not there",
    weight: 1,
    act: (world, key) => ask(world, key, { body: { ...wholeBody(10, 0), model: "sandbox/nothing" } }),
  },
  {
    name: "providers that fail",
    weight: 1,
    act: (world, key) => {
      const model = world.dice.pick(["sandbox/error-mid-stream", "sandbox/no-usage"]);
      return ask(world, key, { body: { ...streamBody(200, 100, 0), model } });
    },
  },
  {
    name: "large answers",
    weight: 1,
    act: (world, key) => ask(world, key, { body: wholeBody(16_000, 200) }),
  },
];

async function repeat(world: World, key: MadeKey, idempotency_key: string, body: ReturnType<typeof wholeBody>) {
  const answer = await ask(world, key, { body, idempotency_key });
  if (answer.request_id !== null && !answer.replayed) {
    const used = world.repeats.get(idempotency_key) ?? [];
    world.repeats.set(idempotency_key, [...used, answer.request_id]);
  }
  return answer;
}

/** One client that does one thing after the other until the round is over. */
export async function abuser(world: World): Promise<void> {
  while (!world.over) {
    if (world.down) {
      await pause(100);
      continue;
    }
    const abuse = world.dice.weighted(ABUSES);
    world.counts.add(`done: ${abuse.name}`);
    await abuse.act(world, someKey(world));
    // An empty wallet answers fast: refusals should not be all that is measured.
    await pause(world.dice.between(0, 30));
  }
}
