import { describe, expect, it } from "vitest";
import type { Part } from "../../../schema/canonical/parts.ts";
import { isRefused, type Refusal } from "../../../schema/kernel/errors.ts";
import type { JsonObject } from "../../../schema/kernel/json.ts";
import type { ModelInfo } from "../../../schema/pricing/price.ts";
import { chatRequestSchema } from "../../../schema/wire/openai-chat.ts";
import type {
  ProviderAccount,
  ProviderAdapter,
  Translation,
  UpstreamEvent,
} from "../../../workers/gateway/providers/kit/provider.ts";
import { createSseReader } from "../../../workers/gateway/providers/kit/sse.ts";
import { deepFreeze } from "./deep-freeze.ts";
import { ASK, MODEL, PLAIN } from "./openai/fixtures.ts";

interface Asked {
  readonly model?: ModelInfo;
  readonly account?: Partial<ProviderAccount>;
}

/** An adapter of OpenAI's dialect as its tests ask it. */
export function flavoured<State>(adapter: ProviderAdapter<State>, own: Partial<ProviderAccount> = {}) {
  const accountOf = (account: Partial<ProviderAccount> = {}): ProviderAccount => ({
    id: "prv_1",
    kind: adapter.kind,
    base_url: "https://upstream.example/v1",
    credential: { api_key: "sk-canary" },
    region: null,
    settings: {},
    ...own,
    ...account,
  });
  const translate = (request: object, { model = MODEL, account }: Asked = {}) =>
    adapter.translate({
      request: deepFreeze(chatRequestSchema.parse({ model: "p/x", messages: ASK, ...request })),
      account: accountOf(account),
      model,
      max_output_tokens: null,
    });
  const translated = (request: object, asked?: Asked): Translation => {
    const translation = translate(request, asked);
    if (isRefused(translation)) throw new Error(`refused: ${JSON.stringify(translation.refused)}`);
    return translation;
  };
  const foldEvents = (events: readonly UpstreamEvent[]): readonly Part[] => {
    let state = adapter.stream.initial(PLAIN);
    return events.flatMap((event) => {
      const step = adapter.stream.step(state, event);
      state = step.state;
      return step.parts;
    });
  };
  return {
    accountOf,
    translated,
    bodyOf: (request: object, asked?: Asked): JsonObject => JSON.parse(translated(request, asked).call.body),
    warningsOf: (request: object, asked?: Asked): readonly string[] => translated(request, asked).warnings,
    refusalOf: (request: object, asked?: Asked): Refusal => {
      const translation = translate(request, asked);
      if (!isRefused(translation)) throw new Error("not refused");
      return translation.refused;
    },
    foldEvents,
    foldChunks: (...chunks: readonly (object | string)[]): readonly Part[] => foldEvents(chunks.map(eventOfChunk)),
    whole: (body: JsonObject): readonly Part[] => adapter.readWhole(body, PLAIN),
  };
}

const eventOfChunk = (chunk: object | string): UpstreamEvent => ({
  event: null,
  data: typeof chunk === "string" ? chunk : JSON.stringify(chunk),
});

export const usageIn = (parts: readonly Part[]) => parts.findLast((part) => part.type === "usage")?.usage;

/** A model that reasons. */
export const REASONING: ModelInfo = { ...MODEL, capabilities: ["chat", "tools", "reasoning"] };

/** What is true of every stream: read one byte at a time it is the same, and cut at any event it never ends. */
export function streamsAnyhow<State>(name: string, adapter: ProviderAdapter<State>, lines: readonly string[]): void {
  const { foldEvents } = flavoured(adapter);
  describe(name, () => {
    it("is the same one byte at a time", () => {
      const reader = createSseReader();
      const bytes = new TextEncoder().encode(lines.map((line) => `data: ${line}\n\n`).join(""));
      const events = [...bytes].flatMap((byte) => reader.feed(new Uint8Array([byte])));
      expect(foldEvents(events)).toEqual(foldEvents(lines.map(eventOfChunk)));
    });

    it("cut at any event never ends", () => {
      const events = lines.map(eventOfChunk);
      expect(foldEvents(events).at(-1)).toEqual({ type: "end" });
      for (let length = 0; length < events.length; length += 1) {
        expect(foldEvents(events.slice(0, length)).some(({ type }) => type === "end")).toBe(false);
      }
    });
  });
}
