import { EventSourceParserStream } from "eventsource-parser/stream";
import { useEffect, useRef, useState } from "react";
import { effects } from "../lib/effects.ts";
import { parseJson, type Row, rowOf } from "../lib/json.ts";
import { apiErrorOf } from "./api-error.ts";
import { apiFetch } from "./send.ts";

export interface LiveEvent {
  readonly event: string;
  readonly data: Row;
}

/** `open` while events come; `waiting` between a broken connection and the next; `refused` where one may not. */
export type LiveState = "connecting" | "open" | "waiting" | "refused";

const BACK_OFF_MS_MIN = 2_000;
const BACK_OFF_MS_MAX = 60_000;

/**
 * Listens to a path of server-sent events for as long as the page is there and seen. A hidden tab does not listen: it
 * connects anew when it is looked at again.
 */
export function useLive(path: string | null, onEvent: (event: LiveEvent) => void): LiveState {
  const [state, setState] = useState<LiveState>("connecting");
  const told = useRef(onEvent);
  told.current = onEvent;
  useEffect(() => {
    if (path === null) return;
    let listening: AbortController | null = null;
    const start = (): void => {
      if (document.visibilityState === "hidden") {
        listening?.abort();
        listening = null;
      } else if (listening === null) {
        listening = new AbortController();
        void listen(path, listening.signal, (event) => told.current(event), setState);
      }
    };
    start();
    document.addEventListener("visibilitychange", start);
    return () => {
      document.removeEventListener("visibilitychange", start);
      listening?.abort();
    };
  }, [path]);
  return state;
}

/** Connects again and again until it is stopped, or refused. */
async function listen(
  path: string,
  signal: AbortSignal,
  tell: (event: LiveEvent) => void,
  show: (state: LiveState) => void,
): Promise<void> {
  for (let failures = 0; !signal.aborted; failures += 1) {
    try {
      const { body } = await apiFetch(new Request(new URL(path, location.origin), { signal }));
      show("open");
      for await (const { event, data } of events(body)) {
        failures = 0;
        tell({ event: event ?? "message", data: rowOf(parseJson(data)) });
      }
    } catch (error) {
      if (signal.aborted) return;
      const { status } = apiErrorOf(error);
      if (status === 401 || status === 403 || status === 404) return show("refused");
    }
    if (signal.aborted) return;
    show("waiting");
    await effects.wait(Math.min(BACK_OFF_MS_MAX, BACK_OFF_MS_MIN * 2 ** failures), signal);
  }
}

async function* events(body: ReadableStream<Uint8Array> | null) {
  if (body === null) return;
  const reader = body
    .pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
    .pipeThrough(new EventSourceParserStream())
    .getReader();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
