import * as z from "zod";
import { ask, stream } from "./call.ts";
import { check, type Subject, shown } from "./kit.ts";

const usageShape = z.looseObject({
  prompt_tokens: z.int().min(0),
  completion_tokens: z.int().min(0),
  total_tokens: z.int().min(0),
  prompt_tokens_details: z.looseObject({ cached_tokens: z.int().min(0).nullish() }).nullish(),
  completion_tokens_details: z.looseObject({ reasoning_tokens: z.int().min(0).nullish() }).nullish(),
});

const toolCallShape = z.looseObject({
  id: z.string().min(1),
  type: z.literal("function"),
  function: z.looseObject({ name: z.string().min(1), arguments: z.string() }),
});

const completionShape = z.looseObject({
  id: z.string().min(1),
  object: z.literal("chat.completion"),
  created: z.int(),
  model: z.string().min(1),
  choices: z
    .array(
      z.looseObject({
        index: z.int(),
        message: z.looseObject({
          role: z.literal("assistant"),
          content: z.string().nullable(),
          refusal: z.string().nullish(),
          reasoning_content: z.string().nullish(),
          reasoning_signature: z.string().nullish(),
          tool_calls: z.array(toolCallShape).nullish(),
        }),
        finish_reason: z.enum(["stop", "length", "tool_calls", "content_filter"]),
      }),
    )
    .min(1),
  usage: usageShape,
});

const chunkShape = z.looseObject({
  id: z.string(),
  object: z.string(),
  choices: z.array(
    z.looseObject({
      index: z.int(),
      delta: z.looseObject({
        role: z.string().nullish(),
        content: z.string().nullish(),
        reasoning_content: z.string().nullish(),
        reasoning_signature: z.string().nullish(),
        tool_calls: z
          .array(
            z.looseObject({
              index: z.int().min(0),
              id: z.string().nullish(),
              type: z.string().nullish(),
              function: z.looseObject({ name: z.string().nullish(), arguments: z.string().nullish() }).nullish(),
              extra_content: z.unknown().optional(),
            }),
          )
          .nullish(),
      }),
      finish_reason: z.string().nullish(),
    }),
  ),
  usage: usageShape.nullish(),
});

export type Usage = z.infer<typeof usageShape>;

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

/** One choice of an answer, the same of a whole answer and of a stream. */
export interface Said {
  readonly text: string;
  readonly reasoning: string;
  readonly tool_calls: readonly ToolCall[];
  readonly finish: string;
  readonly usage: Usage | null;
  /** The assistant's message as it is handed back with the next turn. */
  readonly message: Readonly<Record<string, unknown>>;
}

const PATH = "/v1/chat/completions";

/** A whole answer. The shape of every field that clients read is checked. */
export async function whole(subject: Subject, model: string, body: object): Promise<Said> {
  const answer = await ask(subject, PATH, { model, ...body });
  const parsed = completionShape.safeParse(answer.body);
  check(parsed.success, `the answer is no chat completion: ${shown(answer.body)}`);
  check(answer.headers.get("x-ao-cost-usd") !== null, "the answer does not say what it cost");
  const { choices, usage } = parsed.data;
  const [choice] = choices;
  check(choice !== undefined, "there is no choice");
  check(
    usage.total_tokens === usage.prompt_tokens + usage.completion_tokens,
    `the total of the usage is not its sum: ${shown(usage)}`,
  );
  const { message } = choice;
  return {
    text: message.content ?? "",
    reasoning: message.reasoning_content ?? "",
    tool_calls: (message.tool_calls ?? []).map((call) => ({
      id: call.id,
      name: call.function.name,
      arguments: call.function.arguments,
    })),
    finish: choice.finish_reason,
    usage,
    message,
  };
}

/** The same answer streamed. What every client relies on is checked: one id, one role, one finish, the usage last, the end. */
export async function streamed(subject: Subject, model: string, body: object): Promise<Said> {
  const events = await stream(subject, PATH, {
    model,
    stream_options: { include_usage: true },
    ...body,
  });
  check(events.at(-1)?.data === "[DONE]", `the stream does not end with [DONE]: ${shown(events.at(-1))}`);
  const chunks = events.slice(0, -1).map(({ data }) => {
    const parsed = chunkShape.safeParse(JSON.parse(data));
    check(parsed.success, `no chunk of a chat completion: ${shown(data)}`);
    return parsed.data;
  });
  // Some providers begin with a chunk that has nothing but a word about the prompt.
  const said = chunks.filter(({ choices }) => choices.length > 0);
  check(
    said.every(({ object }) => object === "chat.completion.chunk"),
    "a chunk does not say that it is one",
  );
  const ids = new Set(chunks.filter(({ choices }) => choices.length > 0).map(({ id }) => id));
  check(ids.size === 1, `the chunks have ${ids.size} different ids`);
  const deltas = chunks.flatMap(({ choices }) => choices.filter(({ index }) => index === 0));
  const roles = deltas.filter(({ delta }) => delta.role != null && delta.role !== "");
  check(roles.length >= 1 && deltas[0]?.delta.role === "assistant", "the first chunk does not have the role");
  const finishes = deltas.flatMap(({ finish_reason }) => (finish_reason == null ? [] : [finish_reason]));
  check(finishes.length === 1, `the stream finishes ${finishes.length} times`);
  const usages = chunks.flatMap(({ usage }) => (usage == null ? [] : [usage]));
  check(usages.length === 1, `the stream has ${usages.length} usages although one was asked for`);
  const calls = new Map<number, { id: string; name: string; arguments: string; extra_content?: unknown }>();
  let text = "";
  let reasoning = "";
  let signature = "";
  for (const { delta } of deltas) {
    text += delta.content ?? "";
    reasoning += delta.reasoning_content ?? "";
    signature += delta.reasoning_signature ?? "";
    for (const piece of delta.tool_calls ?? []) {
      const known = calls.get(piece.index);
      if (known === undefined) {
        check(piece.id != null && piece.id !== "", "a tool call begins without an id");
        check(piece.function?.name != null, "a tool call begins without a name");
        const extra = piece.extra_content === undefined ? {} : { extra_content: piece.extra_content };
        calls.set(piece.index, { id: piece.id, name: piece.function.name, arguments: "", ...extra });
      }
      const call = calls.get(piece.index);
      if (call !== undefined) call.arguments += piece.function?.arguments ?? "";
    }
  }
  const ordered = [...calls].sort(([a], [b]) => a - b);
  check(
    ordered.every(([index], at) => index === at),
    `tool calls are numbered ${ordered.map(([index]) => index)}`,
  );
  const tool_calls = ordered.map(([, call]) => call);
  return {
    text,
    reasoning,
    tool_calls,
    finish: finishes[0] ?? "",
    usage: usages[0] ?? null,
    message: {
      role: "assistant",
      content: text === "" ? null : text,
      ...(reasoning === "" ? {} : { reasoning_content: reasoning }),
      ...(signature === "" ? {} : { reasoning_signature: signature }),
      ...(tool_calls.length === 0
        ? {}
        : {
            tool_calls: tool_calls.map(({ id, name, arguments: json, extra_content }) => ({
              id,
              type: "function",
              function: { name, arguments: json },
              ...(extra_content === undefined ? {} : { extra_content }),
            })),
          }),
    },
  };
}

export const user = (content: unknown) => ({ role: "user", content });
