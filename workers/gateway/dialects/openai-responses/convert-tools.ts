import { isRefused, type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import type { JsonObject } from "../../../../schema/kernel/json.ts";
import type { ResponsesRequest } from "../../../../schema/wire/openai-responses.ts";
import type { NativeOnly, PricedPiece } from "../chat-dialect.ts";
import { customAsFunction, losesGrammar } from "./custom-tools.ts";
import { judgeBuiltIn, refusedInside } from "./native-tools.ts";

export interface ConvertedTools {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly native_only: readonly NativeOnly[];
  /** What only the provider itself reads, as texts that are counted. */
  readonly native_texts: readonly string[];
  readonly pieces: readonly PricedPiece[];
  readonly warnings: readonly string[];
}

const NO_SEARCH_PRICE =
  "Web searches have no price for this model. Leave the tool out, or have an administrator set one (`search_usd`).";

/** Tools in the caller's order, and the choice among them. Built-in tools go to providers of the dialect only. */
export function convertTools({ tools, tool_choice }: ResponsesRequest, body: JsonObject): ConvertedTools | Refused {
  const offered: object[] = [];
  const native_only: NativeOnly[] = [];
  const native_texts: string[] = [];
  const pieces: PricedPiece[] = [];
  const warnings: string[] = [];
  for (const [at, tool] of (tools ?? []).entries()) {
    const param = `tools[${at}]`;
    // Validated as JSON before; the schema widens what it does not name.
    const own: JsonObject = JSON.parse(JSON.stringify(tool));
    const { type, name } = tool;
    if (type === "function" || type === "custom") {
      if (name === undefined)
        return refuse("invalid_request", { param: `${param}.name`, message: "A tool has a name." });
      offered.push(type === "function" ? functionTool(tool, name) : customAsFunction(own));
      if (type === "custom" && losesGrammar(own)) warnings.push(`${param}: its grammar is told and not enforced`);
      continue;
    }
    const judged = judgeBuiltIn(own);
    if (judged.is === "refused") return refuse("unsupported_parameter", { param, message: judged.message });
    const inside = refusedInside(own, param);
    if (inside !== null) return refuse("unsupported_parameter", inside);
    if (judged.is === "search") pieces.push({ component: "search", param, message: NO_SEARCH_PRICE });
    native_texts.push(JSON.stringify(own));
    native_only.push({
      param,
      message: `Only OpenAI's own models have the tool ${type.slice(0, 60)}. Leave it out, or choose one of them.`,
    });
  }
  const choice = convertChoice(tool_choice, offered.length > 0, native_only.length > 0);
  if (isRefused(choice)) return choice;
  const searches = pieces.length === 0 ? {} : { web_search_options: { max_uses: body.max_tool_calls } };
  return {
    fields: { ...(offered.length === 0 ? {} : { tools: offered }), ...searches, ...choice.fields },
    native_only: [...native_only, ...choice.native_only],
    native_texts,
    pieces,
    warnings,
  };
}

type Tool = NonNullable<ResponsesRequest["tools"]>[number];

const functionTool = ({ description, parameters, strict }: Tool, name: string): object => ({
  type: "function",
  function: {
    name,
    ...(description ? { description } : {}),
    ...(parameters == null ? {} : { parameters }),
    ...(strict == null ? {} : { strict }),
  },
});

interface ConvertedChoice {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly native_only: readonly NativeOnly[];
}

function convertChoice(
  choice: ResponsesRequest["tool_choice"],
  has_own: boolean,
  has_built_in: boolean,
): ConvertedChoice | Refused {
  if (choice == null) return { fields: {}, native_only: [] };
  if (!has_own && !has_built_in) {
    return choice === "auto" || choice === "none"
      ? { fields: {}, native_only: [] }
      : refuse("invalid_request", { param: "tool_choice", message: "tool_choice needs tools to choose from." });
  }
  if (typeof choice === "string") return { fields: has_own ? { tool_choice: choice } : {}, native_only: [] };
  const { type, name } = choice;
  if ((type === "function" || type === "custom") && name !== undefined) {
    return { fields: has_own ? { tool_choice: { type: "function", function: { name } } } : {}, native_only: [] };
  }
  const message =
    "Choose a function, a custom tool, auto, none or required: the model's provider knows no other choice.";
  return { fields: {}, native_only: [{ param: "tool_choice", message }] };
}
