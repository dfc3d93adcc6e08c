import { validate } from "../../body.ts";
import type { Dialect } from "../../dialect.ts";
import { isFailed } from "../../errors.ts";
import { answerChatRoute, answerPlainRoute, type ChatWire, type PlainWire } from "../../generation.ts";
import { hashedId } from "../../hash.ts";
import { cacheMarks } from "./cache-marks.ts";
import { ruleBroken } from "./check-rules.ts";
import { errorJson, errorType } from "./errors.ts";
import { invoke } from "./invoke.ts";
import { toChatRequest } from "./read-request.ts";
import { bedrockRenderer } from "./render.ts";
import { signatureRefusal } from "./signed.ts";
import { converseRequestSchema } from "./wire.ts";

const converse = (stream: boolean): ChatWire => ({
  model: (_body, { params }) => params.model,
  read: (body, model) => {
    const request = validate(converseRequestSchema, body);
    if (isFailed(request)) return request;
    const broken = ruleBroken(request);
    if (broken !== null) return broken;
    const marks = cacheMarks(request);
    return {
      request: toChatRequest(request, model, stream),
      renderer: (job) => bedrockRenderer(job, marks),
      call_id: (seed) => `tooluse_${hashedId(seed, 22)}`,
    };
  },
});

const INVOKE: PlainWire = {
  model: (_body, { params }) => params.model,
  embeds: true,
  answer: invoke,
};

/** Amazon Bedrock's Converse, and InvokeModel for embeddings and rankings. The model's id, or its ARN, is one segment of the path, encoded once. */
export const bedrock: Dialect = {
  prefix: "/bedrock",
  routes: [
    {
      method: "POST",
      path: /^\/model\/(?<model>[^/]+)\/converse$/,
      answer: (input) => answerChatRoute(input, converse(false)),
    },
    {
      method: "POST",
      path: /^\/model\/(?<model>[^/]+)\/converse-stream$/,
      answer: (input) => answerChatRoute(input, converse(true)),
    },
    {
      method: "POST",
      path: /^\/model\/(?<model>[^/]+)\/invoke$/,
      answer: (input) => answerPlainRoute(input, INVOKE),
    },
  ],
  errorJson,
  errorHeaders: (error) => ({ "x-amzn-errortype": errorType(error) }),
  headers: (request_id) => ({ "x-amzn-requestid": request_id }),
  refuseCaller: signatureRefusal,
};
