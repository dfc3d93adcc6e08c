import { USAGE_COMPONENTS, type UsageComponent } from "../canonical/usage.ts";
import { type NanoUsd, parseUsd } from "../kernel/money.ts";
import { assert } from "../kernel/unreachable.ts";
import { ENCODINGS } from "../wire/tokenizer-rpc.ts";
import { isPiece } from "./component-rate.ts";
import { MODEL_CAPABILITIES, type ModelInfo, type NanoUsdPerMillion, type Price, type Rates } from "./price.ts";

/**
 * A file of schema/prices as it is written by hand: figures as on the provider's price page, so that the two can be
 * compared line by line. Decimal strings, because a JSON number has been through floating point.
 */
export interface PriceFile {
  readonly provider: string;
  /** The provider's own page that the figures were taken from. */
  readonly source: string;
  /** The day on which they were last compared, `2026-11-23`. */
  readonly checked: string;
  readonly models: readonly PriceFileModel[];
}

export interface PriceFileModel {
  readonly id: string;
  /** Other names of the very same model at the same price: dated snapshots, `-latest`. */
  readonly aliases: readonly string[];
  readonly context_tokens: number;
  readonly max_output_tokens: number;
  readonly image_tokens_max?: number | undefined;
  readonly encoding: string | null;
  readonly capabilities: readonly string[];
  readonly prices: readonly PriceFilePrice[];
}

export interface PriceFilePrice {
  /** A day in UTC. */
  readonly effective_from: string;
  readonly rates: PriceFileRates;
  readonly tiers?: readonly { readonly above_input_tokens: number; readonly rates: PriceFileRates }[] | undefined;
  /** The provider's other service tiers, by their names. */
  readonly service_tiers?: { readonly [tier: string]: PriceFileRates | undefined } | undefined;
}

/** US dollars per million tokens; per piece for `search`, `image` and `call`. */
export type PriceFileRates = { readonly [component in UsageComponent]?: string | undefined };

/** Converts one model of a file. Throws when a figure is malformed: the files are ours, so that is a bug of ours. */
export function modelFromFile(provider: string, model: PriceFileModel): ModelInfo {
  const { id, aliases, context_tokens, max_output_tokens, image_tokens_max } = model;
  const prices = model.prices
    .map((price) => priceFromFile(`${provider}/${id}`, price))
    .sort((a, b) => b.effective_from - a.effective_from);
  return {
    upstream_id: id,
    aliases,
    context_tokens,
    max_output_tokens,
    ...(image_tokens_max === undefined ? {} : { image_tokens_max }),
    encoding: model.encoding === null ? null : oneOf(ENCODINGS, model.encoding),
    capabilities: model.capabilities.map((capability) => oneOf(MODEL_CAPABILITIES, capability)),
    prices,
  };
}

function priceFromFile(model: string, price: PriceFilePrice): Price {
  const effective_from = Date.parse(`${price.effective_from}T00:00:00Z`);
  assert(!Number.isNaN(effective_from), `${model}: ${price.effective_from} is a day`);
  return {
    price_id: `${model}@${price.effective_from}`,
    effective_from,
    rates: ratesFromFile(model, price.rates),
    tiers: (price.tiers ?? []).map((tier) => ({
      above_input_tokens: tier.above_input_tokens,
      rates: ratesFromFile(model, tier.rates),
    })),
    ...serviceTiersFromFile(model, price.service_tiers),
  };
}

function serviceTiersFromFile(model: string, written: PriceFilePrice["service_tiers"]): Pick<Price, "service_tiers"> {
  if (written === undefined) return {};
  const service_tiers: Record<string, Rates> = {};
  for (const [tier, rates] of Object.entries(written)) {
    if (rates !== undefined) service_tiers[tier] = ratesFromFile(model, rates);
  }
  return { service_tiers };
}

function ratesFromFile(model: string, written: PriceFileRates): Rates {
  const rates: Rates = {};
  for (const component of USAGE_COMPONENTS) {
    const text = written[component];
    if (text !== undefined) rates[component] = rateFromText(model, component, text);
  }
  return rates;
}

/** "1.25" USD per million tokens is 1_250_000_000; "0.01" USD per search is 10_000_000_000_000 for a million of them. */
function rateFromText(model: string, component: UsageComponent, text: string): NanoUsdPerMillion {
  const amount: NanoUsd | null = parseUsd(text);
  assert(amount !== null && amount >= 0, `${model}: ${component} "${text}" is a price in dollars`);
  const rate = isPiece(component) ? amount * 1_000_000 : amount;
  assert(Number.isSafeInteger(rate), `${model}: ${component} "${text}" fits a rate`);
  return rate;
}

function oneOf<Known extends string>(known: readonly Known[], text: string): Known {
  const found = known.find((candidate) => candidate === text);
  assert(found !== undefined, `"${text}" is one of ${known.join(", ")}`);
  return found;
}
