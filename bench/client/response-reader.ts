/** What a reader tells about the response that it reads. Ranges are of the buffer that was fed. */
export interface ResponseEvents {
  head(status: number): void;
  body(buffer: Buffer, from: number, to: number): void;
  /** The response is complete; the reader is ready for the next one. */
  end(): void;
}

export interface ResponseReader {
  feed(buffer: Buffer): void;
}

const HEAD_END = Buffer.from("\r\n\r\n");
const CR = 13;
const LF = 10;

type State = "head" | "length" | "size" | "chunk" | "chunk_end" | "trailer";

/**
 * Reads HTTP/1.1 responses off a connection, and no more of HTTP than the targets of a benchmark speak: a content-length
 * or chunks, no trailers, no interim responses. Small, because the client shares the machine with what it measures.
 */
export function createResponseReader(events: ResponseEvents): ResponseReader {
  let state: State = "head";
  let head: Buffer = Buffer.alloc(0);
  let left = 0;
  let size = "";

  /** Reads from `at` what belongs to the present state and answers how far it came. */
  function step(buffer: Buffer, at: number): number {
    switch (state) {
      case "head":
        return readHead(buffer, at);
      case "length":
        return take(buffer, at, () => end());
      case "size":
        return readSize(buffer, at);
      case "chunk":
        return take(buffer, at, () => {
          state = "chunk_end";
        });
      case "chunk_end":
        if (buffer[at] === LF) state = "size";
        return at + 1;
      case "trailer":
        if (buffer[at] === LF) end();
        return at + 1;
    }
  }

  function readHead(buffer: Buffer, at: number): number {
    const rest = buffer.subarray(at);
    const known = head.length;
    const joined = known === 0 ? rest : Buffer.concat([head, rest]);
    const found = joined.indexOf(HEAD_END);
    if (found === -1) {
      head = Buffer.from(joined);
      return buffer.length;
    }
    head = Buffer.alloc(0);
    const text = joined.toString("latin1", 0, found);
    const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1];
    events.head(Number(text.slice(9, 12)));
    left = Number(length ?? 0);
    state = length === undefined ? "size" : "length";
    if (length !== undefined && left === 0) end();
    return at + found + HEAD_END.length - known;
  }

  function take(buffer: Buffer, at: number, done: () => void): number {
    const to = Math.min(buffer.length, at + left);
    events.body(buffer, at, to);
    left -= to - at;
    if (left === 0) done();
    return to;
  }

  function readSize(buffer: Buffer, at: number): number {
    let to = at;
    while (to < buffer.length && buffer[to] !== LF) to += 1;
    size += buffer.toString("latin1", at, buffer[to - 1] === CR ? to - 1 : to);
    if (to === buffer.length) return to;
    left = Number.parseInt(size, 16);
    size = "";
    state = left === 0 ? "trailer" : "chunk";
    return to + 1;
  }

  function end(): void {
    state = "head";
    events.end();
  }

  return {
    feed: (buffer) => {
      let at = 0;
      while (at < buffer.length) at = step(buffer, at);
    },
  };
}
