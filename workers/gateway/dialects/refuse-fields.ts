import { type Refused, refuse } from "../../../schema/kernel/errors.ts";
import type { JsonObject } from "../../../schema/kernel/json.ts";

/** A field of a body that is refused, whoever the provider is. */
export interface RefusedField {
  readonly param: string;
  /** Which values ask for something. Null never does. */
  readonly asks: (value: unknown) => boolean;
  /** What the refusal says. */
  readonly message: string;
}

/** Refuses the first field that asks for something; null when none does. */
export function refuseFields(body: JsonObject, fields: readonly RefusedField[]): Refused | null {
  const found = fields.find(({ param, asks }) => (body[param] ?? null) !== null && asks(body[param]));
  return found === undefined ? null : refuse("unsupported_parameter", { param: found.param, message: found.message });
}
