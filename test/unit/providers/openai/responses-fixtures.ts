import type { Part } from "../../../../schema/canonical/parts.ts";
import type { ProviderAdapter, UpstreamEvent } from "../../../../workers/gateway/providers/kit/provider.ts";
import { openai } from "../../../../workers/gateway/providers/openai/openai.ts";
import { PLAIN } from "../kit-fold-harness.ts";

/** A response as OpenAI streams it: reasoning with a summary, a search, a text, a call of each kind. */

export function nativeOf(adapter: ProviderAdapter = openai) {
  const native = adapter.natives?.["openai-responses"];
  if (native === undefined) throw new Error(`${adapter.kind} does not speak Responses`);
  return native;
}

export const foldResponses = (events: readonly UpstreamEvent[]): readonly Part[] => {
  const { stream } = nativeOf();
  let state = stream.initial(PLAIN);
  return events.flatMap((event) => {
    const step = stream.step(state, event);
    state = step.state;
    return step.parts;
  });
};

const RESPONSE = {
  id: "resp_68",
  object: "response",
  created_at: 1_770_000_000,
  model: "gpt-5-2025-08-07",
  error: null,
};

export const USAGE = {
  input_tokens: 1_000,
  input_tokens_details: { cached_tokens: 400, cache_write_tokens: 100 },
  output_tokens: 90,
  output_tokens_details: { reasoning_tokens: 64 },
  total_tokens: 1_090,
};

const REASONING = {
  id: "rs_1",
  type: "reasoning",
  summary: [{ type: "summary_text", text: "Hm, hm." }],
  encrypted_content: "gAAAA",
};
const SEARCH = { id: "ws_1", type: "web_search_call", status: "completed", action: { type: "search", query: "x" } };
const OPENED = { id: "ws_2", type: "web_search_call", status: "completed", action: { type: "open_page", url: "u" } };
const TEXT = 'Grüezi 👋 "usage":null';
const MESSAGE = {
  id: "msg_1",
  type: "message",
  status: "completed",
  role: "assistant",
  content: [{ type: "output_text", text: TEXT, annotations: [], logprobs: [] }],
};
const CALL = {
  id: "fc_1",
  type: "function_call",
  status: "completed",
  call_id: "call_1",
  name: "read",
  arguments: '{"a":1}',
};
const CUSTOM = {
  id: "ctc_1",
  type: "custom_tool_call",
  status: "completed",
  call_id: "call_2",
  name: "apply_patch",
  input: "*** Begin",
};

/** The whole response, as it stands in the last event. */
export const WHOLE = {
  ...RESPONSE,
  status: "completed",
  incomplete_details: null,
  output: [REASONING, SEARCH, OPENED, MESSAGE, CALL, CUSTOM],
  service_tier: "default",
  usage: USAGE,
};

const ITEM = "response.output_item";

const BODY: readonly (readonly [string, object])[] = [
  ["response.created", { response: { ...RESPONSE, status: "in_progress", output: [], usage: null } }],
  ["response.in_progress", { response: { ...RESPONSE, status: "in_progress", output: [], usage: null } }],
  [`${ITEM}.added`, { output_index: 0, item: { ...REASONING, summary: [], encrypted_content: "gA" } }],
  [
    "response.reasoning_summary_part.added",
    { output_index: 0, item_id: "rs_1", summary_index: 0, part: { type: "summary_text", text: "" } },
  ],
  ["response.reasoning_summary_text.delta", { output_index: 0, item_id: "rs_1", summary_index: 0, delta: "Hm, " }],
  ["response.reasoning_summary_text.delta", { output_index: 0, item_id: "rs_1", summary_index: 0, delta: "hm." }],
  [`${ITEM}.done`, { output_index: 0, item: REASONING }],
  [`${ITEM}.added`, { output_index: 1, item: { ...SEARCH, status: "in_progress" } }],
  ["response.web_search_call.searching", { output_index: 1, item_id: "ws_1" }],
  [`${ITEM}.done`, { output_index: 1, item: SEARCH }],
  [`${ITEM}.added`, { output_index: 2, item: { ...OPENED, status: "in_progress" } }],
  [`${ITEM}.done`, { output_index: 2, item: OPENED }],
  [`${ITEM}.added`, { output_index: 3, item: { ...MESSAGE, status: "in_progress", content: [] } }],
  [
    "response.content_part.added",
    { output_index: 3, item_id: "msg_1", content_index: 0, part: { ...MESSAGE.content[0], text: "" } },
  ],
  ["response.output_text.delta", { output_index: 3, item_id: "msg_1", content_index: 0, delta: TEXT.slice(0, 9) }],
  ["response.output_text.delta", { output_index: 3, item_id: "msg_1", content_index: 0, delta: TEXT.slice(9) }],
  ["response.output_text.done", { output_index: 3, item_id: "msg_1", content_index: 0, text: TEXT }],
  [`${ITEM}.done`, { output_index: 3, item: MESSAGE }],
  [`${ITEM}.added`, { output_index: 4, item: { ...CALL, status: "in_progress", arguments: "" } }],
  ["response.function_call_arguments.delta", { output_index: 4, item_id: "fc_1", delta: '{"a"' }],
  ["response.function_call_arguments.delta", { output_index: 4, item_id: "fc_1", delta: ":1}" }],
  ["response.function_call_arguments.done", { output_index: 4, item_id: "fc_1", arguments: '{"a":1}' }],
  [`${ITEM}.done`, { output_index: 4, item: CALL }],
  // A call whose text has no deltas.
  [`${ITEM}.added`, { output_index: 5, item: { ...CUSTOM, status: "in_progress", input: "" } }],
  [`${ITEM}.done`, { output_index: 5, item: CUSTOM }],
];

export const END: readonly [string, object] = ["response.completed", { response: WHOLE }];

/** Events as they are sent: spacing is theirs, and stays. */
export const eventsFrom = (events: readonly (readonly [string, object])[]): readonly UpstreamEvent[] =>
  events.map(([event, fields], sequence_number) => ({
    event,
    data: JSON.stringify({ type: event, sequence_number, ...fields }).replace(
      '"sequence_number":',
      '"sequence_number": ',
    ),
  }));

export const STREAM: readonly UpstreamEvent[] = eventsFrom([...BODY, END]);

/** The stream up to its end, and another end. */
export const endedWith = (...last: readonly (readonly [string, object])[]): readonly UpstreamEvent[] =>
  eventsFrom([...BODY, ...last]);

export const wireOf = (events: readonly UpstreamEvent[]): string =>
  events.map(({ event, data }) => `event: ${event}\ndata: ${data}\n\n`).join("");
