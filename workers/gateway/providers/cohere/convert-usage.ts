import type { Usage, UsageComponent } from "../../../../schema/canonical/usage.ts";
import type { CohereUsage } from "./wire.ts";

type Units = NonNullable<NonNullable<CohereUsage>["billed_units"]>;

/**
 * What is billed, as disjoint components; null when nothing is reported.
 *
 * The provider reports two sets of figures: `tokens`, all that the model read and wrote, its own templates with them, and
 * `billed_units`, the part that costs. They cannot both be told: a caller's usage object is rendered from the components
 * that the charge is made of. So both are `billed_units`, and a caller sees exactly what is paid for. `cached_tokens` are
 * part of `tokens` alone (1,360 of them beside 8 billed ones), so they are no component. A server that reports no
 * `billed_units`, as a deployment of one's own may, is taken at its `tokens`.
 */
export function convertUsage(usage: CohereUsage): Usage | null {
  const units = usage?.billed_units ?? usage?.tokens ?? null;
  return units === null ? null : fromUnits(units);
}

/** Billed units as components; those that are 0 are left out. */
export function fromUnits(units: Units): Usage {
  const components: readonly (readonly [UsageComponent, number])[] = [
    ["input", units.input_tokens ?? 0],
    ["output", units.output_tokens ?? 0],
    ["image_input", units.image_tokens ?? 0],
    ["search", units.search_units ?? 0],
  ];
  const usage: Usage = {};
  for (const [component, count] of components) if (count !== 0) usage[component] = count;
  return usage;
}
