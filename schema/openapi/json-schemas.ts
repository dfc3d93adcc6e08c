import * as z from "zod";
import { canonicalJson, isJsonObject } from "../kernel/json.ts";

/**
 * The JSON Schemas of one document, 2020-12 as zod writes them. A schema that refers to itself has definitions, which
 * stand among the document's components: a reference inside of it would point into the document otherwise.
 */
export class JsonSchemas {
  /** What stands under `components.schemas`, by name. */
  readonly components: Record<string, unknown> = {};
  /** The prefix of the names of definitions that were seen before, by their content. */
  readonly #known = new Map<string, string>();

  /** The schema of what is sent. `name` names its definitions: unique in all documents that are put together. */
  of(schema: z.core.$ZodType, name: string): unknown {
    const { $schema: _dialect, $defs, ...rest } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
    const text = canonicalJson(rest);
    if ($defs === undefined && !text.includes('"$ref":"#"')) return rest;
    const whole = { ...$defs, whole: text.includes('"$ref":"#"') ? rest : null };
    const content = canonicalJson(whole);
    const prefix = this.#known.get(content) ?? name;
    this.#known.set(content, prefix);
    for (const [key, definition] of Object.entries(whole)) {
      if (definition !== null) this.components[componentName(prefix, key)] = pointed(definition, prefix);
    }
    return whole.whole === null ? pointed(rest, prefix) : { $ref: pointer(prefix, "whole") };
  }
}

const componentName = (prefix: string, key: string): string => `${prefix}-${key.replace(/\W|^_+/g, "")}`;

const pointer = (prefix: string, key: string): string => `#/components/schemas/${componentName(prefix, key)}`;

/** A copy whose references point to the components. */
function pointed(value: unknown, prefix: string): unknown {
  if (Array.isArray(value)) return value.map((item) => pointed(item, prefix));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      if (key !== "$ref" || typeof member !== "string") return [key, pointed(member, prefix)];
      return [key, pointer(prefix, member === "#" ? "whole" : member.replace(/^#\/\$defs\//, ""))];
    }),
  );
}
