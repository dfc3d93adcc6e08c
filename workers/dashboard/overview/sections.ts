import { log } from "../../../schema/kernel/log.ts";

/** A part of the overview that could not be made, while the others could. */
export class NotToldNow extends Error {}

/**
 * Parts of the overview, asked for together. One that fails is named in `unavailable` and is not there; the others
 * are. One that is null is not for whoever asks, and is not there either.
 */
export async function gatherSections(
  parts: Readonly<Record<string, (() => Promise<unknown>) | null>>,
  request_id: string,
): Promise<Record<string, unknown>> {
  const unavailable: string[] = [];
  const wanted = Object.entries(parts).flatMap(([name, make]) => (make === null ? [] : [{ name, make }]));
  const made = await Promise.all(
    wanted.map(async ({ name, make }) => {
      try {
        return [[name, await make()]] as const;
      } catch (error) {
        log("warn", "overview_section_failed", { request_id, section: name, reason: String(error) });
        unavailable.push(name);
        return [];
      }
    }),
  );
  return { ...Object.fromEntries(made.flat()), unavailable: unavailable.sort() };
}
