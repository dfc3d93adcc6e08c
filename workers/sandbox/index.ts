import { runtimeSandboxEffects } from "./effects.ts";
import { createSandbox } from "./handler.ts";

/** The sandbox provider as a worker. Its memory of requests is the isolate's, which is enough for a test aid. */
const sandbox = createSandbox(runtimeSandboxEffects());

export default { fetch: (request) => sandbox(request) } satisfies ExportedHandler;
