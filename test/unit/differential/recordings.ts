import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createAmazonBedrock } from "@ai-sdk/amazon-bedrock";
import { createAnthropic } from "@ai-sdk/anthropic";
import { createAzure } from "@ai-sdk/azure";
import { createCohere } from "@ai-sdk/cohere";
import { createDeepSeek } from "@ai-sdk/deepseek";
import { createGoogleGenerativeAI } from "@ai-sdk/google";
import { createGroq } from "@ai-sdk/groq";
import { createMistral } from "@ai-sdk/mistral";
import { createOpenAI } from "@ai-sdk/openai";
import { EventStreamCodec } from "@smithy/eventstream-codec";

/** Real answers of providers, which stand beside the project on some machines and are never part of it. */
const FOLDER = join(import.meta.dirname, "..", "..", "..", "..", "shared", "recordings");

export const HAVE_RECORDINGS = existsSync(FOLDER);

type Fetch = typeof globalThis.fetch;

export interface Provider {
  readonly folder: string;
  readonly kind: string;
  readonly credential: Readonly<Record<string, string>>;
  readonly region?: string;
  readonly base_url?: string;
  /** As the provider calls the model that answered. */
  readonly model: string;
  /** The independent client, over a network that answers with the recording. */
  client(fetch: Fetch): { doGenerate: unknown; doStream: unknown };
  /** The recorded lines as the provider sends them. */
  frame(line: string): Uint8Array;
  readonly content_type: string;
  readonly done?: string;
  /** Set where a client of the provider's own does not show usage and reasoning as we do, and why. */
  readonly differs?: string;
}

const encoder = new TextEncoder();
const data = (line: string): Uint8Array => encoder.encode(`data: ${line}\n\n`);
const named = (line: string): Uint8Array =>
  encoder.encode(`event: ${String(JSON.parse(line).type)}\ndata: ${line}\n\n`);
const SSE = "text/event-stream";
const KEY = { api_key: "k-0123456789" };
const DONE = "[DONE]";

const codec = new EventStreamCodec(
  (bytes) => new TextDecoder().decode(typeof bytes === "string" ? encoder.encode(bytes) : bytes),
  (text) => encoder.encode(text),
);

function awsFrame(line: string): Uint8Array {
  const [[type, payload] = ["", {}]] = Object.entries(JSON.parse(line));
  return codec.encode({
    headers: {
      ":message-type": { type: "string", value: "event" },
      ":event-type": { type: "string", value: type },
      ":content-type": { type: "string", value: "application/json" },
    },
    body: encoder.encode(JSON.stringify(payload)),
  });
}

export const PROVIDERS: readonly Provider[] = [
  {
    folder: "openai",
    kind: "openai",
    credential: KEY,
    model: "gpt-4.1-nano",
    client: (fetch) => createOpenAI({ apiKey: "k", fetch }).chat("gpt-4.1-nano"),
    frame: data,
    content_type: SSE,
    done: DONE,
  },
  {
    folder: "anthropic",
    kind: "anthropic",
    credential: KEY,
    model: "claude-sonnet-4-5",
    client: (fetch) => createAnthropic({ apiKey: "k", fetch })("claude-sonnet-4-5"),
    frame: named,
    content_type: SSE,
  },
  {
    folder: "gemini",
    kind: "gemini",
    credential: KEY,
    model: "gemini-3-pro-preview",
    client: (fetch) => createGoogleGenerativeAI({ apiKey: "k", fetch })("gemini-3-pro-preview"),
    frame: data,
    content_type: SSE,
  },
  {
    folder: "bedrock",
    kind: "bedrock",
    credential: { access_key_id: "AKIA0123456789", secret_access_key: "secret-0123456789" },
    region: "us-east-1",
    model: "anthropic.claude-sonnet-4-5-20250929-v1:0",
    client: (fetch) =>
      createAmazonBedrock({ region: "us-east-1", accessKeyId: "a", secretAccessKey: "s", fetch })(
        "anthropic.claude-sonnet-4-5-20250929-v1:0",
      ),
    frame: awsFrame,
    content_type: "application/vnd.amazon.eventstream",
  },
  {
    folder: "cohere",
    kind: "cohere",
    credential: KEY,
    model: "command-a-03-2025",
    client: (fetch) => createCohere({ apiKey: "k", fetch })("command-a-03-2025"),
    frame: named,
    content_type: SSE,
    differs: "the client shows all tokens where its billed_units are billed, and leaves the plan of its tools out",
  },
  {
    folder: "mistral",
    kind: "mistral",
    credential: KEY,
    model: "mistral-small-latest",
    client: (fetch) => createMistral({ apiKey: "k", fetch })("mistral-small-latest"),
    frame: data,
    content_type: SSE,
    done: DONE,
  },
  {
    folder: "groq",
    kind: "groq",
    credential: KEY,
    model: "llama-3.3-70b-versatile",
    client: (fetch) => createGroq({ apiKey: "k", fetch })("llama-3.3-70b-versatile"),
    frame: data,
    content_type: SSE,
    done: DONE,
  },
  {
    folder: "deepseek",
    kind: "deepseek",
    credential: KEY,
    model: "deepseek-chat",
    client: (fetch) => createDeepSeek({ apiKey: "k", fetch })("deepseek-chat"),
    frame: data,
    content_type: SSE,
    done: DONE,
  },
  {
    folder: "azure",
    kind: "azure",
    credential: KEY,
    base_url: "https://acme.openai.azure.com",
    model: "model-router",
    client: (fetch) => createAzure({ apiKey: "k", resourceName: "acme", fetch }).chat("model-router"),
    frame: data,
    content_type: SSE,
    done: DONE,
  },
];

export interface Recording {
  readonly name: string;
  readonly provider: Provider;
  readonly stream: boolean;
  /** Of a whole answer one, of a stream one for each event. */
  readonly lines: readonly string[];
}

/** Chat answers only: embeddings and errors have tests of their own. */
const NOT_CHAT = /embedding|429|error|completion-text/;

export function recordings(): readonly Recording[] {
  if (!HAVE_RECORDINGS) return [];
  return PROVIDERS.flatMap((provider) =>
    readdirSync(join(FOLDER, provider.folder))
      .filter((file) => !NOT_CHAT.test(file))
      .map((file) => {
        const text = readFileSync(join(FOLDER, provider.folder, file), "utf8");
        const stream = file.endsWith(".chunks.txt");
        const lines = stream ? text.split("\n").filter((line) => line.trim() !== "") : [text];
        return { name: `${provider.folder}/${file}`, provider, stream, lines };
      }),
  );
}

/** The answer's bytes as the provider sends them, in pieces of at most `piece_bytes`. */
export function answerOf({ provider, stream, lines }: Recording, piece_bytes: number): Response {
  if (!stream) return new Response(lines[0] ?? "", { headers: { "content-type": "application/json" } });
  const frames = lines.map(provider.frame);
  if (provider.done !== undefined) frames.push(data(provider.done));
  const bytes = Buffer.concat(frames);
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < bytes.length; at += piece_bytes) controller.enqueue(bytes.subarray(at, at + piece_bytes));
      controller.close();
    },
  });
  return new Response(body, { headers: { "content-type": provider.content_type } });
}
