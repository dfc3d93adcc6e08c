import type * as z from "zod";
import { isJsonObject, type Json, type JsonObject, jsonDepth, tryParseJson } from "../../schema/kernel/json.ts";
import { LIMITS } from "../../schema/kernel/limits.ts";
import { type Failed, invalid } from "./errors.ts";

/** Reads a JSON object from the text of a body, or answers with OpenAI's words for why it is none. */
export function readObject(text: string): JsonObject | Failed {
  const parsed = jsonDepth(text, LIMITS.json_depth) > LIMITS.json_depth ? undefined : tryParseJson(text);
  if (parsed !== undefined && isJsonObject(parsed)) return parsed;
  return invalid("We could not parse the JSON body of your request. The API expects a JSON object.", null, null);
}

/** Checks a body against a schema; the first fault is told as OpenAI tells it, with the path of the field. */
export function validate<Schema extends z.ZodType>(schema: Schema, body: JsonObject): z.infer<Schema> | Failed {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const issue = closest(result.error.issues[0]);
  const param = fieldPath(issue?.path ?? []);
  if (valueAt(body, issue?.path ?? []) === undefined) {
    return invalid(`Missing required parameter: '${param}'.`, param, "missing_required_parameter");
  }
  const code = issue?.code === "invalid_type" || issue?.code === "invalid_union" ? "invalid_type" : "invalid_value";
  return invalid(`Invalid value for '${param}': ${issue?.message ?? "not valid"}.`, param, code);
}

/**
 * Of a union's branches the one that fits furthest says what is wrong: `messages[0].content[1].text` rather than
 * `messages[0].content`.
 */
function closest(issue: z.core.$ZodIssue | undefined): z.core.$ZodIssue | undefined {
  if (issue?.code !== "invalid_union") return issue;
  const inner = issue.errors
    .map((branch) => closest(branch[0]))
    .filter((one) => one !== undefined && one.path.length > 0)
    .sort((a, b) => (b?.path.length ?? 0) - (a?.path.length ?? 0))[0];
  return inner === undefined ? issue : { ...inner, path: [...issue.path, ...inner.path] };
}

/** `["messages", 0, "content"]` as `messages[0].content`. */
function fieldPath(path: readonly PropertyKey[]): string {
  return path
    .map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`))
    .join("")
    .replace(/^\./, "");
}

function valueAt(body: Json, path: readonly PropertyKey[]): Json | undefined {
  let at: Json | undefined = body;
  for (const step of path) {
    if (Array.isArray(at)) at = at[Number(step)];
    else if (at !== undefined && isJsonObject(at)) at = at[String(step)];
    else return undefined;
  }
  return at;
}
