/** Rows as they are read from D1, some hundred at a time. */
export type Pages<Row> = AsyncIterable<readonly Row[]>;

/**
 * A stream of what a generator yields, which runs only as far as somebody reads: nothing is made ahead. When the reader
 * leaves, the generator ends, and with it whatever it reads from. What it throws breaks the stream off.
 */
export function byteStream(chunks: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await chunks.next();
        if (next.done === true) controller.close();
        else controller.enqueue(next.value);
      },
      async cancel() {
        await chunks.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}
