import { isJsonObject, type JsonObject } from "../../../../schema/kernel/json.ts";
import { chatRequestSchema } from "../../../../schema/wire/openai-chat.ts";
import { type Failed, invalid } from "../../errors.ts";

/** What the contract takes besides the fields that we read. */
const OTHERS = ["functions", "function_call", "verbosity", "prompt_cache_key", "safety_identifier", "data_sources"];

/** Fields of ours that no model behind this contract knows. `reasoning_content` is not among them: some speak it. */
const OWN_PARAMETERS: readonly string[] = ["top_k"];
const OWN_MEMBERS: readonly string[] = ["cache_control", "reasoning_signature", "extra_content", "is_error"];

const PARAMETERS: ReadonlySet<string> = new Set(
  [...Object.keys(chatRequestSchema.shape), ...OTHERS].filter((name) => !OWN_PARAMETERS.includes(name)),
);

/** A field that the contract does not have, at the top or in what is said; null if there is none. */
export function unknownName(body: JsonObject): Failed | null {
  const unknown = Object.keys(body).find((name) => !PARAMETERS.has(name));
  if (unknown !== undefined) return unrecognised(unknown);
  const nested = ownMember(body.messages, "messages") ?? ownMember(body.tools, "tools");
  return nested === null ? null : unrecognised(nested);
}

const unrecognised = (path: string): Failed =>
  invalid(`Unrecognized request argument supplied: ${path}`, path, "unknown_parameter");

/** The path of a field of ours anywhere inside a value. */
function ownMember(value: unknown, path: string): string | null {
  if (Array.isArray(value)) {
    return value.map((one, index) => ownMember(one, `${path}[${index}]`)).find((found) => found !== null) ?? null;
  }
  if (!isJsonObject(value)) return null;
  const own = Object.keys(value).find((name) => OWN_MEMBERS.includes(name));
  if (own !== undefined) return `${path}.${own}`;
  // Schemas and arguments are the caller's: there the names mean something else.
  const members = Object.entries(value).filter(([name]) => name !== "parameters");
  return members.map(([name, one]) => ownMember(one, `${path}.${name}`)).find((found) => found !== null) ?? null;
}
