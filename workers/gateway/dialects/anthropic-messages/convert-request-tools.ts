import { type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import type { MessagesRequest, MessagesTool } from "../../../../schema/wire/anthropic-messages.ts";
import { unreadFields } from "../../providers/kit/support.ts";
import type { Place } from "../callers-place.ts";
import type { NativeOnly } from "../chat-dialect.ts";

/** Server tools that are billed by the piece or by the hour, and have no price here. */
const UNPRICED = /^(?:code_execution|advisor)_/;
const SEARCH = /^web_search_/;

/** Fields of a tool of the caller's own that its translation has, or whose meaning it keeps anyway. */
const READ: ReadonlySet<string> = new Set([
  "type",
  "name",
  "description",
  "input_schema",
  "strict",
  "cache_control",
  "eager_input_streaming",
]);

interface ConvertedTools {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly native_only: readonly NativeOnly[];
  readonly places: readonly Place[];
  readonly warnings: readonly string[];
}

/** Tools in the caller's order, and the choice among them. Anthropic's own tools go to Anthropic only. */
export function convertTools({ tools, tool_choice }: MessagesRequest): ConvertedTools | Refused {
  const offered: unknown[] = [];
  const native_only: NativeOnly[] = [];
  const places: Place[] = [];
  const warnings = new Set<string>();
  let searches: { readonly max_uses?: unknown } | null = null;
  for (const [at, tool] of (tools ?? []).entries()) {
    const type = tool.type ?? "custom";
    const own = `tools.${at}`;
    if (type === "custom") {
      const canonical = `tools[${offered.length}]`;
      places.push(
        { canonical, own },
        { canonical: `${canonical}.function.name`, own: `${own}.name` },
        { canonical: `${canonical}.function.parameters`, own: `${own}.input_schema` },
      );
      for (const warning of unreadFields(tool, READ)) warnings.add(`of a tool, ${warning}`);
      offered.push(functionTool(tool));
      continue;
    }
    if (UNPRICED.test(type)) {
      return refuse("unsupported_parameter", {
        param: own,
        message: `The tool ${type.slice(0, 60)} is billed apart and has no price here. Leave it out.`,
      });
    }
    if (SEARCH.test(type)) searches = { max_uses: tool.max_uses };
    native_only.push({ param: own, message: `Only Anthropic's own models have ${type.slice(0, 60)}.` });
  }
  return {
    fields: {
      ...(offered.length === 0 ? {} : { tools: offered }),
      ...(searches === null ? {} : { web_search_options: searches }),
      ...choiceOf(tool_choice, offered.length > 0),
    },
    native_only,
    places,
    warnings: [...warnings],
  };
}

const functionTool = ({ name, description, input_schema, strict, cache_control }: MessagesTool) => ({
  type: "function",
  function: {
    name: name ?? "",
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
