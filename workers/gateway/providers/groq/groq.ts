import { isJsonObject } from "../../../../schema/kernel/json.ts";
import { convertUsage } from "../openai/convert-usage.ts";
import { createOpenAiAdapter } from "../openai/create-adapter.ts";
import { SUPPORT } from "./support.ts";

/** Groq. A stream states what was used in `x_groq` of its last chunk, whether or not it was asked to. */
export const groq = createOpenAiAdapter({
  kind: "groq",
  support: SUPPORT,
  output_bound: "max_completion_tokens",
  usageOf: ({ usage, x_groq }) => convertUsage(usage ?? (isJsonObject(x_groq) ? x_groq.usage : undefined)),
  adjust: ({ request }) => {
    // Names of messages are a 400 there.
    if (!request.messages.some((message) => "name" in message)) return { fields: {}, warnings: [] };
    const messages = request.messages.map((message) => ({ ...message, name: undefined }));
    return { fields: { messages }, warnings: ["name of messages left out: the provider refuses it"] };
  },
});
