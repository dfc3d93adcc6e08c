import * as z from "zod";
import type { TestPlatform } from "./platform.ts";

const seenSchema = z.object({
  request_id: z.string().nullable(),
  model: z.string().nullable(),
  stream: z.boolean(),
  status: z.number().nullable(),
  state: z.enum(["open", "finished", "cancelled"]),
  max_tokens: z.number().nullable(),
  include_usage: z.boolean(),
  header_names: z.array(z.string()),
  body_fields: z.array(z.string()),
  prompt_tokens: z.number(),
  tokens_generated: z.number(),
});

/** What of one request reached the sandbox provider, and what became of it there. */
export type SeenRequest = z.infer<typeof seenSchema>;

/** What reached the sandbox, oldest first; of one upstream request id (`x-ao-request-id`) when it is given. */
export async function seen(platform: TestPlatform, request_id?: string): Promise<readonly SeenRequest[]> {
  const query = request_id === undefined ? "" : `?request_id=${encodeURIComponent(request_id)}`;
  const { body } = await platform.sandbox(`/_seen${query}`);
  return z.object({ data: z.array(seenSchema) }).parse(JSON.parse(body)).data;
}

/** How many calls that could cost something reached the sandbox while `act` ran: its health is looked at all the time. */
export async function upstreamCalls(platform: TestPlatform, act: () => Promise<unknown>): Promise<number> {
  await platform.sandbox("/_seen", "DELETE");
  await act();
  return (await seen(platform)).filter(({ body_fields }) => body_fields.length > 0).length;
}
