import type { Usage } from "./usage.ts";

/** Why a choice ended, in OpenAI's words. */
export const FINISH_REASONS = ["stop", "length", "tool_calls", "content_filter"] as const;
export type FinishReason = (typeof FINISH_REASONS)[number];

/**
 * One element of an answer, the same for every provider. A provider's stream is a fold into parts, a dialect renders
 * parts for the caller, and the meter reads them. `choice` is the index of the choice.
 */
export type Part =
  /** Once, first. */
  | { readonly type: "start"; readonly id: string | null; readonly model: string | null }
  | { readonly type: "text"; readonly choice: number; readonly text: string }
  | { readonly type: "refusal"; readonly choice: number; readonly text: string }
  | { readonly type: "reasoning"; readonly choice: number; readonly text: string }
  /** Opaque proof that a reasoning block is the provider's own; goes back with the next turn. */
  | { readonly type: "reasoning_signature"; readonly choice: number; readonly signature: string }
  /** A tool call begins. `index` counts tool calls within the choice, from 0. */
  | {
      readonly type: "tool_call";
      readonly choice: number;
      readonly index: number;
      readonly id: string;
      readonly name: string;
      /** Opaque proof that the call is the provider's own, where a provider signs calls; goes back with the next turn. */
      readonly signature?: string;
    }
  /** A piece of the call's arguments, JSON text. */
  | { readonly type: "tool_arguments"; readonly choice: number; readonly index: number; readonly json: string }
  | { readonly type: "finish"; readonly choice: number; readonly reason: FinishReason; readonly raw: string | null }
  /** Totals so far, never a difference: a later one replaces an earlier one. */
  | {
      readonly type: "usage";
      readonly usage: Usage;
      /** The service tier that really served the request, where the provider says so: it has a price of its own. */
      readonly service_tier?: string;
    }
  | { readonly type: "error"; readonly error: UpstreamError }
  /** The provider's terminal event: without it a stream is incomplete. */
  | { readonly type: "end" };

/** A provider's failure, classified by status and code, never by the wording of its message. */
export interface UpstreamError {
  readonly class: /** The caller's own mistake: passed on with its status. */
    | "rejected"
    /** Our credential for the provider: 401, 403. */
    | "auth"
    /** The provider account's money: billing, quota. */
    | "quota"
    | "rate_limited"
    | "overloaded"
    | "content_filter"
    | "not_found"
    | "too_large"
    | "timeout"
    | "failed";
  /** The provider's HTTP status; for an error inside a stream the one it stands for. */
  readonly status: number;
  /** The provider's own text. Credentials are removed before it is shown. */
  readonly message: string;
  readonly code: string | null;
  readonly param: string | null;
  readonly retry_after_ms: number | null;
  /** It would be so again, although its class may pass: a redirect, an address that may not be called. */
  readonly lasting?: true;
  /** Of the class `auth`: the text is the gateway's own and tells an administrator what to do, so callers are shown it. */
  readonly shown?: true;
}
