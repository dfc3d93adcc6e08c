import type { Exchange } from "./exchange.ts";

/** Looks after a call until its answer is there, or a stream's relay takes over. */
export interface Watch {
  /** Who aborted the call, if anybody did. */
  readonly ended_by: "caller" | "clock" | null;
  stop(): void;
}

/** The caller's leaving ends the call, so does its total time; meanwhile the hold is kept alive. */
export function watchWhileWaiting(exchange: Exchange, caller: AbortSignal, abort: AbortController): Watch {
  const { config, waitUntil } = exchange.scope;
  let ended_by: Watch["ended_by"] = null;
  const end = (by: "caller" | "clock") => (): void => {
    ended_by ??= by;
    abort.abort();
  };
  const leave = end("caller");
  const watches = config.AO_CLIENT_GONE === "cancel";
  if (watches && caller.aborted) leave();
  else if (watches) caller.addEventListener("abort", leave);
  const { total_ms } = exchange.attempt.timeouts;
  const { effects, started_at } = exchange.scope;
  let beaten_at = started_at;
  // One timer for both: each costs a request about as much as checking its key.
  const tick = setInterval(
    () => {
      const now = effects.now();
      if (now - started_at >= total_ms) end("clock")();
      if (now - beaten_at < config.AO_HEARTBEAT_MS) return;
      beaten_at = now;
      waitUntil(exchange.hold.heartbeat());
    },
    Math.max(50, Math.min(config.AO_HEARTBEAT_MS, total_ms / 10)),
  );
  return {
    get ended_by() {
      return ended_by;
    },
    stop: () => {
      clearInterval(tick);
      caller.removeEventListener("abort", leave);
    },
  };
}
