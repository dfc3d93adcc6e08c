import { type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import type { MessagesRequest, MessagesTool } from "../../../../schema/wire/anthropic-messages.ts";
import type { NativeOnly } from "../chat-dialect.ts";

/** Server tools that are billed by the piece or by the hour, and have no price here. */
const UNPRICED = /^(?:code_execution|advisor)_/;
const SEARCH = /^web_search_/;

interface ConvertedTools {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly native_only: readonly NativeOnly[];
}

/** Tools in the caller's order, and the choice among them. Anthropic's own tools go to Anthropic only. */
export function convertTools({ tools, tool_choice }: MessagesRequest): ConvertedTools | Refused {
  const offered: unknown[] = [];
  const native_only: NativeOnly[] = [];
  let searches: { readonly max_uses?: unknown } | null = null;
  for (const [at, tool] of (tools ?? []).entries()) {
    const type = tool.type ?? "custom";
    if (type === "custom") {
      offered.push(functionTool(tool));
      continue;
    }
    if (UNPRICED.test(type)) {
      return refuse("unsupported_parameter", {
        param: `tools[${at}]`,
        message: `The tool ${type.slice(0, 60)} is billed apart and has no price here. Leave it out.`,
      });
    }
    if (SEARCH.test(type)) searches = { max_uses: tool.max_uses };
    native_only.push({ param: `tools[${at}]`, message: `Only Anthropic's own models have ${type.slice(0, 60)}.` });
  }
  return {
    fields: {
      ...(offered.length === 0 ? {} : { tools: offered }),
      ...(searches === null ? {} : { web_search_options: searches }),
      ...choiceOf(tool_choice, offered.length > 0),
    },
    native_only,
  };
}

const functionTool = ({ name, description, input_schema, strict, cache_control }: MessagesTool) => ({
  type: "function",
  function: {
    name,
    ...(description ? { description } : {}),
    parameters: input_schema ?? { type: "object", properties: {} },
    ...(strict === true ? { strict: true } : {}),
  },
  ...(cache_control ? { cache_control } : {}),
});

const CHOICES = { auto: "auto", any: "required", none: "none" } as const;

function choiceOf(choice: MessagesRequest["tool_choice"], has_tools: boolean): Readonly<Record<string, unknown>> {
  if (choice === null || choice === undefined || !has_tools) return {};
  const single = choice.disable_parallel_tool_use === true ? { parallel_tool_calls: false } : {};
  if (choice.type === "tool") {
    return { tool_choice: { type: "function", function: { name: choice.name ?? "" } }, ...single };
  }
  return { tool_choice: CHOICES[choice.type], ...single };
}
