import { isJsonObject, type JsonObject } from "../../../../schema/kernel/json.ts";

/** The ids of a list of models in OpenAI's shape, `{"data":[{"id":"…"}]}`, which most providers share. */
export function idList(body: JsonObject): { readonly ids: readonly string[]; readonly next_url: null } {
  const data = Array.isArray(body.data) ? body.data : [];
  const ids = data.flatMap((item) => (isJsonObject(item) && typeof item.id === "string" ? [item.id] : []));
  return { ids, next_url: null };
}
