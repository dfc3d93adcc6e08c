/** What the upstream answers, made once: the same bytes for every target. */

export const STREAM_CHUNKS = 100;

const ID = "chatcmpl-BENCH0000000000000000000001";
const CREATED = 1_760_000_000;
const MODEL = "gpt-4o-mini-2024-07-18";
const USAGE = {
  prompt_tokens: 120,
  completion_tokens: STREAM_CHUNKS,
  total_tokens: 120 + STREAM_CHUNKS,
  prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
};

/** Words of about five letters, as models write them: one token and one event each. */
const word = (index: number): string => ` w${String(index).padStart(4, "o")}`;

/** A chat completion of about 1 KB. */
export function wholeAnswer(): Buffer {
  const content = Array.from({ length: 72 }, (_, index) => word(index)).join("");
  return Buffer.from(
    JSON.stringify({
      id: ID,
      object: "chat.completion",
      created: CREATED,
      model: MODEL,
      choices: [
        {
          index: 0,
          message: { role: "assistant", content, refusal: null, annotations: [] },
          logprobs: null,
          finish_reason: "stop",
        },
      ],
      usage: USAGE,
      service_tier: "default",
      system_fingerprint: "fp_bench",
    }),
  );
}

/** The events of a chat completion stream in the order in which they are sent, each in a buffer of its own. */
export function chatEvents(include_usage: boolean): readonly Buffer[] {
  const chunk = (delta: object, finish_reason: string | null): object => ({
    id: ID,
    object: "chat.completion.chunk",
    created: CREATED,
    model: MODEL,
    service_tier: "default",
    system_fingerprint: "fp_bench",
    choices: [{ index: 0, delta, logprobs: null, finish_reason }],
    ...(include_usage ? { usage: null } : {}),
  });
  const { choices: _choices, ...frame } = { ...chunk({}, null), choices: [] };
  return [
    chunk({ role: "assistant", content: "", refusal: null }, null),
    ...Array.from({ length: STREAM_CHUNKS - 2 }, (_, index) => chunk({ content: word(index) }, null)),
    chunk({}, "stop"),
    ...(include_usage ? [{ ...frame, choices: [], usage: USAGE }] : []),
    "[DONE]",
  ].map((data) => Buffer.from(`data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`));
}

/** The same answer as Anthropic's Messages API streams it. */
export function messagesEvents(): readonly Buffer[] {
  const usage = { input_tokens: 120, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 1 };
  const events = [
    {
      type: "message_start",
      message: {
        id: "msg_bench",
        type: "message",
        role: "assistant",
        model: "claude-haiku-4-5-20251001",
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage,
      },
    },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    ...Array.from({ length: STREAM_CHUNKS - 2 }, (_, index) => ({
      type: "content_block_delta",
      index: 0,
      delta: { type: "text_delta", text: word(index) },
    })),
    { type: "content_block_stop", index: 0 },
    {
      type: "message_delta",
      delta: { stop_reason: "end_turn", stop_sequence: null },
      usage: { ...usage, output_tokens: STREAM_CHUNKS },
    },
    { type: "message_stop" },
  ];
  return events.map((event) => Buffer.from(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`));
}
