import type { ChatMessage } from "../../../../schema/wire/openai-chat.ts";

/** The only form of a tool call's id that the API takes. */
const OWN_ID = /^[a-zA-Z0-9]{9}$/;

const ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/**
 * An id of nine letters and digits for every tool call and result in a conversation, one to one. An id in the API's own form
 * stays. Any other becomes a hash of itself alone, so that it is the same in every turn: what is added later comes later in
 * the order of appearance, and cannot move what was there. The caller never sees one: answers have ids of the API's own.
 */
export function callIds(messages: readonly ChatMessage[]): ReadonlyMap<string, string> {
  const mentioned = new Set(messages.flatMap(idsOf));
  const taken = new Set([...mentioned].filter((id) => OWN_ID.test(id)));
  const ids = new Map<string, string>();
  for (const id of mentioned) {
    if (OWN_ID.test(id)) ids.set(id, id);
    else {
      const made = free(id, taken);
      taken.add(made);
      ids.set(id, made);
    }
  }
  return ids;
}

function idsOf(message: ChatMessage): readonly string[] {
  if (message.role === "assistant") return (message.tool_calls ?? []).map(({ id }) => id);
  return message.role === "tool" ? [message.tool_call_id] : [];
}

function free(id: string, taken: ReadonlySet<string>): string {
  for (let attempt = 0; ; attempt += 1) {
    const made = nineOf(attempt === 0 ? id : `${id}\u0000${attempt}`);
    if (!taken.has(made)) return made;
  }
}

/** Two hashes of 32 bits, five digits of base 62 from one and four from the other. */
const nineOf = (text: string): string => `${digits(hash(text, 0x811c9dc5), 5)}${digits(hash(text, 0x9747b28c), 4)}`;

function digits(value: number, count: number): string {
  let rest = value;
  let out = "";
  for (let at = 0; at < count; at += 1) {
    out += ALPHABET.charAt(rest % ALPHABET.length);
    rest = Math.floor(rest / ALPHABET.length);
  }
  return out;
}

/** FNV-1a in 32 bits with a last mix of its bits: to tell ids apart, not to keep secrets. */
function hash(text: string, seed: number): number {
  let value = seed;
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
