import type { FinishReason, Part, UpstreamError } from "../../../schema/canonical/parts.ts";
import { inputTokens, USAGE_COMPONENTS, type Usage, usageSchema } from "../../../schema/canonical/usage.ts";
import { isPiece } from "../../../schema/pricing/component-rate.ts";
import { textBytes } from "../../../schema/pricing/text-bytes.ts";

/** Some models are billed by the piece and not by tokens. */
const hasPieces = (usage: Usage): boolean =>
  USAGE_COMPONENTS.some((component) => isPiece(component) && (usage[component] ?? 0) > 0);

/** Text that is kept for counting at most, per answer: what is older is counted first. */
const PENDING_CHARS_MAX = 32_768;

/**
 * Reads the parts of one answer as they are delivered: how much output there is, what usage the provider reports, how it
 * ended. Knows nothing of dialects, money or time.
 */
export class AnswerMeter {
  /** UTF-8 bytes of output seen: an upper bound of its tokens, since every token is at least one byte. */
  output_bytes = 0;
  /** Output tokens counted exactly for text that is no longer pending. */
  counted_tokens = 0;
  finish_reason: FinishReason | null = null;
  error: UpstreamError | null = null;
  /** The provider's terminal event was seen. */
  ended = false;
  upstream_model: string | null = null;
  upstream_id: string | null = null;
  /** The service tier that served the request, as far as the provider says. */
  service_tier: string | null = null;
  /** The provider reported a usage that cannot be: negative, fractional, overflowing. */
  usage_invalid = false;
  /** Some of the output could not be counted: its bytes stand for its tokens for good. */
  approximate = false;
  #usage: Usage | null = null;
  #pending: string[] = [];
  #pending_chars = 0;
  #pending_bytes = 0;
  #pending_calls = 0;
  /** Bytes whose text is being counted right now. */
  #counting_bytes = 0;

  /** Takes in the parts of one event. */
  observe(parts: readonly Part[]): void {
    for (const part of parts) this.#observe(part);
  }

  #observe(part: Part): void {
    switch (part.type) {
      case "start":
        this.upstream_id = part.id;
        this.upstream_model = part.model;
        return;
      case "text":
      case "refusal":
      case "reasoning":
        this.#output(part.text);
        return;
      case "tool_call":
        this.#pending_calls += 1;
        this.#output(part.name);
        return;
      case "tool_arguments":
        this.#output(part.json);
        return;
      case "finish":
        this.finish_reason = part.reason;
        return;
      case "usage":
        this.#report(part.usage);
        this.service_tier = part.service_tier ?? this.service_tier;
        return;
      case "error":
        this.error = part.error;
        return;
      case "end":
        this.ended = true;
        return;
      case "reasoning_signature":
        return;
    }
  }

  #output(text: string): void {
    const bytes = textBytes(text);
    this.output_bytes += bytes;
    this.#pending_bytes += bytes;
    this.#pending.push(text);
    this.#pending_chars += text.length;
  }

  #report(usage: Usage): void {
    const parsed = usageSchema.safeParse(usage);
    if (parsed.success) this.#usage = parsed.data;
    else this.usage_invalid = true;
  }

  /** The provider's last usage when it can be believed: possible figures, and a prompt. Null means that we count. */
  get usage(): Usage | null {
    if (this.#usage === null || this.usage_invalid) return null;
    return inputTokens(this.#usage) > 0 || hasPieces(this.#usage) ? this.#usage : null;
  }

  /** Whether so much text waits that it should be counted now rather than kept. */
  get pending_is_large(): boolean {
    return this.#pending_chars >= PENDING_CHARS_MAX;
  }

  /**
   * Hands over the text that waits to be counted; null when none does. Until `finish` is called with the tokens (or with
   * null when nobody could count them) its bytes stay in the bound.
   */
  takePending(): {
    readonly text: string;
    /** How many calls of tools begin in it. */
    readonly tool_calls: number;
    finish(tokens: number | null): void;
  } | null {
    if (this.#pending.length === 0) return null;
    const text = this.#pending.join("");
    const bytes = this.#pending_bytes;
    const tool_calls = this.#pending_calls;
    this.#pending = [];
    this.#pending_chars = 0;
    this.#pending_bytes = 0;
    this.#pending_calls = 0;
    this.#counting_bytes += bytes;
    return {
      text,
      tool_calls,
      finish: (tokens) => {
        this.#counting_bytes -= bytes;
        this.counted_tokens += tokens ?? bytes;
        this.approximate ||= tokens === null;
      },
    };
  }

  /** Never fewer than the output tokens seen: what was counted, and a token for each byte that was not. */
  get tokens_bound(): number {
    return this.counted_tokens + this.#pending_bytes + this.#counting_bytes;
  }
}
