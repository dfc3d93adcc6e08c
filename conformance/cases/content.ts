import * as z from "zod";
import { type Said, streamed, user, whole } from "../chat.ts";
import { type Case, check, shown } from "../kit.ts";
import { PIXEL } from "./tools.ts";

const SCHEMA = {
  type: "object",
  properties: {
    name: { type: "string" },
    age: { type: "integer" },
    tags: { type: "array", items: { type: "string" } },
  },
  required: ["name", "age", "tags"],
  additionalProperties: false,
};

const personShape = z.looseObject({ name: z.string(), age: z.int(), tags: z.array(z.string()) });

function jsonOf(said: Said): unknown {
  check(said.tool_calls.length === 0, "the answer is a tool call and not content");
  check(said.finish === "stop", `it finished with ${said.finish}`);
  try {
    return JSON.parse(said.text);
  } catch {
    throw new Error(`the answer is no JSON: ${shown(said.text)}`);
  }
}

/** Images in, JSON out, and reasoning. */
export const CONTENT_CASES: readonly Case[] = [
  {
    name: "an image as data",
    feature: "image_data",
    capability: "vision",
    run: async (subject, model) => {
      const said = await whole(subject, model, {
        messages: [
          user([
            { type: "text", text: "Which colour is this?" },
            { type: "image_url", image_url: { url: PIXEL } },
          ]),
        ],
      });
      check(said.text !== "", "the answer is empty");
    },
  },
  {
    name: "an image whose data is none",
    feature: null,
    capability: "vision",
    run: async (subject, model) => {
      const messages = [user([{ type: "image_url", image_url: { url: "ftp://example.com/a.png" } }])];
      await whole(subject, model, { messages }).then(
        () => check(false, "it was answered, so the image was dropped silently"),
        (error: unknown) => {
          if (!(error instanceof Error) || error.name !== "Refusal") throw error;
        },
      );
    },
  },
  {
    name: "an answer by a JSON schema",
    feature: "json_schema",
    capability: "json_schema",
    run: async (subject, model) => {
      const body = {
        messages: [user("Make up a person.")],
        response_format: { type: "json_schema", json_schema: { name: "person", schema: SCHEMA, strict: true } },
      };
      for (const said of [await whole(subject, model, body), await streamed(subject, model, body)]) {
        const value = jsonOf(said);
        check(personShape.safeParse(value).success, `it does not fit the schema: ${shown(value)}`);
      }
    },
  },
  {
    name: "an answer that is some JSON object",
    feature: "json_object",
    capability: "json_schema",
    run: async (subject, model) => {
      const body = {
        messages: [user("Make up a person with a name and an age, as a JSON object.")],
        response_format: { type: "json_object" },
      };
      for (const said of [await whole(subject, model, body), await streamed(subject, model, body)]) {
        const value = jsonOf(said);
        check(typeof value === "object" && value !== null, `it is no object: ${shown(value)}`);
      }
    },
  },
  {
    name: "reasoning",
    feature: "reasoning",
    capability: "reasoning",
    run: async (subject, model) => {
      const body = { messages: [user("What is 17 times 23?")], reasoning_effort: "low", max_completion_tokens: 4_096 };
      for (const said of [await whole(subject, model, body), await streamed(subject, model, body)]) {
        check(said.text !== "", "the answer is empty");
        check(said.reasoning === "" || said.text !== said.reasoning, "the reasoning is in the content");
        const counted = said.usage?.completion_tokens_details?.reasoning_tokens ?? 0;
        check(!subject.predictable || said.reasoning !== "", "the reasoning is missing");
        check(
          (said.usage?.completion_tokens ?? 0) >= counted,
          `more reasoning was counted than answer: ${shown(said.usage)}`,
        );
      }
    },
  },
  {
    name: "reasoning that is handed back",
    feature: "reasoning",
    capability: "reasoning",
    run: async (subject, model) => {
      const asked = [user("What is 17 times 23?")];
      const more = { reasoning_effort: "low", max_completion_tokens: 4_096 };
      const first = await streamed(subject, model, { messages: asked, ...more });
      const messages = [...asked, first.message, user("And times two?")];
      check((await whole(subject, model, { messages, ...more })).text !== "", "the second answer is empty");
    },
  },
];
