import * as z from "zod";
import { ask } from "../call.ts";
import { type Case, check, shown } from "../kit.ts";

const embeddingsShape = z.looseObject({
  object: z.literal("list"),
  data: z.array(z.looseObject({ index: z.int(), embedding: z.union([z.array(z.number()).min(1), z.string().min(1)]) })),
  usage: z.looseObject({ prompt_tokens: z.int().min(1), total_tokens: z.int().min(1) }),
});

const rankingShape = z.looseObject({
  results: z.array(z.looseObject({ index: z.int(), relevance_score: z.number() })).min(1),
});

/** Embeddings and rankings. */
export const OTHER_CASES: readonly Case[] = [
  {
    name: "embeddings",
    feature: "embeddings",
    capability: "embeddings",
    run: async (subject, model) => {
      const answer = await ask(subject, "/v1/embeddings", { model, input: ["Hello", "Grüße, 世界"] });
      const parsed = embeddingsShape.safeParse(answer.body);
      check(parsed.success, `the answer is no list of embeddings: ${shown(answer.body)}`);
      check(parsed.data.data.length === 2, `${parsed.data.data.length} embeddings came for two texts`);
    },
  },
  {
    name: "embeddings as base64",
    feature: "embeddings",
    capability: "embeddings",
    run: async (subject, model) => {
      const body = { model, input: "Hello", encoding_format: "base64" };
      const [floats, packed] = await Promise.all([
        ask(subject, "/v1/embeddings", { model, input: "Hello" }),
        ask(subject, "/v1/embeddings", body),
      ]);
      const one = embeddingsShape.parse(floats.body).data[0]?.embedding ?? "";
      const other = embeddingsShape.parse(packed.body).data[0]?.embedding ?? [];
      check(typeof other === "string", `base64 was asked for, and this came: ${shown(other)}`);
      check(typeof one !== "string", "numbers were asked for, and base64 came");
      check(Buffer.from(other, "base64").length === one.length * 4, "the two forms have different lengths");
    },
  },
  {
    name: "a ranking",
    feature: "rerank",
    capability: "rerank",
    run: async (subject, model) => {
      const documents = ["The cat sleeps.", "Paris is the capital of France."];
      const answer = await ask(subject, "/v1/rerank", { model, query: "What is the capital of France?", documents });
      const parsed = rankingShape.safeParse(answer.body);
      check(parsed.success, `the answer is no ranking: ${shown(answer.body)}`);
      check(
        parsed.data.results[0]?.index === 1,
        `the best document is not the one that answers: ${shown(answer.body)}`,
      );
    },
  },
];
