import type { AnswerOf } from "../../../api/types.ts";
import { isRow, type Row, rowIn, rowOf, rowsIn, textIn, textOrNull } from "../../../lib/json.ts";

/** Stored texts as what was said, in order, by whom. Pure. What has no place in it stays in the JSON. */

export type Texts = AnswerOf<"/v1/requests/{id}/texts", "get">;

export type Piece =
  | { readonly kind: "text" | "reasoning" | "refusal"; readonly text: string }
  /** A call of a tool. `text` are its arguments, which may have been cut off. */
  | { readonly kind: "call"; readonly id: string; readonly name: string; readonly text: string }
  /** What is kept of media, or where they stand. */
  | { readonly kind: "media"; readonly text: string };

export interface Turn {
  /** "user", "assistant"; of what is no chat what it was: "query", "document 2". */
  readonly role: string;
  /** Who said it, or which tool a result is of; null where nobody says. */
  readonly name: string | null;
  /** Of a tool's result that was a failure. */
  readonly failed: boolean;
  readonly pieces: readonly Piece[];
}

/** What was asked. */
export function askedTurns({ request }: Pick<Texts, "request">): readonly Turn[] {
  switch (request.kind) {
    case "chat":
      return chatTurns(rowsIn(request, "messages"));
    case "embeddings":
      return listOf(request.input).map((input, index, all) => plainTurn(numbered("input", index, all), input));
    case "rerank": {
      const documents = listOf(request.documents);
      return [
        plainTurn("query", request.query),
        ...documents.map((document, index) => plainTurn(numbered("document", index, documents), document)),
      ];
    }
    default:
      return [];
  }
}

/** What was answered: a turn for each choice. */
export const answeredTurns = ({ choices }: Pick<Texts, "choices">): readonly Turn[] =>
  choices.map(({ index, text, reasoning, refusal, tool_calls }) => ({
    role: choices.length > 1 ? `assistant, choice ${index + 1}` : "assistant",
    name: null,
    failed: false,
    pieces: [
      ...spoken("reasoning", reasoning),
      ...spoken("text", text),
      ...spoken("refusal", refusal),
      ...tool_calls.map(({ id, name, arguments: given }) => ({ kind: "call", id, name, text: given }) as const),
    ],
  }));

/** A tool that the model could call. */
export interface Tool {
  readonly name: string;
  readonly description: string | null;
  readonly parameters: unknown;
}

export const toolsOf = ({ request }: Pick<Texts, "request">): readonly Tool[] =>
  rowsIn(request, "tools").map((tool) => {
    const said = isRow(tool.function) ? tool.function : rowIn(tool, "custom");
    return {
      name: textIn(said, "name"),
      description: textOrNull(said, "description"),
      parameters: said.parameters ?? null,
    };
  });

/** All that a turn says, to be copied. */
export const textOfTurn = ({ pieces }: Turn): string =>
  pieces.map((piece) => (piece.kind === "call" ? `${piece.name}(${piece.text})` : piece.text)).join("\n\n");

function chatTurns(messages: readonly Row[]): readonly Turn[] {
  const names = new Map<string, string>();
  return messages.map((message) => {
    const calls = rowsIn(message, "tool_calls").map(callOf);
    for (const { id, name } of calls) names.set(id, name);
    const role = textIn(message, "role");
    const of_call = textOrNull(message, "tool_call_id");
    return {
      role: role === "" ? "unknown" : role,
      name: textOrNull(message, "name") ?? (of_call === null ? null : (names.get(of_call) ?? of_call)),
      failed: message.is_error === true,
      pieces: [
        ...spoken("reasoning", textOrNull(message, "reasoning_content")),
        ...contentPieces(message.content),
        ...spoken("refusal", textOrNull(message, "refusal")),
        ...calls,
      ],
    };
  });
}

function callOf(call: Row): Extract<Piece, { readonly kind: "call" }> {
  const said = rowIn(call, "function");
  return { kind: "call", id: textIn(call, "id"), name: textIn(said, "name"), text: textIn(said, "arguments") };
}

const contentPieces = (content: unknown): readonly Piece[] =>
  typeof content === "string" ? spoken("text", content) : listOf(content).filter(isRow).flatMap(partPieces);

function partPieces(part: Row): readonly Piece[] {
  switch (part.type) {
    case "text":
      return spoken("text", textOrNull(part, "text"));
    case "refusal":
      return spoken("refusal", textOrNull(part, "refusal"));
    case "image_url":
      return [{ kind: "media", text: mediaText("Picture", rowIn(part, "image_url").url) }];
    case "input_audio":
      return [{ kind: "media", text: mediaText("Sound", rowIn(part, "input_audio").data) }];
    case "file": {
      const file = rowIn(part, "file");
      return [{ kind: "media", text: mediaText("File", file.file_data ?? file.filename ?? file.file_id) }];
    }
    default:
      return [{ kind: "text", text: JSON.stringify(part) }];
  }
}

/** What is kept of media that were sent along, or the address or name of those that were not. */
function mediaText(what: string, kept: unknown): string {
  if (typeof kept === "string") return `${what}: ${kept}`;
  const { media_type, bytes, sha256 } = rowOf(kept);
  return `${what}, not stored: ${String(media_type ?? "unknown")}, ${String(bytes ?? "?")} bytes, SHA-256 ${String(sha256 ?? "unknown")}`;
}

const spoken = (kind: "text" | "reasoning" | "refusal", text: string | null | undefined): readonly Piece[] =>
  text == null || text === "" ? [] : [{ kind, text }];

const plainTurn = (role: string, said: unknown): Turn => ({
  role,
  name: null,
  failed: false,
  pieces: spoken("text", typeof said === "string" ? said : JSON.stringify(said)),
});

const numbered = (word: string, index: number, all: readonly unknown[]): string =>
  all.length > 1 ? `${word} ${index + 1}` : word;

/** A list, or one thing as a list of it; a list of numbers is one thing: the tokens of a text. */
function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return [value];
  return typeof value[0] === "number" ? [value] : value;
}
