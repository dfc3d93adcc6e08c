import { createOpenAiAdapter } from "../openai/create-adapter.ts";
import { SUPPORT } from "./support.ts";

/** Cerebras Inference. Its system role is what OpenAI's developer role is, which it does not know. */
export const cerebras = createOpenAiAdapter({
  kind: "cerebras",
  support: SUPPORT,
  output_bound: "max_completion_tokens",
  adjust: ({ request }) => {
    if (!request.messages.some(({ role }) => role === "developer")) return { fields: {}, warnings: [] };
    const messages = request.messages.map((message) =>
      message.role === "developer" ? { ...message, role: "system" } : message,
    );
    return { fields: { messages }, warnings: [] };
  },
});
