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
 * where that quotes it. `pathOf` answers what it does not know as it is.
 */
export function inCallersPlace(refusal: Refusal, pathOf: (param: string) => string): Refusal {
  const { param, message } = refusal;
  if (param === undefined) return refusal;
  const own = pathOf(param);
  if (own === param) return refusal;
  return {
    ...refusal,
    param: own,
    ...(message === undefined ? {} : { message: message.replaceAll(`\`${param}\``, `\`${own}\``) }),
  };
}

/** The caller's path of a field. The innermost place counts; what has none is left as it is. */
export const ownPath = (param: string, places: readonly Place[]): string => innermost(param, places)?.own ?? param;

function innermost(param: string, places: readonly Place[]): Place | null {
  let found: Place | null = null;
  for (const place of places) {
    if (holds(place.canonical, param) && place.canonical.length > (found?.canonical.length ?? -1)) found = place;
  }
  return found;
}

const holds = (outer: string, path: string): boolean =>
  path.startsWith(outer) && (path.length === outer.length || /^[.[]/.test(path.slice(outer.length)));
