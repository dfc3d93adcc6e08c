const LF = 10;

/** Counts the server-sent events that end in what it is fed: two line feeds in a row, also across two pieces. */
export function createEventCounter(): { count(buffer: Buffer, from: number, to: number): number; reset(): void } {
  let after_line = false;
  return {
    count: (buffer, from, to) => {
      let events = 0;
      for (let at = buffer.indexOf(LF, from); at !== -1 && at < to; at = buffer.indexOf(LF, at + 1)) {
        if (at === from ? after_line : buffer[at - 1] === LF) events += 1;
      }
      after_line = buffer[to - 1] === LF;
      return events;
    },
    reset: () => {
      after_line = false;
    },
  };
}
