import * as z from "zod";

/** A connection to V8's inspector of one isolate. */
export interface Inspector {
  call<Answer>(method: string, params: object, schema: z.ZodType<Answer>): Promise<Answer>;
  close(): void;
}

const answerSchema = z.object({
  id: z.int().optional(),
  result: z.unknown().optional(),
  error: z.object({ message: z.string() }).optional(),
});

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** Connects to an isolate by the name of its service. */
export async function inspect(inspector: URL, isolate: string): Promise<Inspector> {
  const socket = new WebSocket(new URL(`/${isolate}`, inspector));
  const waiting = new Map<number, Waiting>();
  let last_id = 0;
  socket.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
    // Events have no id, and nobody asked for them.
    const { id, result, error } = answerSchema.safeParse(JSON.parse(String(data))).data ?? {};
    const caller = id === undefined ? undefined : waiting.get(id);
    if (id === undefined || caller === undefined) return;
    waiting.delete(id);
    if (error === undefined) caller.resolve(result);
    else caller.reject(new Error(`${isolate}: ${error.message}`));
  });
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener("open", () => resolve());
    socket.addEventListener("error", () => reject(new Error(`the inspector of ${isolate} does not answer`)));
  });
  socket.addEventListener("close", () => {
    for (const { reject } of waiting.values()) reject(new Error(`the inspector of ${isolate} hung up`));
  });
  return {
    call: async (method, params, schema) => {
      last_id += 1;
      const id = last_id;
      const answer = new Promise<unknown>((resolve, reject) => waiting.set(id, { resolve, reject }));
      socket.send(JSON.stringify({ id, method, params }));
      return schema.parse(await answer);
    },
    close: () => socket.close(),
  };
}
