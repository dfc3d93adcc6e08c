import { tryParseJson } from "../../../schema/kernel/json.ts";
import { tokenise } from "../../../schema/tokens/sandbox-tokens.ts";
import type { ChatRequest } from "../../../schema/wire/openai-chat.ts";
import type { Controls } from "../controls.ts";
import { splitSuffix } from "../controls.ts";
import { schemaInstance } from "../schema-instance.ts";
import type { Utterance } from "./piece.ts";

/** Texts that models answer with. */

const LOREM =
  "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et dolore " +
  "magna aliqua. Ut enim ad minim veniam, quis nostrud exercitation ullamco laboris nisi ut aliquip ex ea commodo " +
  "consequat. Duis aute irure dolor in reprehenderit in voluptate velit esse cillum dolore eu fugiat nulla pariatur. " +
  "Excepteur sint occaecat cupidatat non proident, sunt in culpa qui officia deserunt mollit anim id est laborum.\n";

const THOUGHT = "Let me think about this step by step, since the question deserves it, before I answer.\n";

/** The text of the last user message without its control suffix; empty if there is none. */
export function lastUserText(request: ChatRequest): string {
  const message = request.messages.findLast((one) => one.role === "user");
  return message === undefined ? "" : splitSuffix(contentText(message.content)).text;
}

/** The text in a message's content; other parts have none. */
export function contentText(content: ChatRequest["messages"][number]["content"]): string {
  if (content === null || content === undefined) return "";
  if (typeof content === "string") return content;
  return content.map((part) => (part.type === "text" ? part.text : "")).join("");
}

/** Says the last user message again. */
export function* echo(request: ChatRequest): Utterance {
  yield* words(lastUserText(request));
  return "stop";
}

/** Says exactly `chunks` × `tokens_per_chunk` tokens of the same long text. */
export function* lorem(controls: Controls): Utterance {
  yield* take(endlessLorem(), controls.chunks * controls.tokens_per_chunk);
  return "stop";
}

/** Never stops by itself. */
export function* endless(): Utterance {
  yield* endlessLorem();
  return "stop";
}

/** Says a text and ends. */
export function* say(text: string): Utterance {
  yield* words(text);
  return "stop";
}

/** `tokens` tokens of reasoning, then whatever follows. */
export function* reasoningFirst(tokens: number, rest: Utterance): Utterance {
  let thought = 0;
  for (const text of tokens === 0 ? [] : tokenise(repeated(THOUGHT))) {
    yield { kind: "reasoning", text };
    thought += 1;
    if (thought === tokens) break;
  }
  return yield* rest;
}

/** The JSON text that `response_format` asks for, or null if it asks for none. */
export function structuredText(request: ChatRequest): string | null {
  const format = request.response_format;
  if (format === null || format === undefined || format.type === "text") return null;
  if (format.type === "json_object") return JSON.stringify({ answer: lastUserText(request) });
  const schema = tryParseJson(JSON.stringify(format.json_schema.schema ?? {}));
  return JSON.stringify(schemaInstance(schema ?? {}, format.json_schema.name));
}

const endlessLorem = (): Utterance => words(repeated(LOREM));

function* words(characters: Iterable<string>): Utterance {
  for (const text of tokenise(characters)) yield { kind: "content", text };
  return "stop";
}

function* repeated(text: string): Generator<string> {
  for (;;) yield* text;
}

function* take(utterance: Utterance, count: number): Utterance {
  for (let taken = 0; taken < count; taken += 1) {
    const next = utterance.next();
    if (next.done === true) break;
    yield next.value;
  }
  return "stop";
}
