import { promptTokens } from "../../../../schema/tokens/sandbox-prompt-tokens.ts";
import { validate } from "../../body.ts";
import { jsonResponse, pacedResponse } from "../../call.ts";
import type { ChatJob } from "../../chat.ts";
import type { Route, RouteInput } from "../../dialect.ts";
import { invalid, isFailed } from "../../errors.ts";
import { sseEvent } from "../../frames.ts";
import { answerChatRoute, answerPlainRoute, type ChatWire, type PlainWire } from "../../generation.ts";
import { ruleBroken } from "./check-rules.ts";
import { batchEmbedContents, embedContent, predict } from "./embed.ts";
import { toChatRequest } from "./read-request.ts";
import { blockedPromptJson, geminiRenderer } from "./render.ts";
import { countRequestSchema, generateRequestSchema } from "./wire.ts";

const modelOf = (_body: unknown, { params }: RouteInput): unknown => params.model;

const generate = (stream: boolean): ChatWire => ({
  model: modelOf,
  read: (body, model, { url }) => {
    if (stream && url.searchParams.get("alt") !== "sse") {
      return invalid("the sandbox streams with ?alt=sse only", "alt");
    }
    const request = validate(generateRequestSchema, body);
    if (isFailed(request)) return request;
    const broken = ruleBroken(request, model);
    if (broken !== null) return broken;
    const thoughts = request.generationConfig?.thinkingConfig?.includeThoughts === true;
    return {
      request: toChatRequest(request, model, stream),
      renderer: (job) => geminiRenderer(job, thoughts),
      blockedPrompt: (job) => blockedPrompt(job, stream),
    };
  },
});

function blockedPrompt(job: ChatJob, stream: boolean): Response {
  const json = blockedPromptJson(job);
  return stream ? pacedResponse(job.call, oneFrame(sseEvent(json)), "text/event-stream") : jsonResponse(job.call, json);
}

async function* oneFrame(frame: Uint8Array): AsyncGenerator<Uint8Array, Uint8Array> {
  yield frame;
  return new Uint8Array();
}

const COUNT: PlainWire = {
  model: modelOf,
  embeds: false,
  answer: (body, model) => {
    const asked = validate(countRequestSchema, body);
    if (isFailed(asked)) return asked;
    const { generateContentRequest, ...bare } = asked;
    const request = generateContentRequest ?? { ...bare, contents: bare.contents ?? [] };
    if (request.contents.length === 0) return invalid("contents is not specified", "contents");
    const totalTokens = promptTokens(toChatRequest(request, model, false));
    return { json: JSON.stringify({ totalTokens }), prompt_tokens: totalTokens };
  },
};

const embeds = (answer: PlainWire["answer"]): PlainWire => ({ model: modelOf, embeds: true, answer });

/** The methods of a model, wherever the path of the models begins. */
export function modelRoutes(models: string): readonly Route[] {
  const chat = (method: string, stream: boolean): Route => {
    const wire = generate(stream);
    return { method: "POST", path: methodPath(models, method), answer: (input) => answerChatRoute(input, wire) };
  };
  const plain = (method: string, wire: PlainWire): Route => ({
    method: "POST",
    path: methodPath(models, method),
    answer: (input) => answerPlainRoute(input, wire),
  });
  return [
    chat("generateContent", false),
    chat("streamGenerateContent", true),
    plain("countTokens", COUNT),
    plain("embedContent", embeds(embedContent)),
    plain("batchEmbedContents", embeds(batchEmbedContents)),
    plain("predict", embeds(predict)),
  ];
}

const methodPath = (models: string, method: string): RegExp => new RegExp(`^${models}/(?<model>[^/:]+):${method}$`);
