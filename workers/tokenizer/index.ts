import { WorkerEntrypoint } from "cloudflare:workers";
import { promptTokens } from "../../schema/tokens/sandbox-prompt-tokens.ts";
import type { CountChatRequest, CountTextsRequest, TokenCount, TokenizerRpc } from "../../schema/wire/tokenizer-rpc.ts";
import { addChat } from "./chat-tokens.ts";
import { loadEncoder } from "./encoders.ts";
import { TextCounter } from "./text-counter.ts";

/** Counts tokens for the other workers. Stateless; an encoding is loaded when it is first asked for. */
export class Tokenizer extends WorkerEntrypoint implements TokenizerRpc {
  async countChat(request: CountChatRequest): Promise<TokenCount> {
    const { messages, tools, response_format } = request;
    if (request.encoding === "sandbox") return { tokens: promptTokens(request), approximate: false };
    const encoder = await loadEncoder(request.encoding);
    const counter = new TextCounter(encoder);
    addChat(counter, messages, tools ?? []);
    // How a schema is put into the prompt is not published; its JSON is what the count comes near to.
    if (response_format?.type === "json_schema") counter.count(JSON.stringify(response_format));
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
