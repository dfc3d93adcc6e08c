import { post } from "../call.ts";
import { type Case, check, shown } from "../kit.ts";

const PATH = "/v1/chat/completions";

const problem = (status: number, body: unknown, expected: number) =>
  `it answered ${status} and not ${expected}: ${shown(body)}`;

/** What every caller meets who does something wrong, and what it costs him: nothing. */
export const ERROR_CASES: readonly Case[] = [
  {
    name: "a key that is none",
    feature: null,
    capability: "chat",
    run: async (subject, model) => {
      const stranger = { ...subject, key: `ao_${"x".repeat(43)}` };
      const { status, body } = await post(stranger, PATH, { model, messages: [{ role: "user", content: "Hello" }] });
      check(status === 401, problem(status, body, 401));
    },
  },
  {
    name: "a model that does not exist",
    feature: null,
    capability: "chat",
    run: async (subject) => {
      const body = { model: "no-such-provider/no-such-model", messages: [{ role: "user", content: "Hello" }] };
      const answer = await post(subject, PATH, body);
      check(answer.status === 404, problem(answer.status, answer.body, 404));
    },
  },
  {
    name: "a body that is no JSON",
    feature: null,
    capability: "chat",
    run: async (subject) => {
      const { status, body } = await post(subject, PATH, '{"model":');
      check(status === 400, problem(status, body, 400));
    },
  },
  {
    name: "messages that are none",
    feature: null,
    capability: "chat",
    run: async (subject, model) => {
      const { status, body } = await post(subject, PATH, { model, messages: "Hello" });
      check(status === 400, problem(status, body, 400));
      check(JSON.stringify(body).includes("messages"), `the error does not name the field: ${shown(body)}`);
    },
  },
  {
    name: "arguments of a call that are no JSON",
    feature: "tools",
    capability: "tools",
    run: async (subject, model) => {
      const call = { id: "call_000001", type: "function", function: { name: "f", arguments: "{not json" } };
      const { status } = await post(subject, PATH, {
        model,
        messages: [
          { role: "user", content: "Hello" },
          { role: "assistant", content: null, tool_calls: [call] },
          { role: "tool", tool_call_id: "call_000001", content: "ok" },
        ],
        tools: [{ type: "function", function: { name: "f", parameters: { type: "object", properties: {} } } }],
      });
      check(status < 500, `it answered ${status}: a mistake of the caller's must not be a failure`);
    },
  },
  {
    name: "a dry run, which costs nothing",
    feature: "text",
    capability: "chat",
    run: async (subject, model) => {
      const sent = { model, max_tokens: 16, messages: [{ role: "user", content: "Hello" }] };
      const { status, body } = await post(subject, PATH, sent, { "x-ao-dry-run": "true" });
      check(status === 200, problem(status, body, 200));
      check(JSON.stringify(body).includes("cost_usd_max"), `it does not say what it would cost: ${shown(body)}`);
    },
  },
];
