import { type Event, eventSchema } from "../../../schema/wire/events.ts";

export type ParsedEvent =
  | { readonly status: "event"; readonly event: Event }
  | { readonly status: "unreadable"; readonly reason: string };

/**
 * Reads a message body. The reason of an unreadable one names the fields at fault and what is wrong with them, never
 * what they hold: a path is cut before the names that callers choose, those of tags and usage.
 */
export function parseEvent(body: unknown): ParsedEvent {
  const parsed = eventSchema.safeParse(body);
  if (parsed.success) return { status: "event", event: parsed.data };
  const problems = parsed.error.issues.map((issue) => `${issue.path.slice(0, 2).join(".") || "message"} ${issue.code}`);
  return { status: "unreadable", reason: `not an event: ${[...new Set(problems)].slice(0, 5).join(", ")}` };
}
