import { createOpenAiAdapter } from "../openai/create-adapter.ts";
import { SUPPORT } from "./support.ts";

/** A vLLM server, wherever its base URL says; the key is optional. It reranks in Jina's contract. */
export const vllm = createOpenAiAdapter({ kind: "vllm", support: SUPPORT, output_bound: "max_tokens" });
