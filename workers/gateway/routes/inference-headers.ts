/** Request headers that every route which spends understands. */
export const INFERENCE_HEADERS = {
  "idempotency-key":
    "A repeat with the same key and body is charged once: it gets the recorded answer, or 409 while the first runs.",
  "x-ao-dry-run": "`true`: what the request would do and cost. No provider is called and nothing is held.",
  "x-ao-feature": "The feature of your product that this request serves, for cost reports.",
  "x-ao-tags": "Further labels, `key=value` pairs separated by commas.",
  "x-ao-subject": "Who this is for (a user or session of yours).",
  "x-request-id": "Your correlation id; it is sent back. Without one, ours is.",
  traceparent: "W3C trace context, carried on to the provider.",
} as const;

/** The same for routes that can answer with a stream. */
export const STREAMING_HEADERS = {
  ...INFERENCE_HEADERS,
  "x-ao-usage": "`true`: the last event of a stream has an `ao` field with cost and what the wallet has left.",
} as const;
