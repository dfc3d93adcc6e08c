import { isJsonObject, type Json, type JsonObject } from "../../../../schema/kernel/json.ts";

/** What becomes of a built-in tool where the provider speaks the dialect. */
export type BuiltIn =
  /** The caller carries it out itself, or it costs nothing but tokens that are bounded. */
  | { readonly is: "free" }
  /** Billed by the piece, as a search. */
  | { readonly is: "search" }
  | { readonly is: "refused"; readonly message: string };

const FREE: ReadonlySet<string> = new Set([
  "local_shell",
  "apply_patch",
  "tool_search",
  "namespace",
  "computer",
  "computer_use_preview",
]);

const INSTEAD = "Leave it out, or offer a function of your own in its place.";

/** A built-in tool, judged by what it may cost. One that nobody knows may cost anything. */
export function judgeBuiltIn(tool: JsonObject): BuiltIn {
  const type = String(tool.type);
  const shown = type.slice(0, 60);
  if (FREE.has(type)) return { is: "free" };
  if (/^web_search(?:_\d{4}_\d\d_\d\d)?$/.test(type)) return { is: "search" };
  if (type === "shell") return isLocal(tool.environment) ? { is: "free" } : { is: "refused", message: SHELL };
  if (/^web_search_preview/.test(type)) {
    return { is: "refused", message: "This tool has prices of its own. Send `web_search` in its place." };
  }
  if (type === "mcp") {
    return {
      is: "refused",
      message: `The provider would call this server as often as it likes, and bill what it answers. ${INSTEAD}`,
    };
  }
  return { is: "refused", message: `The tool ${shown} is billed apart and has no price here. ${INSTEAD}` };
}

const SHELL =
  'A shell in the provider\'s containers is billed apart and has no price here. Send `"environment": {"type": "local"}`, and run its commands yourself.';

const isLocal = (environment: Json | undefined): boolean => isJsonObject(environment) && environment.type === "local";

/** The tools inside a tool or an item: of a namespace, of a search for tools, added on the way. */
export const toolsIn = ({ tools }: JsonObject): readonly JsonObject[] =>
  Array.isArray(tools) ? tools.filter(isJsonObject) : [];

/** Functions and custom tools are the caller's own. */
export const isCallersOwn = ({ type }: JsonObject): boolean => type === "function" || type === "custom";

/** The refusal of the first tool inside that may not be there; null when there is none. They are searched to their depth. */
export function refusedInside(holder: JsonObject, path: string): { param: string; message: string } | null {
  for (const [at, tool] of toolsIn(holder).entries()) {
    const param = `${path}.tools[${at}]`;
    if (!isCallersOwn(tool)) {
      const judged = judgeBuiltIn(tool);
      if (judged.is === "refused") return { param, message: judged.message };
      if (judged.is === "search") return { param, message: "Offer `web_search` with the request's own `tools`." };
    }
    const inside = refusedInside(tool, param);
    if (inside !== null) return inside;
  }
  return null;
}
