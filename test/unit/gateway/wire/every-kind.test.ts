import { describe, expect, it } from "vitest";
import { isRefused } from "../../../../schema/kernel/errors.ts";
import { PROVIDER_KINDS } from "../../../../schema/providers/kinds.ts";
import { chatRequestSchema } from "../../../../schema/wire/openai-chat.ts";
import { adapterOf } from "../../../../workers/gateway/providers/registry.ts";
import { serviceAccountKey } from "../../../service-account-key.ts";
import { deepFreeze } from "../../providers/deep-freeze.ts";
import { model } from "../fixtures.ts";

/** One request for every kind of provider, as a failover would translate it for one after the other. */

const KINDS = Object.keys(PROVIDER_KINDS);

/** Each provider strips or rewrites something of it. */
const SCHEMA = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  additionalProperties: false,
  properties: {
    at: { $ref: "#/$defs/place" },
    when: { anyOf: [{ type: "string", format: "date" }, { type: "null" }] },
    unit: { const: "C" },
    days: { type: ["integer", "null"], exclusiveMinimum: 0, default: 1 },
  },
  required: ["at"],
  $defs: { place: { type: "object", properties: { name: { type: "string", minLength: 1 } } } },
};

const tool = (name: string) => ({ type: "function", function: { name, description: name, parameters: SCHEMA } });
const TOOL_NAMES = ["zeta", "alpha", "files.read", "mid"];
const call = (id: string, name: string) => ({ id, type: "function", function: { name, arguments: '{"at":{}}' } });
const IDS = ["call_abc123", "functions.alpha:1"];

const asked = () =>
  chatRequestSchema.parse({
    model: "p/m",
    max_tokens: 500,
    messages: [
      { role: "system", content: "Be brief." },
      { role: "developer", content: [{ type: "text", text: "Be exact." }] },
      { role: "user", content: "How is it there?" },
      { role: "assistant", content: null, tool_calls: [call("call_abc123", "zeta"), call(IDS[1] ?? "", "alpha")] },
      { role: "tool", tool_call_id: "call_abc123", content: "sun" },
      { role: "tool", tool_call_id: IDS[1] ?? "", content: [{ type: "text", text: "rain" }] },
    ],
    tools: TOOL_NAMES.map(tool),
    tool_choice: "auto",
  });

function bodyFor(kind: string, request: ReturnType<typeof asked>): string {
  const adapter = adapterOf(kind);
  if (adapter === null) throw new Error(`${kind} has no adapter`);
  const translation = adapter.translate({
    request,
    account: {
      id: "p",
      kind,
      base_url: "https://upstream.example",
      credential: { api_key: "sk-canary", service_account_key: serviceAccountKey() },
      region: "us-east-1",
      settings: {},
    },
    model: model({ capabilities: ["chat", "tools", "vision", "json_schema"] }),
    max_output_tokens: null,
  });
  if (isRefused(translation)) throw new Error(`${kind}: ${JSON.stringify(translation.refused)}`);
  return translation.call.body;
}

interface Found {
  readonly calls: string[];
  readonly results: string[];
}

/** What binds calls to their results in a body of any dialect: ids, or names where the dialect has no ids. */
function bindings(value: unknown, found: Found = { calls: [], results: [] }): Found {
  if (Array.isArray(value)) for (const item of value) bindings(item, found);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return found;
  const entries = new Map<string, unknown>(Object.entries(value));
  const text = (key: string, from = entries) => String(from.get(key));
  const inner = (key: string) => new Map<string, unknown>(Object.entries(Object(entries.get(key))));
  if (entries.has("tool_call_id")) found.results.push(text("tool_call_id"));
  if (entries.get("type") === "tool_result") found.results.push(text("tool_use_id"));
  if (entries.has("toolResult")) found.results.push(text("toolUseId", inner("toolResult")));
  if (entries.has("functionResponse")) found.results.push(text("name", inner("functionResponse")));
  if (entries.get("type") === "tool_use") found.calls.push(text("id"));
  if (entries.has("toolUse")) found.calls.push(text("toolUseId", inner("toolUse")));
  if (entries.has("functionCall")) found.calls.push(text("name", inner("functionCall")));
  if (entries.get("type") === "function" && entries.has("id")) found.calls.push(text("id"));
  for (const item of entries.values()) bindings(item, found);
  return found;
}

/** The names under which tools are offered, in their order, whatever the dialect calls the list. */
const offered = (body: string): readonly string[] => {
  const { tools, toolConfig } = JSON.parse(body);
  const list: readonly Record<string, { name?: string; toolSpec?: { name: string } }>[] =
    toolConfig?.tools ?? tools[0]?.functionDeclarations ?? tools;
  return list.map((item) => {
    const own: { name?: unknown; function?: { name?: unknown }; toolSpec?: { name?: unknown } } = item;
    return String(own.name ?? own.function?.name ?? own.toolSpec?.name);
  });
};

describe("one request for one provider after the other", () => {
  it("W2, G11: is never changed, its schemas included: the second translation is the first, whatever came between", () => {
    const request = deepFreeze(asked());
    const before = JSON.stringify(request);
    const first = KINDS.map((kind) => bodyFor(kind, request));
    const again = KINDS.toReversed().map((kind) => bodyFor(kind, request));
    expect(again.toReversed()).toEqual(first);
    expect(JSON.stringify(request)).toBe(before);
  });

  it.each(KINDS)("W2: binds each result to its call for %s", (kind) => {
    const { calls, results } = bindings(JSON.parse(bodyFor(kind, asked())));
    expect(calls).toHaveLength(2);
    expect(new Set(calls).size).toBe(2);
    expect(results).toEqual(calls);
  });

  it.each(KINDS)("W6: offers tools in the caller's order, the same to the byte in every turn, for %s", (kind) => {
    const request = asked();
    const body = bodyFor(kind, request);
    const names = offered(body);
    expect(names).toHaveLength(TOOL_NAMES.length);
    expect(names.filter((name) => TOOL_NAMES.includes(name))).toEqual(
      TOOL_NAMES.filter((name) => names.includes(name)),
    );
    expect(names.findIndex((name) => /^files.read/.test(name))).toBe(TOOL_NAMES.indexOf("files.read"));
    const next = { ...request, messages: [...request.messages, { role: "user" as const, content: "And now?" }] };
    const toolsOf = (text: string): string => {
      const { tools, toolConfig } = JSON.parse(text);
      return JSON.stringify(tools ?? toolConfig);
    };
    expect(toolsOf(bodyFor(kind, next))).toBe(toolsOf(body));
  });
});
