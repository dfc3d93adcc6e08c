import { type Failed, invalid } from "../errors.ts";

interface HistoryMessage {
  readonly role: string;
  readonly tool_call_id?: string | undefined;
  readonly tool_calls?: readonly { readonly id: string }[] | null | undefined;
}

/** Every call is answered by exactly the tool messages that follow it, by its id; the first break, or null. */
export function toolHistoryBroken(messages: readonly HistoryMessage[]): Failed | null {
  let open = new Set<string>();
  for (const [index, message] of messages.entries()) {
    const at = `messages[${index}]`;
    if (message.role === "tool") {
      if (message.tool_call_id === undefined || !open.delete(message.tool_call_id)) {
        const rule = "messages with role 'tool' must be a response to a preceding message with 'tool_calls'";
        return invalid(`Invalid parameter: ${rule}.`, `${at}.role`, null);
      }
      continue;
    }
    if (open.size > 0) return unanswered(open, at);
    if (message.role === "assistant") open = new Set((message.tool_calls ?? []).map((call) => call.id));
  }
  return open.size > 0 ? unanswered(open, `messages[${messages.length}]`) : null;
}

function unanswered(open: ReadonlySet<string>, at: string): Failed {
  const rule =
    "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'";
  return invalid(`${rule}. Without a response: ${[...open].join(", ")}.`, `${at}.role`, null);
}
