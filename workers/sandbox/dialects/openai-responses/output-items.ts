import { hashedId } from "../../hash.ts";
import type { GatheredChoice } from "../../models/gathered.ts";
import { signatureOf } from "../../models/signature.ts";

/** What the caller wants to see of the reasoning. */
export interface Shown {
  readonly summary: boolean;
  readonly encrypted: boolean;
}

/** The items of an output; their ids are made from `seed` and their place in it. */

export const itemId = (prefix: string, seed: string, index: number): string =>
  `${prefix}_${hashedId(`${seed}:${index}`, 40)}`;

export const outputText = (text: string): object => ({ type: "output_text", text, annotations: [], logprobs: [] });

export const messageItem = (id: string, text: string | null, status: string): object => ({
  id,
  type: "message",
  status,
  role: "assistant",
  content: text === null ? [] : [outputText(text)],
});

export const callItem = (
  id: string,
  call: { id: string; name: string; arguments: string },
  status: string,
): object => ({
  id,
  type: "function_call",
  status,
  arguments: call.arguments,
  call_id: call.id,
  name: call.name,
});

export const summaryPart = (text: string): object => ({ type: "summary_text", text });

export const reasoningItem = (id: string, text: string, shown: Shown): object => ({
  id,
  type: "reasoning",
  summary: shown.summary && text !== "" ? [summaryPart(text)] : [],
  ...(shown.encrypted ? { encrypted_content: signatureOf(text) } : {}),
});

/** The whole output of an answer. */
export function outputItems(choice: GatheredChoice, seed: string, shown: Shown): readonly object[] {
  const { content, reasoning, calls, finish } = choice;
  const status = finish === "length" ? "incomplete" : "completed";
  const items: ((index: number) => object)[] = [];
  if (reasoning !== "") items.push((index) => reasoningItem(itemId("rs", seed, index), reasoning, shown));
  if (content !== "") items.push((index) => messageItem(itemId("msg", seed, index), content, status));
  for (const call of calls) items.push((index) => callItem(itemId("fc", seed, index), call, status));
  return items.map((make, index) => make(index));
}
