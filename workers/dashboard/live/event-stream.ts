import type { Effects } from "../../../schema/kernel/effects.ts";

/** Proxies and browsers close what is silent for long. At each beat it is asked again whether the caller may see this. */
const HEARTBEAT_MS = 15_000;

/** Why a stream ends that its reader has not left: whoever may still see something connects anew. */
export type EndReason = "no_longer_allowed" | "rights_changed";

/** What an open event stream can do. */
export interface EventSink {
  /** Sends one event, its data as JSON. Nothing once the stream has ended. */
  send(event: string, data: object): void;
  /** Ends the stream, also for what feeds it. */
  end(): void;
  /** Fires when the stream has ended, whoever ended it. */
  readonly ended: AbortSignal;
}

export interface StreamOptions {
  readonly effects: Pick<Effects, "wait">;
  /** Feeds the stream until it has ended. */
  feed(sink: EventSink): Promise<void>;
  /** Why the caller may not see it any more as they did, or null; asked every 15 seconds. */
  endBecause(): Promise<EndReason | null>;
  waitUntil(work: Promise<unknown>): void;
}

/**
 * Server-sent events (text/event-stream) until the caller leaves, may not see them any more, or `feed` ends them. A
 * comment every 15 seconds keeps the connection open.
 */
export function eventStream({ effects, feed, endBecause, waitUntil }: StreamOptions): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const ending = new AbortController();
  const { signal: ended } = ending;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const write = (text: string): void => {
        if (ended.aborted) return;
        try {
          controller.enqueue(encoder.encode(text));
        } catch {
          ending.abort();
        }
      };
      const sink: EventSink = {
        send: (event, data) => write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
        end: () => {
          if (ended.aborted) return;
          ending.abort();
          controller.close();
        },
        ended,
      };
      // A reader that stops reading is not written to without end.
      const isStuck = (): boolean => (controller.desiredSize ?? 0) < -STUCK_CHUNKS;
      const keepOpen = async (): Promise<void> => {
        for (;;) {
          await effects.wait(HEARTBEAT_MS, ended);
          if (ended.aborted) return;
          const reason = isStuck() ? "no_longer_allowed" : await endBecause();
          if (reason !== null) {
            sink.send("end", { reason });
            sink.end();
            return;
          }
          write(": still here\n\n");
        }
      };
      // Tells proxies and clients at once that the stream is open, and how soon to come back when it breaks.
      write("retry: 2000\n\n");
      waitUntil(keepOpen());
      waitUntil(feed(sink).catch(() => sink.end()));
    },
    cancel() {
      ending.abort();
    },
  });
}

/** So many events wait at most for a reader that is slow. */
const STUCK_CHUNKS = 1_000;
