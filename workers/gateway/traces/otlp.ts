import { type Attributes, type AttributeValue, SPAN_KINDS, type Span } from "./span.ts";

/**
 * Spans as the JSON of an `ExportTraceServiceRequest`. Source: OTLP 1.x, JSON Protobuf encoding: ids in hex, 64-bit numbers
 * as text, enums as numbers.
 */
export const otlpJson = (spans: readonly Span[], resource: Attributes): string =>
  JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: attributesOf(resource) },
        scopeSpans: [{ scope: { name: "ai-orchestrator.gateway" }, spans: spans.map(spanOf) }],
      },
    ],
  });

const STATUS_ERROR = 2;

const spanOf = (span: Span) => ({
  traceId: span.trace_id,
  spanId: span.span_id,
  ...(span.parent_id === null ? {} : { parentSpanId: span.parent_id }),
  name: span.name,
  kind: SPAN_KINDS[span.kind],
  startTimeUnixNano: nanoseconds(span.started_at),
  endTimeUnixNano: nanoseconds(Math.max(span.started_at, span.ended_at)),
  attributes: attributesOf(span.error === null ? span.attributes : { ...span.attributes, "error.type": span.error }),
  events: span.events.map(({ name, at }) => ({ name, timeUnixNano: nanoseconds(at) })),
  status: span.error === null ? {} : { code: STATUS_ERROR },
});

/** A number would lose its last digits. */
const nanoseconds = (ms: number): string => `${ms}000000`;

const attributesOf = (attributes: Attributes) =>
  Object.entries(attributes).flatMap(([key, value]) =>
    value === null || value === undefined ? [] : [{ key, value: anyValue(value) }],
  );

function anyValue(value: AttributeValue): Readonly<Record<string, unknown>> {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "number")
    return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  return { arrayValue: { values: value.map((stringValue) => ({ stringValue })) } };
}
