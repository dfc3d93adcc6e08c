/** OTLP's numbers of what a span is: ours, as a server or inside it, or a call of somebody else. */
export const SPAN_KINDS = { internal: 1, server: 2, client: 3 } as const;

export type AttributeValue = string | number | boolean | readonly string[];
/** Undefined and null are left out. */
export type Attributes = Readonly<Record<string, AttributeValue | null | undefined>>;

export interface Span {
  /** 16 and 8 bytes, in hex. */
  readonly trace_id: string;
  readonly span_id: string;
  readonly parent_id: string | null;
  readonly name: string;
  readonly kind: keyof typeof SPAN_KINDS;
  /** Milliseconds since the epoch. */
  readonly started_at: number;
  readonly ended_at: number;
  readonly attributes: Attributes;
  readonly events: readonly { readonly name: string; readonly at: number }[];
  /** What failed, by a code; null when nothing did. Never text of a prompt or an answer. */
  readonly error: string | null;
}
