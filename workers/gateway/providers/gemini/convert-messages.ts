import { isRefused, type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import { isJsonObject, tryParseJson } from "../../../../schema/kernel/json.ts";
import type { ChatMessage, ContentPart } from "../../../../schema/wire/openai-chat.ts";
import { parseDataUrl } from "../kit/data-url.ts";
import type { TranslateInput } from "../kit/provider.ts";
import { refuseFunctionRole } from "../kit/refuse-role.ts";
import { modelTraits } from "./model-traits.ts";

/** One part or turn as it is sent. */
type Sent = Readonly<Record<string, unknown>>;

export interface Conversation {
  readonly system: readonly Sent[];
  readonly contents: readonly { readonly role: "user" | "model"; readonly parts: readonly Sent[] }[];
  readonly remote_media: readonly string[];
  readonly warnings: readonly string[];
}

/** What Gemini 3 accepts in place of a signature that a history does not have. Source: Google's page on thought signatures. */
const DUMMY_SIGNATURE = "skip_thought_signature_validator";

interface Called {
  readonly name: string;
  readonly order: number;
}

interface State {
  readonly call_ids: boolean;
  readonly input: TranslateInput;
  readonly system: Sent[];
  readonly contents: { role: "user" | "model"; parts: Sent[] }[];
  /** Functions that were called, by the id of the call, in the order of the calls. */
  readonly called: Map<string, Called>;
  /** Which call each result answers. */
  readonly results: Map<Sent, Called>;
  readonly remote: string[];
  readonly warnings: Set<string>;
  readonly signs: boolean;
}

/** All instructions in one list, the rest in turns; results of parallel calls stand together, in their order. */
export function convertMessages(input: TranslateInput, call_ids: boolean): Conversation | Refused {
  const state: State = {
    input,
    call_ids,
    system: [],
    contents: [],
    called: new Map(),
    results: new Map(),
    remote: [],
    warnings: new Set(),
    signs: modelTraits(input.model.upstream_id).signs_calls,
  };
  for (const [at, message] of input.request.messages.entries()) {
    const refused = addMessage(state, message, `messages[${at}]`);
    if (refused !== null) return refused;
    if ("name" in message && message.name !== undefined) state.warnings.add("the name of a message left out");
  }
  if (state.contents.length === 0) {
    return refuse("invalid_request", { param: "messages", message: "There is no message for the model to answer." });
  }
  return { system: state.system, contents: state.contents, remote_media: state.remote, warnings: [...state.warnings] };
}

function add(state: State, role: "user" | "model", parts: readonly Sent[]): void {
  if (parts.length === 0) return;
  const last = state.contents.at(-1);
  if (last?.role === role) last.parts.push(...parts);
  else state.contents.push({ role, parts: [...parts] });
}

function addMessage(state: State, message: ChatMessage, path: string): Refused | null {
  switch (message.role) {
    case "system":
    case "developer": {
      const text = textsOf(message.content, `${path}.content`);
      if (isRefused(text)) return text;
      state.system.push(...text.texts.map((value) => ({ text: value })));
      return null;
    }
    case "user": {
      const parts = partsOf(state, message.content, `${path}.content`);
      if (isRefused(parts)) return parts;
      add(state, "user", parts.parts);
      return null;
    }
    case "assistant":
      return addAssistant(state, message, path);
    case "tool":
      return addResult(state, message, path);
    case "function":
      return refuseFunctionRole(path);
  }
}

type Content = NonNullable<ChatMessage["content"]>;

const asParts = (content: Content): readonly ContentPart[] =>
  typeof content === "string" ? [{ type: "text", text: content }] : content;

function textsOf(content: Content, path: string): { readonly texts: readonly string[] } | Refused {
  const texts: string[] = [];
  for (const [at, part] of asParts(content).entries()) {
    if (part.type !== "text" && part.type !== "refusal") {
      return refuse("unsupported_parameter", { param: `${path}[${at}]`, message: "Only text is possible here." });
    }
    const text = part.type === "text" ? part.text : part.refusal;
    if (text !== "") texts.push(text);
  }
  return { texts };
}

function partsOf(state: State, content: Content, path: string): { readonly parts: readonly Sent[] } | Refused {
  const parts: Sent[] = [];
  for (const [at, part] of asParts(content).entries()) {
    const converted = partOf(state, part, `${path}[${at}]`);
    if (converted === null) continue;
    if ("refused" in converted && isRefused(converted)) return converted;
    parts.push(converted);
  }
  return { parts };
}

function partOf(state: State, part: ContentPart, path: string): Sent | Refused | null {
  switch (part.type) {
    case "text":
      return part.text === "" ? null : { text: part.text };
    case "refusal":
      return part.refusal === "" ? null : { text: part.refusal };
    case "image_url":
      return medium(state, part.image_url.url, `${path}.image_url.url`);
    case "input_audio": {
      const { data, format } = part.input_audio;
      return { inlineData: { mimeType: `audio/${format}`, data } };
    }
    case "file": {
      const { file_data } = part.file;
      if (typeof file_data !== "string") {
        return refuse("unsupported_parameter", {
          param: `${path}.file`,
          message: "Send the file itself in file_data.",
        });
      }
      return medium(state, file_data, `${path}.file.file_data`);
    }
  }
}

function medium({ input, remote }: State, url: string, path: string): Sent | Refused {
  const known = input.media?.get(url) ?? url;
  if (/^https?:/i.test(known)) {
    remote.push(known);
    return { text: "" };
  }
  const data = parseDataUrl(known);
  if (data === null) return refuse("invalid_request", { param: path, message: "must be a base64 data URL" });
  return { inlineData: { mimeType: data.media_type, data: data.data } };
}

type Assistant = Extract<ChatMessage, { role: "assistant" }>;

function addAssistant(state: State, message: Assistant, path: string): Refused | null {
  const text = textsOf(message.content ?? message.refusal ?? "", `${path}.content`);
  if (isRefused(text)) return text;
  if ((message.reasoning_content ?? "") !== "") {
    state.warnings.add("reasoning_content left out: the provider takes no thoughts back");
  }
  const calls: Sent[] = [];
  const tool_calls = message.tool_calls ?? [];
  const signed = tool_calls.some((call) => signatureOf(call) !== null);
  for (const [at, call] of tool_calls.entries()) {
    const { name, arguments: json } = call.function;
    const args = json.trim() === "" ? {} : tryParseJson(json);
    if (!isJsonObject(args)) {
      return refuse("invalid_request", {
        param: `${path}.tool_calls[${at}].function.arguments`,
        message: "The arguments of a tool call must be a JSON object.",
      });
    }
    state.called.set(call.id, { name, order: state.called.size });
    // Of parallel calls only the first is signed.
    const own = signatureOf(call) ?? (at === 0 && !signed && state.signs ? DUMMY_SIGNATURE : null);
    calls.push({
      functionCall: { ...idField(state, call.id), name, args },
      ...(own === null ? {} : { thoughtSignature: own }),
    });
  }
  add(state, "model", [...text.texts.map((value) => ({ text: value })), ...calls]);
  return null;
}

const signatureOf = (call: NonNullable<Assistant["tool_calls"]>[number]): string | null =>
  call.extra_content?.google?.thought_signature ?? null;

function addResult(state: State, message: Extract<ChatMessage, { role: "tool" }>, path: string): Refused | null {
  const call = state.called.get(message.tool_call_id);
  if (call === undefined) {
    return refuse("invalid_request", {
      param: `${path}.tool_call_id`,
      message: "There is no call with this id before it, so the name of its function is not known.",
    });
  }
  const text = textsOf(message.content, `${path}.content`);
  if (isRefused(text)) return text;
  const said = text.texts.join("");
  const value = tryParseJson(said);
  const result = isJsonObject(value) ? value : said;
  const response = message.is_error === true ? { error: result } : isJsonObject(value) ? value : { result: said };
  const part = { functionResponse: { ...idField(state, message.tool_call_id), name: call.name, response } };
  state.results.set(part, call);
  addInOrder(state, part, call);
  return null;
}

/** Behind the results of the calls before its own: they are told in the order of the calls, however they came. */
function addInOrder(state: State, part: Sent, { order }: Called): void {
  add(state, "user", [part]);
  const parts = state.contents.at(-1)?.parts ?? [];
  let at = parts.length - 1;
  while (at > 0 && (state.results.get(parts[at - 1] ?? {})?.order ?? -1) > order) at -= 1;
  parts.splice(at, 0, ...parts.splice(-1));
}

/** Ids as others make them, ours in place of a missing one among them: they mean nothing to this provider. */
const OTHERS_IDS = /^(?:call_|fc_|toolu_|tooluse_|chatcmpl-tool-)|^[a-zA-Z0-9]{9}$/;

const idField = ({ call_ids }: State, id: string): Sent => (call_ids && !OTHERS_IDS.test(id) ? { id } : {});
