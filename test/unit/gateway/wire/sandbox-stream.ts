import { createSandbox } from "../../../../workers/sandbox/handler.ts";
import { wholeGateway } from "../whole-gateway.ts";

/** Only workerd has it; to a relay it is a TransformStream that changes nothing. */
Object.assign(globalThis, { IdentityTransformStream: TransformStream });

/** Streams as the sandbox writes them in each provider's own dialect, read by a client of OpenAI's through the gateway. */
export interface StreamKind {
  readonly kind: string;
  /** Where the sandbox speaks its dialect. */
  readonly path: string;
  /** What stands before the sandbox's own name of a model, for the traits of a family. */
  readonly family: string;
  readonly credential: Readonly<Record<string, string>>;
  /** The caller's own dialect: what it does not know passes too. */
  readonly passes: boolean;
  /** Its reason to stop ends the answer: what may come behind it is not waited for. */
  readonly reason_ends: boolean;
}

const KEY = { api_key: "k-0123456789" };
const AWS = { access_key_id: "AKIASANDBOX", secret_access_key: "sandbox" };
const row = (kind: string, path: string, more: Partial<StreamKind> = {}): StreamKind => ({
  kind,
  path,
  family: "",
  credential: KEY,
  passes: false,
  reason_ends: false,
  ...more,
});

/** One kind for each way of writing a stream. */
export const STREAM_KINDS: readonly StreamKind[] = [
  row("openai", "/v1", { passes: true }),
  row("azure", "/azure", { passes: true }),
  row("anthropic", "/anthropic", { family: "claude-sonnet-4-5-" }),
  row("gemini", "/gemini/v1beta", { family: "gemini-3-", reason_ends: true }),
  row("cohere", "/cohere", { reason_ends: true }),
  row("mistral", "/mistral/v1"),
  row("bedrock", "/bedrock", { family: "us.anthropic.claude-sonnet-4-5-", credential: AWS, reason_ends: true }),
];

export const PROMPT = "Grüße aus Köln, 漢字 👋";
export const WEATHER = { type: "function", function: { name: "look", parameters: { type: "object", properties: {} } } };

/** What a caller gets when the provider answers so. `model` is one of the sandbox's. */
export async function asked(
  { kind, path, family, credential }: StreamKind,
  model: string,
  upstream: () => Response,
  change: object = {},
  headers: Readonly<Record<string, string>> = {},
) {
  const gateway = await wholeGateway({ upstream });
  await gateway.addProvider(
    {
      id: "p",
      kind,
      base_url: `https://upstream.example${path}`,
      settings: kind === "bedrock" ? JSON.stringify({ aws_region: "us-east-1" }) : "{}",
    },
    credential,
  );
  gateway.d1.insert("model_prices", {
    id: "prc_test",
    org_id: gateway.org_id,
    provider_id: "p",
    model: "m",
    upstream_id: `${family}${model}`,
    effective_from: 0,
    rates: JSON.stringify({ input: 1_000_000_000, output: 2_000_000_000 }),
    capabilities: JSON.stringify(["chat", "tools", "vision", "json_schema"]),
    created_at: 0,
  });
  const response = await gateway.fetch("/v1/chat/completions", {
    method: "POST",
    headers: { authorization: `Bearer ${gateway.key}`, "content-type": "application/json", ...headers },
    body: JSON.stringify({
      model: "p/m",
      stream: true,
      messages: [{ role: "user", content: PROMPT }],
      max_tokens: 500,
      ...change,
    }),
  });
  const text = await response.text();
  await gateway.drained();
  return { ...gateway, response, text: comparable(text) };
}

/** A stream with what differs from one request to the next made the same. */
const comparable = (text: string): string =>
  text.replace(/req_[0-9a-zA-Z-]+/g, "req_1").replace(/"created":\d+/g, '"created":1');

export interface Written {
  readonly status: number;
  readonly content_type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What the provider writes to that request, all of it. */
export async function written(kind: StreamKind, model: string, change: object = {}): Promise<Written> {
  const { called } = await asked(kind, model, () => new Response("{}", { status: 500 }), change);
  const [call] = called;
  if (call === undefined) throw new Error("the provider was not called");
  const handle = createSandbox({ now: () => 1_767_322_245_678, sleep: async () => "slept" });
  const { headers, body, url } = call;
  const response = await handle(new Request(url, { method: "POST", headers, body: JSON.stringify(body) }));
  return {
    status: response.status,
    content_type: response.headers.get("content-type") ?? "",
    bytes: new Uint8Array(await response.arrayBuffer()),
  };
}

/** The same bytes as a response, in pieces of that size. */
export function inPieces({ status, content_type, bytes }: Written, piece_bytes = 65_536): Response {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < bytes.length; at += piece_bytes) controller.enqueue(bytes.subarray(at, at + piece_bytes));
      controller.close();
    },
  });
  return new Response(body, { status, headers: { "content-type": content_type } });
}

/** Where each event of a stream ends, of server-sent events and of AWS's frames alike. */
export function boundaries({ content_type, bytes }: Written): readonly number[] {
  const ends: number[] = [];
  if (content_type.includes("amazon.eventstream")) {
    const view = new DataView(bytes.buffer);
    for (let at = 0; at < bytes.length; at = ends.at(-1) ?? 0) ends.push(at + view.getUint32(at));
    return ends;
  }
  const text = new TextDecoder().decode(bytes);
  for (const { index, 0: separator } of text.matchAll(/\r\n\r\n|\n\n/g)) {
    ends.push(new TextEncoder().encode(text.slice(0, index + separator.length)).length);
  }
  return ends;
}

/** The stream of what was written up to there. */
export const cutAt = (stream: Written, end: number): Written => ({ ...stream, bytes: stream.bytes.slice(0, end) });

/** Server-sent events written anew: other line ends, no space behind the colon, and what is no part of the answer between. */
export function rewritten(stream: Written, line_end: string, between: string): Written {
  const events = new TextDecoder()
    .decode(stream.bytes)
    .split(/\r\n\r\n|\n\n/)
    .filter((event) => event !== "")
    .map((event) => event.replace(/^data: /gm, "data:"));
  const text = events.map((event) => `${event}\n\n`).join(between);
  const bytes = new TextEncoder().encode(`\uFEFF${between}${text}`.replace(/\r\n|\n/g, line_end));
  return { ...stream, bytes: new Uint8Array(bytes) };
}
