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
  /** Open holds of one wallet: bounds the memory of its object. */
  open_holds: 20_000,
  /** Queue: 100 messages or 256 KB a batch; each event is at most about 6 KB. */
  outbox_batch: 100,
  page_size: 100,
  /** Entries in one transaction of the audit chain: the size of a queue batch, which is what brings most of them. */
  audit_batch: 100,
  /** A before and after of all fields of a resource; long lists among them are told by their size. */
  audit_details_bytes: 16_384,
} as const;
