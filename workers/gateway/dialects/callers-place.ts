import type { Refusal } from "../../../schema/kernel/errors.ts";

/** Where a field of the canonical request stands in the body that the caller sent. Both are paths. */
export interface Place {
  /** In the canonical request, `messages[3].content[0]`. It stands for everything in it that has no place of its own. */
  readonly canonical: string;
  /** In the caller's body, in the way its dialect writes paths. */
  readonly own: string;
}

/**
 * A refusal that names a field of the canonical request, as one that names the caller's own: in `param`, and in the message
 * where that quotes it. The innermost place counts; what has none is left as it is.
 */
export function inCallersPlace(refusal: Refusal, places: readonly Place[]): Refusal {
  const { param, message } = refusal;
  if (param === undefined) return refusal;
  const place = innermost(param, places);
  if (place === null) return refusal;
  return {
    ...refusal,
    param: place.own,
    ...(message === undefined ? {} : { message: message.replaceAll(`\`${param}\``, `\`${place.own}\``) }),
  };
}

function innermost(param: string, places: readonly Place[]): Place | null {
  let found: Place | null = null;
  for (const place of places) {
    if (holds(place.canonical, param) && place.canonical.length > (found?.canonical.length ?? -1)) found = place;
  }
  return found;
}

const holds = (outer: string, path: string): boolean =>
  path.startsWith(outer) && (path.length === outer.length || /^[.[]/.test(path.slice(outer.length)));
