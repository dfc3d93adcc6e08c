import type { Json, JsonObject } from "../../../schema/kernel/json.ts";
import { isJsonObject } from "../../../schema/kernel/json.ts";
import { LIMITS } from "../../../schema/kernel/limits.ts";

/** What one value may take of an entry that is too large as a whole. */
const VALUE_BYTES = 512;

/**
 * Details as an entry can hold them. When they are too large as a whole, large values are named with their size instead:
 * that something was changed is always told, a list of hundreds of names is not.
 */
export function boundedDetails(details: JsonObject): JsonObject {
  if (bytesOf(details) <= LIMITS.audit_details_bytes) return details;
  const shortened = shorten(details);
  if (bytesOf(shortened) <= LIMITS.audit_details_bytes) return shortened;
  return { not_kept: `${bytesOf(details)} bytes` };
}

/** The fields of `before` and `after` one by one, everything else as it is. */
function shorten(details: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(details).map(([name, value]) => [
      name,
      isJsonObject(value)
        ? Object.fromEntries(Object.entries(value).map(([field, content]) => [field, shortValue(content)]))
        : shortValue(value),
    ]),
  );
}

const shortValue = (value: Json): Json =>
  bytesOf(value) <= VALUE_BYTES ? value : `(${bytesOf(value)} bytes, not kept)`;

const bytesOf = (value: Json): number => new TextEncoder().encode(JSON.stringify(value)).byteLength;
