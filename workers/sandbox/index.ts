import { answerStandIns } from "./answer-stand-ins.ts";
import { runtimeSandboxEffects } from "./effects.ts";
import { createSandbox } from "./handler.ts";
import type { StandInsEnv } from "./stand-ins.ts";

export { Vectorize } from "./vectorize/entrypoint.ts";
export { VectorStore } from "./vectorize/vector-store.ts";
export { WorkersAi } from "./workers-ai/entrypoint.ts";

/** The sandbox provider as a worker. Its memory of requests is the isolate's, which is enough for a test aid. */
const sandbox = createSandbox(runtimeSandboxEffects());

export default {
  fetch: async (request, env) => (await answerStandIns(request, env)) ?? sandbox(request),
} satisfies ExportedHandler<StandInsEnv>;
