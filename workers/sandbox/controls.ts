import { type Failed, invalid } from "./errors.ts";

/**
 * How a caller steers a model: `metadata: {"chunks": "200"}` or, where a client cannot send metadata, a suffix of the
 * last user message, `[[chunks=200 delay_ms=10]]`. Metadata wins over the suffix, both over the model's defaults.
 * A value out of bounds is refused, never clamped: a test must not run with other numbers than it asked for.
 */

interface NumberControl {
  readonly min: number;
  readonly max: number;
}

const NUMBERS = {
  /** Chunks of text in the answer, where the model writes a text of its own. */
  chunks: { min: 0, max: 100_000 },
  /** Pause before each chunk but the first. */
  delay_ms: { min: 0, max: 60_000 },
  tokens_per_chunk: { min: 1, max: 10_000 },
  reasoning_tokens: { min: 0, max: 100_000 },
  /** Pause before the headers. */
  first_byte_ms: { min: 0, max: 60_000 },
  /** How much of the prompt the usage calls cached; never more than the prompt. */
  cached_tokens: { min: 0, max: 100_000_000 },
  /** Chunks of text before `error-mid-stream` fails. */
  after_chunks: { min: 0, max: 100_000 },
  /** Length of the text in the one line of `big-line`. */
  size_bytes: { min: 4, max: 128 * 1024 * 1024 },
  /** Sends every event in fragments of so many bytes; 0 sends it in one. */
  fragment_bytes: { min: 0, max: 1_000_000 },
  fail_times: { min: 0, max: 1_000 },
  retry_after_s: { min: 0, max: 3_600 },
  hang_ms: { min: 0, max: 600_000 },
  /** The status of `error-500`, and the failure that `error-mid-stream` and `error-first-event` tell of. */
  status: { min: 500, max: 599 },
  /** 1 lets the model overrun `max_tokens`, as a provider with a fault would. */
  ignore_max_tokens: { min: 0, max: 1 },
} as const satisfies Record<string, NumberControl>;

type NumberName = keyof typeof NUMBERS;

const NUMBER_DEFAULTS: Readonly<Record<NumberName, number>> = {
  chunks: 20,
  delay_ms: 0,
  tokens_per_chunk: 1,
  reasoning_tokens: 0,
  first_byte_ms: 0,
  cached_tokens: 0,
  after_chunks: 3,
  size_bytes: 4 * 1024 * 1024,
  fragment_bytes: 0,
  fail_times: 1,
  retry_after_s: 2,
  hang_ms: 600_000,
  status: 500,
  ignore_max_tokens: 0,
};

const TEXTS = ["variant", "flaky_id", "location", "filter"] as const;

type TextName = (typeof TEXTS)[number];

export interface Controls extends Readonly<Record<NumberName, number>> {
  /** Which wrong usage `wrong-usage` reports. */
  readonly variant: string | null;
  readonly flaky_id: string | null;
  /** Where `redirect` points. */
  readonly location: string | null;
  /** What a content filter stops: the `prompt`, or the `answer` at its end. */
  readonly filter: string | null;
  /** The names that the caller set, as against a default. */
  readonly given: ReadonlySet<string>;
}

export type ControlDefaults = Partial<Readonly<Record<NumberName, number>>>;

/** Reads the controls of a request. `suffix` is what `splitSuffix` found. */
export function readControls(
  defaults: ControlDefaults,
  metadata: Readonly<Record<string, string>>,
  suffix: Readonly<Record<string, string>>,
): Controls | Failed {
  const numbers: Record<NumberName, number> = { ...NUMBER_DEFAULTS, ...defaults };
  const texts: Record<TextName, string | null> = { variant: null, flaky_id: null, location: null, filter: null };
  const given = new Set<string>();
  for (const [source, values] of [["messages", suffix] as const, ["metadata", metadata] as const]) {
    for (const [name, value] of Object.entries(values)) {
      if (isTextName(name)) texts[name] = value;
      if (isNumberName(name)) {
        const { min, max } = NUMBERS[name];
        const number = Number(value);
        if (!/^\d+$/.test(value) || number < min || number > max) {
          const param = source === "metadata" ? `metadata.${name}` : "messages";
          return invalid(`Invalid sandbox control '${name}': expected an integer from ${min} to ${max}.`, param);
        }
        numbers[name] = number;
      }
      given.add(name);
    }
  }
  return { ...numbers, ...texts, given };
}

/**
 * Splits the controls off the end of a user's text. Only a last `[[…]]` in which every word is `known_control=value`
 * counts; anything else is text.
 */
export function splitSuffix(text: string): { text: string; suffix: Record<string, string> } {
  const trimmed = text.trimEnd();
  const start = trimmed.lastIndexOf("[[");
  if (start === -1 || !trimmed.endsWith("]]")) return { text, suffix: {} };
  const words = trimmed
    .slice(start + 2, -2)
    .split(/\s/)
    .filter((word) => word !== "");
  const suffix: Record<string, string> = {};
  for (const word of words) {
    const equals = word.indexOf("=");
    const name = word.slice(0, Math.max(equals, 0));
    if (!isNumberName(name) && !isTextName(name)) return { text, suffix: {} };
    suffix[name] = word.slice(equals + 1);
  }
  return { text: trimmed.slice(0, start).trimEnd(), suffix };
}

const isNumberName = (name: string): name is NumberName => Object.hasOwn(NUMBERS, name);
const isTextName = (name: string): name is TextName => TEXTS.some((known) => known === name);
