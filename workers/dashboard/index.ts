import { runtimeEffects } from "../../schema/kernel/effects.ts";
import { createApp } from "./app.ts";
import type { Env } from "./env.ts";
import { ROUTES } from "./routes/routes.ts";

export { ConsoleRpc } from "./rpc.ts";

const app = createApp(ROUTES, runtimeEffects());

export default {
  fetch: (request: Request, env: Env, context: ExecutionContext) => app.fetch(request, env, context),
};
