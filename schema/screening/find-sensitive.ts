import { DETECTORS, type Detector } from "./detectors.ts";

export type SensitiveKind = Detector["kind"];

/** The first kind of personal data or secret that is found in a text; null when none is. Linear in the text. */
export function findSensitive(text: string): SensitiveKind | null {
  for (const { kind, hint, pattern, confirms } of DETECTORS) {
    if (!hint.test(text)) continue;
    for (const [found] of text.matchAll(pattern)) {
      if (confirms === undefined || confirms(found)) return kind;
    }
  }
  return null;
}
