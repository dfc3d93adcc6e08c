import { USAGE_COMPONENTS, type UsageComponent } from "../canonical/usage.ts";
import type { NanoUsdPerMillion, Price, Rates } from "./price.ts";

/**
 * What a component is charged when its price has no rate for it.
 * `as`: at another component's rate. `free`: it costs nothing by itself. `unpriced`: an operator must set a price; until
 * then it is charged at a rate that does not lose money, and the charge says so.
 */
type Absent =
  | { readonly charge: "as"; readonly component: UsageComponent; readonly why: string }
  | { readonly charge: "free"; readonly why: string }
  | { readonly charge: "unpriced"; readonly why: string };

export const WITHOUT_OWN_RATE = {
  input: { charge: "unpriced", why: "A model that reads tokens and has no input price was entered incompletely." },
  cached_read: { charge: "as", component: "input", why: "Without a stated discount, a cached token costs a full one." },
  cached_write_5m: {
    charge: "unpriced",
    why: "Who reports cache writes asks a premium for them: the input rate would undercharge.",
  },
  cached_write_1h: {
    charge: "unpriced",
    why: "It costs more than input and than the five-minute write: either rate would undercharge.",
  },
  output: { charge: "unpriced", why: "A model that writes tokens and has no output price was entered incompletely." },
  reasoning: {
    charge: "as",
    component: "output",
    why: "Providers bill reasoning as output unless they say otherwise.",
  },
  audio_input: {
    charge: "unpriced",
    why: "Audio costs several times text (12 to 40 times): no text rate may stand in.",
  },
  audio_output: { charge: "unpriced", why: "Audio costs several times text: no text rate may stand in for it." },
  image_input: { charge: "as", component: "input", why: "Chat models bill the tokens of an image as input tokens." },
  image_output: {
    charge: "unpriced",
    why: "Generated image tokens cost up to ten times text: no text rate may stand in.",
  },
  search: { charge: "unpriced", why: "Billed by the piece beside the tokens: only its own rate says how much." },
  image: { charge: "unpriced", why: "Billed by the piece, a generated image: only its own rate says how much." },
  call: {
    charge: "free",
    why: "We count the calls ourselves; a price without a rate per call is not priced per call.",
  },
} as const satisfies Record<UsageComponent, Absent>;

/** Whether a component is counted in pieces and not in tokens: such rates are another order of magnitude. */
export const isPiece = (component: UsageComponent): boolean =>
  component === "search" || component === "image" || component === "call";

/**
 * For a price that has not one rate of the kind it needs. 15 USD per million tokens is the output rate of a large model;
 * 0.01 USD is the common fee of a web search. Both are visible guesses: the charge lists the component as unpriced.
 */
const GUESSED_TOKEN_RATE: NanoUsdPerMillion = 15_000_000_000;
const GUESSED_PIECE_RATE: NanoUsdPerMillion = 10_000_000_000_000;

export interface ComponentRate {
  readonly rate: NanoUsdPerMillion;
  /** The component whose rate is used: itself or its fallback; null when there is neither. */
  readonly priced_as: UsageComponent | null;
  readonly unpriced: boolean;
}

/**
 * The rate of a component under the given rates, in nano-USD per million units. A component without its own rate and
 * without a declared fallback gets the dearest rate of its kind (token or piece) and is `unpriced`; it is never zero
 * unless every rate of that kind is an explicit zero.
 */
export function componentRate(component: UsageComponent, rates: Rates): ComponentRate {
  const own = rates[component];
  if (own !== undefined) return { rate: own, priced_as: component, unpriced: false };
  const absent: Absent = WITHOUT_OWN_RATE[component];
  if (absent.charge === "free") return { rate: 0, priced_as: component, unpriced: false };
  if (absent.charge === "as") {
    const other = rates[absent.component];
    if (other !== undefined) return { rate: other, priced_as: absent.component, unpriced: false };
  }
  return { rate: dearestOfKind(isPiece(component), rates), priced_as: null, unpriced: true };
}

function dearestOfKind(pieces: boolean, rates: Rates): NanoUsdPerMillion {
  let dearest: NanoUsdPerMillion | null = null;
  for (const component of USAGE_COMPONENTS) {
    const rate = rates[component];
    if (rate === undefined || isPiece(component) !== pieces) continue;
    if (dearest === null || rate > dearest) dearest = rate;
  }
  return dearest ?? (pieces ? GUESSED_PIECE_RATE : GUESSED_TOKEN_RATE);
}

/**
 * The rates for a prompt of that many tokens: those of the highest tier that it is above, else the base. A tier replaces
 * the base for the whole request, also for the tokens below its limit; exactly at the limit the tier does not apply.
 */
export function ratesFor(
  price: Price,
  input_tokens: number,
): { readonly rates: Rates; readonly tier_above_input_tokens: number | null } {
  const tier = price.tiers.findLast((candidate) => input_tokens > candidate.above_input_tokens);
  return tier === undefined
    ? { rates: price.rates, tier_above_input_tokens: null }
    : { rates: tier.rates, tier_above_input_tokens: tier.above_input_tokens };
}
