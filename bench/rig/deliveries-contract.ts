import * as z from "zod";

/** What the worker that consumes events is asked, as JSON. */
export const deliverSchema = z.object({
  kind: z.literal("deliver"),
  /** Queue messages in batches, as the queue would make them: which event it is, and how often it was delivered. */
  batches: z.array(z.array(z.object({ event: z.int(), attempts: z.int() }))),
  /** Dead letters, delivered in place of events, as their JSON. */
  letters: z.array(z.string()),
  /** Share of writes that fail, half of them after they were done. */
  fault_rate: z.number(),
  seed: z.int(),
});

export const checkSchema = z.object({ kind: z.literal("check"), from: z.int(), to: z.int() });

export const deliveryTaskSchema = z.discriminatedUnion("kind", [deliverSchema, checkSchema]);
export type DeliveryTask = z.infer<typeof deliveryTaskSchema>;

export const deliverResultSchema = z.object({
  /** For each batch, the places of the messages that were not acknowledged. */
  back: z.array(z.array(z.int())),
  /** How many writes were made to fail. */
  faults: z.int(),
});

export const checkResultSchema = z.object({ differences: z.array(z.unknown()) });
