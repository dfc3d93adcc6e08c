import type { SandboxEffects } from "./effects.ts";
import type { FlakyCounts } from "./models/flaky.ts";
import type { SeenLog } from "./seen.ts";

/** What one sandbox remembers between requests. */
export interface SandboxState {
  readonly effects: SandboxEffects;
  readonly seen: SeenLog;
  readonly flaky: FlakyCounts;
}
