import { WorkerEntrypoint } from "cloudflare:workers";
import { runtimeEffects } from "../../schema/kernel/effects.ts";
import type {
  CronRpc as CronMethods,
  DeadLetterPage,
  DeadLettersRequest,
  HourRange,
  ReplayAnswer,
  RollupRebuilt,
  RollupReport,
} from "../../schema/wire/cron-rpc.ts";
import { listDeadLetters } from "./dead-letters/list.ts";
import { replayDeadLetters } from "./dead-letters/replay.ts";
import type { Env } from "./env.ts";
import { checkRollup } from "./rollup/check.ts";
import { rebuildRollup } from "./rollup/rebuild.ts";

/** What operators may ask of this worker, see schema/wire/cron-rpc.ts. Reached over service bindings only. */
export class CronRpc extends WorkerEntrypoint<Env> implements CronMethods {
  listDeadLetters(request: DeadLettersRequest): Promise<DeadLetterPage> {
    return listDeadLetters(this.env.DB, request);
  }

  replayDeadLetters(ids: readonly string[] | "all"): Promise<ReplayAnswer> {
    return replayDeadLetters(this.env.DB, this.env.EVENTS, ids, runtimeEffects().now());
  }

  rollupCheck(range: HourRange): Promise<RollupReport> {
    return checkRollup(this.env.DB, range);
  }

  rollupRebuild(range: HourRange): Promise<RollupRebuilt> {
    return rebuildRollup(this.env.DB, range);
  }
}
