/** Request headers that every route which spends understands. */
export const INFERENCE_HEADERS = {
  "idempotency-key":
    "A repeat with the same key and body is charged once: it gets the recorded answer, or 409 while the first runs.",
  "x-ao-dry-run": "`true`: what the request would do and cost. No provider is called and nothing is held.",
  "x-ao-feature": "The feature of your product that this request serves, for cost reports.",
  "x-ao-tags": "Further labels, `key=value` pairs separated by commas.",
  "x-ao-subject": "Who this is for (a user or session of yours).",
  "x-ao-session": "What belongs together (a conversation, a visit): experiments can give it one variant.",
  "x-ao-retries": "How often failures of the provider that pass are tried again, at most; `0` is not at all.",
  "x-ao-store": "`false`: the texts of this request are not stored, whatever the organisation's settings say.",
  "x-ao-cache":
    "`bypass`: answered by the provider, and not kept; `cache-control: no-store` does the same, `no-cache` has the answer kept. Where a cache setting is for the request, the answer says `x-ao-cache: hit-exact`, `hit-semantic`, `miss`, `refused` or `bypass`, and of a hit `x-ao-cache-score` (0 to 1), `x-ao-cache-age` (seconds) and `x-ao-cache-saved-usd`; `x-ao-cache-reason` says why it is no hit.",
  "x-request-id": "Your correlation id; it is sent back. Without one, ours is.",
  traceparent: "W3C trace context, carried on to the provider.",
} as const;

/** The same for routes that can answer with a stream. */
export const STREAMING_HEADERS = {
  ...INFERENCE_HEADERS,
  "x-ao-usage": "`true`: the last event of a stream has an `ao` field with cost and what the wallet has left.",
} as const;
