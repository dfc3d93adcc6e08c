import { WorkerEntrypoint } from "cloudflare:workers";
import type { CountChatRequest, CountTextsRequest, TokenCount, TokenizerRpc } from "../../schema/wire/tokenizer-rpc.ts";
import { addChat } from "./chat-tokens.ts";
import { loadEncoder } from "./encoders.ts";
import { TextCounter } from "./text-counter.ts";

/** Counts tokens for the other workers. Stateless; an encoding is loaded when it is first asked for. */
export class Tokenizer extends WorkerEntrypoint implements TokenizerRpc {
  async countChat(request: CountChatRequest): Promise<TokenCount> {
    const encoder = await loadEncoder(request.encoding);
    const counter = new TextCounter(encoder);
    addChat(counter, request.messages, request.tools ?? []);
    encoder.forget();
    return counter.total();
  }

  async countTexts(request: CountTextsRequest): Promise<readonly TokenCount[]> {
    const encoder = await loadEncoder(request.encoding);
    const counter = new TextCounter(encoder);
    const counts = request.texts.map((text) => counter.count(text));
    encoder.forget();
    return counts;
  }
}

/** Nothing is served over HTTP: the worker is reached through its binding alone. */
export default {
  fetch: () => new Response(null, { status: 404 }),
} satisfies ExportedHandler;
