import { validate } from "../../body.ts";
import { isFailed } from "../../errors.ts";
import type { ChatWire } from "../../generation.ts";
import { ruleBroken } from "./check-rules.ts";
import { toChatRequest } from "./read-request.ts";
import { responsesRenderer } from "./render.ts";
import { responsesRequestSchema } from "./wire.ts";

export const RESPONSES: ChatWire = {
  model: (body) => body.model,
  read: (body) => {
    const request = validate(responsesRequestSchema, body);
    if (isFailed(request)) return request;
    const broken = ruleBroken(request);
    if (broken !== null) return broken;
    return { request: toChatRequest(request), renderer: (job) => responsesRenderer(job, request) };
  },
};
