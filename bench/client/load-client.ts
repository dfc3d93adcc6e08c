import { connect } from "node:net";
import { createEventCounter } from "./event-counter.ts";
import { type Job, type JobResult, jobSchema } from "./job.ts";
import { createResponseReader } from "./response-reader.ts";

/**
 * The load, a process of its own: keep-alive connections over bare sockets, each with one request at a time, so that
 * concurrency is the number of connections. One job after the other, asked for by the parent.
 */

process.on("message", (message: unknown) => {
  run(jobSchema.parse(message)).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.on("disconnect", () => process.exit(0));

interface Tally {
  readonly latencies: number[];
  readonly first_bytes: number[];
  readonly gaps: number[];
  failures: number;
  first_failure: string | null;
  events: number;
  bursts: number;
}

async function run(job: Job): Promise<JobResult> {
  const requests = job.authorizations.map((authorization) => requestBytes(job, authorization));
  const tally: Tally = {
    latencies: [],
    first_bytes: [],
    gaps: [],
    failures: 0,
    first_failure: null,
    events: 0,
    bursts: 0,
  };
  const begun = performance.now();
  const until = begun + job.duration_ms;
  let turn = 0;
  const next = (): Buffer | null => {
    if (performance.now() >= until) return null;
    turn += 1;
    return requests[turn % requests.length] ?? null;
  };
  await Promise.all(Array.from({ length: job.concurrency }, () => connection(job, next, tally)));
  return {
    requests: tally.latencies.length,
    failures: tally.failures,
    first_failure: tally.first_failure,
    elapsed_ms: performance.now() - begun,
    latencies_ms: Float32Array.from(tally.latencies),
    first_byte_ms: Float32Array.from(tally.first_bytes),
    gaps_ms: Float32Array.from(tally.gaps),
    events: tally.events,
    bursts: tally.bursts,
  };
}

function requestBytes(job: Job, authorization: string): Buffer {
  const headers = {
    host: `127.0.0.1:${job.port}`,
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(job.body)),
    authorization,
    ...job.headers,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST ${job.path} HTTP/1.1\r\n${lines.join("")}\r\n${job.body}`);
}

/** Sends what `next` gives until it gives null. Resolves when the last answer is there, or the connection broke. */
function connection(job: Job, next: () => Buffer | null, tally: Tally): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ port: job.port, host: "127.0.0.1", noDelay: true });
    const counter = createEventCounter();
    let status = 0;
    let sent_at = 0;
    let read_at = 0;
    let first = true;
    let failure = "";
    let waiting = false;
    const send = (): void => {
      const request = next();
      if (request === null) {
        socket.end();
        resolve();
        return;
      }
      first = true;
      failure = "";
      waiting = true;
      counter.reset();
      sent_at = performance.now();
      socket.write(request);
    };
    let read_events = 0;
    const reader = createResponseReader({
      head: (value) => {
        status = value;
      },
      body: (buffer, from, to) => {
        if (status !== job.status && failure.length < 500) failure += buffer.toString("utf8", from, to);
        if (!job.stream) return;
        if (first) tally.first_bytes.push(read_at - sent_at);
        first = false;
        read_events += counter.count(buffer, from, to);
      },
      end: () => {
        waiting = false;
        tally.latencies.push(performance.now() - sent_at);
        if (status !== job.status) {
          tally.failures += 1;
          tally.first_failure ??= `status ${status}: ${failure}`;
        }
        send();
      },
    });
    let last_read_at = 0;
    socket.on("data", (buffer: Buffer) => {
      read_at = performance.now();
      const fresh = first;
      read_events = 0;
      reader.feed(buffer);
      if (read_events === 0) return;
      tally.events += read_events;
      if (read_events > 1) tally.bursts += 1;
      if (!fresh) tally.gaps.push(read_at - last_read_at);
      last_read_at = read_at;
    });
    socket.on("connect", send);
    // A broken connection is closed too, and told of there.
    socket.on("error", () => undefined);
    socket.on("close", () => {
      if (waiting) {
        tally.failures += 1;
        tally.first_failure ??= "the connection was closed before the answer was complete";
      }
      resolve();
    });
  });
}
