import { checkedPost, isTaken } from "../../../schema/http/checked-post.ts";
import type { Effects } from "../../../schema/kernel/effects.ts";
import { log } from "../../../schema/kernel/log.ts";
import { otlpJson } from "./otlp.ts";
import type { Attributes, Span } from "./span.ts";

/** Where traces go. */
export interface Collector {
  /** With the path, `https://…/v1/traces`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly allow_private: boolean;
  readonly resource: Attributes;
}

export interface ExportTools {
  readonly effects: Pick<Effects, "now" | "fetch" | "wait">;
  waitUntil(promise: Promise<unknown>): void;
}

/** Spans of one request to the collector, about 1 KB each; OpenTelemetry's own default. */
const BATCH = 512;
/** Spans that wait: what comes beyond is dropped, and counted. */
const WAITING_MAX = 2_048;
const FLUSH_MS = 1_000;
/** A flush that was begun and did not come has died with the request that it belonged to. */
const FLUSH_LOST_MS = 15_000;

/** The spans of one isolate on their way to a collector, at most once a second, behind the requests they belong to. */
export class TraceExporter {
  readonly #collector: Collector;
  #waiting: Span[] = [];
  #dropped = 0;
  #scheduled_at: number | null = null;

  constructor(collector: Collector) {
    this.#collector = collector;
  }

  add(spans: readonly Span[], { effects, waitUntil }: ExportTools): void {
    const room = Math.max(0, WAITING_MAX - this.#waiting.length);
    this.#dropped += Math.max(0, spans.length - room);
    this.#waiting.push(...spans.slice(0, room));
    const now = effects.now();
    if (this.#scheduled_at !== null && now - this.#scheduled_at < FLUSH_LOST_MS) return;
    this.#scheduled_at = now;
    waitUntil(effects.wait(FLUSH_MS).then(() => this.#flush(effects)));
  }

  /** What a collector does not take is dropped and counted: traces are a sample, and the next ones come soon. */
  async #flush(effects: ExportTools["effects"]): Promise<void> {
    this.#scheduled_at = null;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH);
      const { url, headers, resource } = this.#collector;
      const body = otlpJson(batch, resource);
      const posted = await checkedPost(
        { url, headers: { "content-type": "application/json", ...headers }, body },
        this.#collector,
        effects,
      );
      if (isTaken(posted)) continue;
      this.#dropped += batch.length;
      log("warn", "traces_not_sent", {
        spans: this.#dropped,
        problem: posted.status === "failed" ? posted.problem : `status ${posted.http_status}`,
      });
      this.#dropped = 0;
      return;
    }
    if (this.#dropped > 0) log("warn", "traces_not_sent", { spans: this.#dropped, problem: "more than could be sent" });
    this.#dropped = 0;
  }
}
