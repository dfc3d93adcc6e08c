import type { LiveMessage } from "../../../schema/wire/live.ts";
import { isShard } from "../../../schema/wire/shards.ts";
import type { ConsoleScope } from "../http/scope.ts";
import type { EventSink } from "./event-stream.ts";
import { showLiveRequest, showLiveWallet } from "./shown.ts";
import { watchWallet } from "./watch-wallet.ts";

const BACK_OFF_MS_MIN = 500;
const BACK_OFF_MS_MAX = 30_000;

/**
 * Sends what the objects tell until the stream ends. An object that was restarted is watched again; one that too many
 * watch, or that does not answer, is tried less and less often.
 * @param teams those whose requests the caller may see; null is all, of no team too
 */
export async function followObjects(
  scope: Pick<ConsoleScope, "env" | "effects">,
  object_ids: readonly string[],
  teams: readonly string[] | null,
  sink: EventSink,
): Promise<void> {
  await Promise.all(object_ids.map((id) => followObject(scope, id, teams, sink)));
}

async function followObject(
  { env, effects }: Pick<ConsoleScope, "env" | "effects">,
  object_id: string,
  teams: readonly string[] | null,
  sink: EventSink,
): Promise<void> {
  for (let failures = 0; !sink.ended.aborted; ) {
    const tell = (message: LiveMessage): void => {
      failures = 0;
      // A shard's own account is no wallet's: the wallet's object tells what it holds in all.
      if (message.wallet !== null && !isShard(object_id)) sink.send("wallet", showLiveWallet(message.wallet));
      const seen = message.requests.filter(({ team_id }) => teams === null || isAmong(teams, team_id));
      for (const request of seen) sink.send("request", showLiveRequest(request));
      // Of whom those were that were left out, nobody knows: they are told of where all beside them may be seen.
      if (message.left_out > 0 && seen.length > 0 && seen.length === message.requests.length) {
        sink.send("left_out", { requests: message.left_out });
      }
    };
    const end = await watchWallet(env.WALLET, object_id, sink.ended, tell);
    if (end === "too_many") sink.send("busy", { wallet_id: object_id });
    await effects.wait(Math.min(BACK_OFF_MS_MAX, BACK_OFF_MS_MIN * 2 ** failures), sink.ended);
    failures += 1;
  }
}

const isAmong = (teams: readonly string[], team_id: string | null): boolean =>
  team_id !== null && teams.includes(team_id);
