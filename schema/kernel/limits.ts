/** Everything has a limit. Each row says why it is what it is. */
export const LIMITS = {
  /** Four images of 5 MB in base64 and a long history; a Worker has 128 MB and parsing needs about four times the body. */
  body_bytes: 16 * 1024 * 1024,
  /**
   * What of a body that is too large is still read, and dropped, before the 413: a client that is cut off while it writes
   * sees a broken connection instead of the answer, and sends everything again.
   */
  body_discard_bytes: 64 * 1024 * 1024,
  /** Real tool schemas reach about 20; RPC and queues break near 10,000; 64 leaves room and is cheap to check. */
  json_depth: 64,
  /** OpenAI's own bound on tools is 128 and on messages is none; a request over this is a loop gone wrong. */
  messages: 4_096,
  /** OpenAI's own bound. */
  embedding_inputs: 2_048,
  /** Cohere recommends no more than 1,000 and bills a search for each hundred. */
  rerank_documents: 1_000,
  /** A medium that is fetched for a provider which cannot: Gemini takes 20 MB of inline data in all. */
  remote_medium_bytes: 8 * 1024 * 1024,
  remote_media: 16,
  remote_media_ms: 15_000,
  /** Longer than any provider's, so that the provider's own message is what a caller sees first. */
  model_name_chars: 200,
  /** A key is 47 characters; anything longer is hashed for nothing. */
  api_key_chars: 256,
  idempotency_key_chars: 255,
  request_id_chars: 128,
  /** Tags and features end in log rows and rollup keys. */
  tag_count: 20,
  tag_chars: 100,
  /** The context of a hold travels to D1 in a queue message (128 KB at most, 100 in a batch of 256 KB). */
  hold_context_bytes: 4_096,
  /** A Durable Object row holds 2 MB; larger answers are charged once but not kept for replay. */
  idempotent_answer_bytes: 1_000_000,
  idempotent_answer_ttl_ms: 24 * 60 * 60 * 1000,
  /** Whole provider answers are read to be metered: a larger one is a fault of the provider. */
  upstream_answer_bytes: 32 * 1024 * 1024,
  /** One SSE event; the largest seen is a base64 image part of about 6 MB. */
  sse_event_bytes: 8 * 1024 * 1024,
  /** What of a provider's error body is read and passed on. */
  upstream_error_bytes: 64 * 1024,
  /** How long a probe of a provider may take: its list of models is small, and one that is slower is not well. */
  monitor_probe_ms: 10_000,
  /** Probes that fail in a row until a provider counts as down: one or two may be lost on the way. */
  monitor_failed_probes: 3,
  /** Fewer live calls say nothing of how a provider is. */
  monitor_live_calls_least: 10,
  /** Calls that fail in a row until a breaker opens: a single bad answer is none of a model's habits, five are. */
  breaker_failures_in_a_row: 5,
  /** Calls of the last two minutes of which half must fail, where there are never so many in a row. */
  breaker_calls_least: 20,
  /** How long an open breaker keeps requests away: doubled each time that a probe fails, up to the longest. */
  breaker_cool_down_ms: 5_000,
  breaker_cool_down_longest_ms: 120_000,
  /** A provider's own Retry-After is believed up to this. */
  breaker_retry_after_longest_ms: 600_000,
  /** One that opens again so soon after it closed was not well: its cool-down goes on doubling. */
  breaker_forgiven_ms: 60_000,
  /** Requests of callers that may find out in an interval, over all isolates: each of them may cost its caller a failed call. */
  breaker_probes: 3,
  breaker_probe_interval_ms: 5_000,
  /** Models of one provider that its monitor follows: those that were heard of longest ago are forgotten. */
  monitor_models: 200,
  /** Pages and bytes of a page of a provider's list of models: the longest known has some thousand models. */
  monitor_list_pages: 20,
  monitor_list_bytes: 8 * 1024 * 1024,
  /** What is kept of the text of a provider's failure. */
  monitor_text_chars: 300,
  /** A hold that nobody renews ends after this: long enough for a lost heartbeat, short enough not to strand money. */
  hold_ttl_ms: 90_000,
  /** The gateway renews a hold this often while its request runs: two may be lost before the hold ends. */
  heartbeat_ms: 25_000,
  /** No hold lives longer than this in all, however often it is renewed. */
  hold_lifetime_ms: 60 * 60 * 1000,
  /** Calls of providers for one request, those that are repeated included. */
  attempts_per_request: 1_000,
  /** Open holds of one wallet: bounds the memory of its object. */
  open_holds: 20_000,
  /** Rows of a ledger that its object hands out at a time: some 300 KB, which keep it from its requests for some milliseconds. */
  ledger_page_rows: 2_000,
  /** Rows that a ledger's object looks at for a page where no index leads to those of a kind, for the same reason. */
  ledger_scan_rows: 20_000,
  /** Queue: 100 messages or 256 KB a batch; each event is at most about 6 KB. */
  outbox_batch: 100,
  page_size: 100,
  /** Entries in one transaction of the audit chain: the size of a queue batch, which is what brings most of them. */
  audit_batch: 100,
  /** A before and after of all fields of a resource; long lists among them are told by their size. */
  audit_details_bytes: 16_384,
  /** Rows of the request log that one replay of routing rules looks at: with 1,000 rules some three seconds of CPU, of the 30 that there are. */
  replay_rows: 5_000,
  /** Of these at a time: between two reads an isolate serves its other requests. */
  replay_slice_rows: 250,
  /** The log itself is kept for about so long. */
  replay_days: 31,
} as const;
