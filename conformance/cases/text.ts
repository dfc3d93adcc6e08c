import { streamed, user, whole } from "../chat.ts";
import { type Case, check, shown } from "../kit.ts";

const HELLO = "Say exactly: Grüße, 世界 🚀";

/** Text, whole and streamed, and how it ends. */
export const TEXT_CASES: readonly Case[] = [
  {
    name: "a whole answer",
    feature: "text",
    capability: "chat",
    run: async (subject, model) => {
      const said = await whole(subject, model, { messages: [user(HELLO)] });
      check(said.text !== "", "the answer is empty");
      check(said.finish === "stop", `it finished with ${said.finish}`);
      check((said.usage?.prompt_tokens ?? 0) > 0, `the prompt was not counted: ${shown(said.usage)}`);
      check((said.usage?.completion_tokens ?? 0) > 0, `the answer was not counted: ${shown(said.usage)}`);
      check(!subject.predictable || said.text === HELLO, `it said ${shown(said.text)}`);
    },
  },
  {
    name: "a streamed answer",
    feature: "streaming",
    capability: "chat",
    run: async (subject, model) => {
      const said = await streamed(subject, model, { messages: [user(HELLO)] });
      check(said.text !== "", "the answer is empty");
      check(said.finish === "stop", `it finished with ${said.finish}`);
      if (!subject.predictable) return;
      const same = await whole(subject, model, { messages: [user(HELLO)] });
      check(said.text === same.text, `streamed it said ${shown(said.text)}, whole ${shown(same.text)}`);
      check(
        JSON.stringify(said.usage) === JSON.stringify(same.usage),
        `streamed it used ${shown(said.usage)}, whole ${shown(same.usage)}`,
      );
    },
  },
  {
    name: "several system messages",
    feature: "text",
    capability: "chat",
    run: async (subject, model) => {
      const said = await whole(subject, model, {
        messages: [
          { role: "system", content: "Be brief." },
          {
            role: "system",
            content: [
              { type: "text", text: "Answer in English." },
              { type: "text", text: "Be kind." },
            ],
          },
          user("Hello"),
          { role: "assistant", content: "Hello!" },
          user("Again, please."),
        ],
      });
      check(said.text !== "", "the answer is empty");
    },
  },
  {
    name: "an answer that reaches its bound",
    feature: "text",
    capability: "chat",
    run: async (subject, model) => {
      const body = { max_tokens: 16, messages: [user(`Repeat this: ${"word ".repeat(200)}`)] };
      for (const said of [await whole(subject, model, body), await streamed(subject, model, body)]) {
        check(said.finish === "length", `it finished with ${said.finish}`);
        check((said.usage?.completion_tokens ?? 0) <= 32, `it used ${shown(said.usage)} although 16 were the bound`);
      }
    },
  },
  {
    name: "a stop sequence",
    feature: "text",
    capability: "chat",
    run: async (subject, model) => {
      const said = await whole(subject, model, { stop: "END", messages: [user("Repeat exactly: one two END three")] });
      check(!said.text.includes("three"), `it went on behind the stop sequence: ${shown(said.text)}`);
      check(said.finish === "stop", `it finished with ${said.finish}`);
    },
  },
  {
    name: "a field that nobody knows",
    feature: "text",
    capability: "chat",
    run: async (subject, model) => {
      const said = await whole(subject, model, { messages: [{ ...user("Hello"), x_unknown: 1 }] });
      check(said.text !== "", "the answer is empty");
    },
  },
];
