import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
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

/** What the tests of every provider's folder do: translate a request, feed a stream, read a recording. */

const RECORDINGS = join(import.meta.dirname, "../../../../shared/recordings");

/** The recorded answers of a provider, used where they are; each behaviour also has a fixture of our own. */
export const recordingsOf = (provider: string) => ({
  present: existsSync(join(RECORDINGS, provider)),
  lines: (name: string): readonly string[] =>
    readFileSync(join(RECORDINGS, provider, name), "utf8")
      .split("\n")
      .filter((line) => line.trim() !== ""),
  json: (name: string): JsonObject => JSON.parse(readFileSync(join(RECORDINGS, provider, name), "utf8")),
});

/** A translation of which only the names matter, for reading answers. */
export const PLAIN: Translation = {
  call: { url: "", headers: {}, body: "" },
  warnings: [],
  tool_names: new Map(),
  json_tool: null,
};

export const eventOf = (data: unknown): UpstreamEvent => ({ event: null, data: JSON.stringify(data) });
export const eventsOf = (lines: readonly string[]): readonly UpstreamEvent[] =>
  lines.map((data) => ({ event: null, data }));

/** The events of a stream whose bytes arrive one by one. */
export function byteWise(lines: readonly string[]): readonly UpstreamEvent[] {
  const reader = createSseReader();
  const bytes = new TextEncoder().encode(lines.map((line) => `data: ${line}\r\n\r\n`).join(""));
  return [...[...bytes].flatMap((byte) => reader.feed(new Uint8Array([byte]))), ...reader.end()];
}

/** Neighbouring texts, thoughts and arguments joined: what a stream and a whole answer of the same content have in common. */
export function joined(parts: readonly Part[]): readonly Part[] {
  const out: Part[] = [];
  for (const part of parts) {
    const last = out.at(-1);
    if (
      (part.type === "text" || part.type === "reasoning") &&
      last?.type === part.type &&
      last.choice === part.choice
    ) {
      out[out.length - 1] = { ...part, text: last.text + part.text };
    } else if (part.type === "tool_arguments" && last?.type === part.type && last.index === part.index) {
      out[out.length - 1] = { ...part, json: last.json + part.json };
    } else out.push(part);
  }
  return out;
}

export const kinds = (parts: readonly Part[]): readonly string[] => parts.map(({ type }) => type);

/** An adapter with the questions that tests ask of it. */
export function harness<State>(
  adapter: ProviderAdapter<State>,
  account: Pick<ProviderAccount, "base_url" | "credential">,
  default_model: ModelInfo,
) {
  const target: ProviderAccount = { id: "prv_1", kind: adapter.kind, region: null, settings: {}, ...account };
  /** A request as it arrives from outside, frozen to its depth: whoever changes it in place throws. */
  const translate = (request: object, model = default_model, max_output_tokens: number | null = null) =>
    adapter.translate({
      request: deepFreeze(
        chatRequestSchema.parse({ model: "prv/x", messages: [{ role: "user", content: "Hello" }], ...request }),
      ),
      account: target,
      model,
      max_output_tokens,
    });
  const translated = (request: object, model?: ModelInfo, max_output_tokens?: number): Translation => {
    const translation = translate(request, model, max_output_tokens);
    if (isRefused(translation)) throw new Error(`refused: ${JSON.stringify(translation.refused)}`);
    return translation;
  };
  return {
    account: target,
    translated,
    bodyOf: (request: object, model?: ModelInfo, max_output_tokens?: number): JsonObject =>
      JSON.parse(translated(request, model, max_output_tokens).call.body),
    warningsOf: (request: object, model?: ModelInfo): readonly string[] => translated(request, model).warnings,
    refusalOf: (request: object, model?: ModelInfo): Refusal => {
      const translation = translate(request, model);
      if (!isRefused(translation)) throw new Error("not refused");
      return translation.refused;
    },
    readWhole: (body: object, translation: Translation = PLAIN): readonly Part[] =>
      adapter.readWhole(JSON.parse(JSON.stringify(body)), translation),
    /** Feeds events in order and answers all parts. */
    foldParts: (events: readonly UpstreamEvent[], translation: Translation = PLAIN): readonly Part[] => {
      let state = adapter.stream.initial(translation);
      const parts: Part[] = [];
      for (const event of events) {
        const step = adapter.stream.step(state, event);
        state = step.state;
        parts.push(...step.parts);
      }
      return parts;
    },
  };
}
