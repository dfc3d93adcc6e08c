import type { ChatRequest } from "../../../../schema/wire/openai-chat.ts";

/** How a provider spells the names of tools. */
export interface NameRule {
  /** The whole of an acceptable name. */
  readonly name: RegExp;
  /** One character that cannot stand in a name, anywhere in it: with the flags `gu`. */
  readonly foreign: RegExp;
  readonly chars_max: number;
}

/** Anthropic's, and OpenAI's but for the length. */
export const DASHED_NAMES: NameRule = { name: /^[a-zA-Z0-9_-]{1,128}$/, foreign: /[^a-zA-Z0-9_-]/gu, chars_max: 128 };

/** A changed name ends in `_` and the eight digits of its hash; more is kept for one that is taken. */
const SUFFIX_CHARS = 18;

/** Names in both directions, one to one. A name that needs no change is in neither map. */
export interface ToolNames {
  readonly to_upstream: ReadonlyMap<string, string>;
  readonly to_caller: ReadonlyMap<string, string>;
  /** A name for a tool of ours that no tool of the caller has. */
  readonly json_tool: string;
}

/**
 * Names for all tools that a request mentions, in its tools and in its history. A changed name ends in a hash of the
 * caller's, so that it is the same in every turn whatever stands beside it: prompt caches stay valid.
 */
export function toolNames(request: ChatRequest, rule: NameRule = DASHED_NAMES): ToolNames {
  const names = mentionedNames(request);
  const taken = new Set([...names].filter((name) => rule.name.test(name)));
  const to_upstream = new Map<string, string>();
  for (const name of names) {
    if (rule.name.test(name)) continue;
    const upstream = free(changedName(name, rule), taken);
    taken.add(upstream);
    to_upstream.set(name, upstream);
  }
  const to_caller = new Map([...to_upstream].map(([caller, upstream]) => [upstream, caller]));
  return { to_upstream, to_caller, json_tool: free("json", taken) };
}

/** Begins with a letter, which every provider takes. */
function changedName(name: string, { foreign, chars_max }: NameRule): string {
  const spelled = name.replaceAll(foreign, "_").slice(0, chars_max - SUFFIX_CHARS);
  return `${/^[a-zA-Z_]/.test(spelled) ? spelled : `_${spelled}`}_${hash(name)}`;
}

function mentionedNames(request: ChatRequest): ReadonlySet<string> {
  const offered = (request.tools ?? []).flatMap((tool) => (tool.type === "function" ? [tool.function.name] : []));
  const called = request.messages.flatMap((message) =>
    message.role === "assistant" ? (message.tool_calls ?? []).map((call) => call.function.name) : [],
  );
  return new Set([...offered, ...called]);
}

function free(wanted: string, taken: ReadonlySet<string>): string {
  let name = wanted;
  while (taken.has(name)) name = `${name}_`;
  return name;
}

/** FNV-1a in 32 bits, as eight hexadecimal digits: to tell names apart, not to keep secrets. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193);
  return (value >>> 0).toString(16).padStart(8, "0");
}

/**
 * A tool call's id in the alphabet that every provider takes. Ids made elsewhere (a turn served by another provider) may have
 * colons and dots; the change depends on the id alone, so call and result still name each other.
 */
export function upstreamCallId(id: string): string {
  return /^[a-zA-Z0-9_-]+$/.test(id) ? id : `${id.replaceAll(/[^a-zA-Z0-9_-]/gu, "_")}_${hash(id)}`;
}

/** The same id where a provider bounds its length: a longer one ends in the hash of the whole. */
export const boundedCallId = (id: string, chars_max: number): string =>
  id.length <= chars_max ? id : `${id.slice(0, chars_max - HASH_CHARS - 1)}_${hash(id)}`;

const HASH_CHARS = 8;
