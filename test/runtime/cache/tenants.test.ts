import { reset } from "cloudflare:test";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { JsonObject } from "../../../schema/kernel/json.ts";
import { anthropicMessages } from "../../../workers/gateway/dialects/anthropic-messages/anthropic-messages.ts";
import type { ChatDialect } from "../../../workers/gateway/dialects/chat-dialect.ts";
import { openAiChat } from "../../../workers/gateway/dialects/openai-chat/openai-chat.ts";
import { openAiCompletions } from "../../../workers/gateway/dialects/openai-completions/openai-completions.ts";
import { openAiResponses } from "../../../workers/gateway/dialects/openai-responses/openai-responses.ts";
import { ask } from "./asking.ts";

/** The same few words again and again, so that everything that could meet does. */
const QUESTIONS = ["what is it", "What is it?", "what is this", "is it what", "and in winter"] as const;
const SYSTEMS = [null, "Be brief", "Be grim"] as const;

interface Asked {
  readonly question: string;
  readonly system: string | null;
  readonly max_tokens: number;
}

/** One conversation as each dialect writes it. */
const DIALECTS: readonly { readonly dialect: ChatDialect; body(asked: Asked, model: string): JsonObject | null }[] = [
  {
    dialect: openAiChat,
    body: ({ question, system, max_tokens }, model) => ({
      model,
      max_tokens,
      messages: [
        ...(system === null ? [] : [{ role: "system", content: system }]),
        { role: "user", content: question },
      ],
    }),
  },
  {
    dialect: anthropicMessages,
    body: ({ question, system, max_tokens }, model) => ({
      model,
      max_tokens,
      ...(system === null ? {} : { system }),
      messages: [{ role: "user", content: question }],
    }),
  },
  {
    dialect: openAiResponses,
    body: ({ question, system, max_tokens }, model) => ({
      model,
      max_output_tokens: max_tokens,
      ...(system === null ? {} : { instructions: system }),
      input: question,
    }),
  },
  {
    dialect: openAiCompletions,
    body: ({ question, system, max_tokens }, model) =>
      system === null ? { model, max_tokens, prompt: question } : null,
  },
];

const step = fc.record({
  org: fc.constantFrom("org_1", "org_2"),
  team: fc.constantFrom("team_1", "team_2", null),
  model: fc.constantFrom("acme/m", "acme/n"),
  mode: fc.constantFrom("exact", "semantic", "both", "shadow"),
  dialect: fc.constantFrom(...DIALECTS),
  asked: fc.record({
    question: fc.constantFrom(...QUESTIONS),
    system: fc.constantFrom(...SYSTEMS),
    max_tokens: fc.constantFrom(5, 5, 5, 50),
  }),
});

const words = (text: string): string => text.toLowerCase().replace(/[^a-z ]/g, "");

it("gives nobody what was answered to another org or team, to another model, or to another question, whatever is asked", async () => {
  let hits = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 150, maxLength: 200 }), async (steps) => {
      await reset();
      for (const { org, team, model, mode, dialect, asked } of steps) {
        const body = dialect.body(asked, model);
        if (body === null) continue;
        const mine = `for ${org} ${team} ${model} ${asked.system} ${asked.max_tokens} about ${words(asked.question)}`;
        const { text, from } = await ask({
          org,
          team,
          model,
          dialect: dialect.dialect,
          body,
          answer: mine,
          // The widest that a setting can be.
          setting: { mode, threshold: 0.8 },
        });
        expect(text).toBe(mine);
        if (from === "cache") hits += 1;
      }
    }),
    { numRuns: 5 },
  );
  // A cache that never answers would leak nothing.
  expect(hits).toBeGreaterThan(20);
});
