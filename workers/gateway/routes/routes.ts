import type { Route } from "../http/route.ts";
import { chatCompletions } from "./chat-completions.ts";
import { completions } from "./completions.ts";
import { countMessageTokens } from "./count-message-tokens.ts";
import { embeddings } from "./embeddings.ts";
import { routingExplain } from "./explain-routing.ts";
import { feedback } from "./feedback.ts";
import { health, ready } from "./health.ts";
import { messages } from "./messages.ts";
import { metrics } from "./metrics.ts";
import { models } from "./models.ts";
import { providerHealth } from "./provider-health.ts";
import { providerModels } from "./provider-models.ts";
import { referenceRoutes } from "./reference.ts";
import { routingReplay } from "./replay-routing.ts";
import { rerank } from "./rerank.ts";
import { responses } from "./responses.ts";
import { providerSync } from "./sync-provider.ts";
import { providerTest } from "./test-provider.ts";
import { walletBalance } from "./wallet-balance.ts";

/** Every route of the data plane. Whatever else is asked for goes to the console. */
export const ROUTES: readonly Route[] = [
  chatCompletions,
  responses,
  completions,
  messages,
  countMessageTokens,
  embeddings,
  rerank,
  models,
  walletBalance,
  feedback,
  providerTest,
  providerHealth,
  providerModels,
  providerSync,
  routingExplain,
  routingReplay,
  health,
  ready,
  metrics,
  ...referenceRoutes(() => ROUTES),
];
