import { isRefused, type Refused } from "../../../../schema/kernel/errors.ts";
import type { JsonObject } from "../../../../schema/kernel/json.ts";
import { readSwitch } from "../../http/headers.ts";

/**
 * Whether the caller lets the texts of a request be stored: by `x-ao-store`, and by the `store` that OpenAI's APIs have.
 * Either can only rule it out. A header that says neither is refused: a guess may store what was not to be.
 */
export function mayStore(headers: Headers, body: JsonObject): { readonly may: boolean } | Refused {
  const wish = readSwitch(headers, "x-ao-store", true);
  return isRefused(wish) ? wish : { may: wish.on && body.store !== false };
}
