import { createOpenAiAdapter } from "../openai/create-adapter.ts";
import { SUPPORT } from "./support.ts";

/** Fireworks AI. */
export const fireworks = createOpenAiAdapter({ kind: "fireworks", support: SUPPORT, output_bound: "max_tokens" });
