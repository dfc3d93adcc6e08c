import { isJsonObject, type Json } from "../../../../schema/kernel/json.ts";
import { type Failed, invalid } from "../../errors.ts";
import { isSigned } from "../../models/signature.ts";
import { cacheMarks } from "./cache-marks.ts";
import type { Block, MessagesPrompt, MessagesRequest, Turn } from "./wire.ts";

const MARKS_MAX = 4;

/** The rules between the fields of a prompt; the first that is broken, or null. */
export function promptRuleBroken(request: MessagesPrompt): Failed | null {
  return (
    turnsBroken(request.messages) ??
    toolChoiceBroken(request) ??
    formatBroken(request) ??
    (cacheMarks(request).length > MARKS_MAX
      ? invalid(`A maximum of ${MARKS_MAX} blocks with cache_control may be provided.`, "cache_control")
      : null)
  );
}

/** The rules that concern the answer: thinking excludes forced tools, other temperatures and a small max_tokens. */
export function messagesRuleBroken(request: MessagesRequest): Failed | null {
  const { thinking, max_tokens, temperature, top_k, tool_choice } = request;
  const broken = promptRuleBroken(request);
  if (broken !== null || thinking === undefined || thinking.type === "disabled") return broken;
  if (thinking.type === "enabled" && thinking.budget_tokens >= max_tokens) {
    return invalid("`max_tokens` must be greater than `thinking.budget_tokens`.", "max_tokens");
  }
  if (temperature !== undefined && temperature !== 1) {
    return invalid("`temperature` may only be set to 1 when thinking is enabled.", "temperature");
  }
  if (top_k !== undefined) return invalid("`top_k` must be unset when thinking is enabled.", "top_k");
  if (tool_choice?.type === "any" || tool_choice?.type === "tool") {
    return invalid("Thinking may not be enabled when tool_choice forces tool use.", "tool_choice");
  }
  return thinking.type === "enabled" ? lastTurnThinks(request.messages) : null;
}

export const blocksOf = ({ content }: Turn): readonly Block[] =>
  typeof content === "string" ? [{ type: "text", text: content }] : content;

function turnsBroken(turns: readonly Turn[]): Failed | null {
  if (turns[0]?.role !== "user") return invalid('first message must use the "user" role', "messages[0].role");
  let open = new Set<string>();
  for (const [at, turn] of turns.entries()) {
    const path = `messages[${at}]`;
    const broken =
      turn.role === "user" ? resultsBroken(blocksOf(turn), open, path) : assistantBroken(blocksOf(turn), open, path);
    if (broken !== null) return broken;
    open = new Set(turn.role === "user" ? [] : callIds(turn));
  }
  const last = turns.at(-1);
  if (open.size > 0) return unanswered(open, `messages[${turns.length - 1}]`);
  const end = last?.role === "assistant" ? blocksOf(last).at(-1) : undefined;
  if (end?.type === "text" && end.text !== end.text.trimEnd()) {
    return invalid("final assistant content cannot end with trailing whitespace", `messages[${turns.length - 1}]`);
  }
  return null;
}

const callIds = (turn: Turn): readonly string[] =>
  blocksOf(turn).flatMap((block) => (block.type === "tool_use" ? [block.id] : []));

/** A user turn answers every call of the turn before it, first of all and each once. */
function resultsBroken(blocks: readonly Block[], asked: ReadonlySet<string>, path: string): Failed | null {
  const open = new Set(asked);
  let others = false;
  for (const [at, block] of blocks.entries()) {
    const here = `${path}.content[${at}]`;
    if (block.type === "tool_use" || block.type === "thinking" || block.type === "redacted_thinking") {
      return invalid(`\`${block.type}\` blocks can only be in \`assistant\` messages`, here);
    }
    if (block.type !== "tool_result") {
      others = true;
      continue;
    }
    if (others) return invalid("`tool_result` blocks must come before all other content of the message", here);
    if (!open.delete(block.tool_use_id)) {
      const rule = `unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${block.tool_use_id}`;
      return invalid(`${rule}. Each must have a corresponding \`tool_use\` block in the previous message.`, here);
    }
  }
  return open.size > 0 ? unanswered(open, path) : null;
}

function assistantBroken(blocks: readonly Block[], asked: ReadonlySet<string>, path: string): Failed | null {
  if (asked.size > 0) return unanswered(asked, path);
  const ids = new Set<string>();
  for (const [at, block] of blocks.entries()) {
    const here = `${path}.content[${at}]`;
    if (block.type === "tool_result" || block.type === "image" || block.type === "document") {
      return invalid(`\`${block.type}\` blocks can only be in \`user\` messages`, here);
    }
    if (block.type === "thinking" && !isSigned(block.thinking, block.signature)) {
      return invalid("Invalid `signature` in `thinking` block", here);
    }
    if (block.type === "redacted_thinking") return invalid("Invalid `data` in `redacted_thinking` block", here);
    if (block.type !== "tool_use") continue;
    if (ids.has(block.id)) return invalid("`tool_use` ids must be unique", here);
    ids.add(block.id);
  }
  return null;
}

function unanswered(ids: ReadonlySet<string>, path: string): Failed {
  const rule = "`tool_use` ids were found without `tool_result` blocks immediately after";
  return invalid(`${rule}: ${[...ids].join(", ")}.`, path);
}

/** With a thinking budget the turn whose calls are being answered must still have its thinking. */
function lastTurnThinks(turns: readonly Turn[]): Failed | null {
  const at = turns.findLastIndex(({ role }) => role === "assistant");
  const turn = turns[at];
  if (turn === undefined || callIds(turn).length === 0) return null;
  const first = blocksOf(turn)[0]?.type;
  if (first === "thinking" || first === "redacted_thinking") return null;
  const rule = "a final `assistant` message must start with a thinking block";
  return invalid(
    `Expected \`thinking\`, but found \`${first}\`. When thinking is enabled, ${rule}.`,
    `messages[${at}]`,
  );
}

function toolChoiceBroken({ tools, tool_choice }: MessagesPrompt): Failed | null {
  if (tool_choice === undefined) return null;
  if (tools === undefined || tools.length === 0) {
    return invalid("tool_choice may only be specified while providing tools.", "tool_choice");
  }
  const known = tool_choice.type !== "tool" || tools.some(({ name }) => name === tool_choice.name);
  return known ? null : invalid(`Tool '${tool_choice.name}' not found in provided tools.`, "tool_choice.name");
}

function formatBroken({ output_config }: MessagesPrompt): Failed | null {
  const schema = output_config?.format?.schema;
  if (schema === undefined || !opensAnObject(schema)) return null;
  const rule = "For 'object' type, 'additionalProperties' must be explicitly set to false";
  return invalid(rule, "output_config.format.schema");
}

/** Whether an object in the schema may have properties that it does not name. */
function opensAnObject(schema: Json): boolean {
  if (Array.isArray(schema)) return schema.some(opensAnObject);
  if (!isJsonObject(schema)) return false;
  if (schema.type === "object" && schema.additionalProperties !== false) return true;
  const { const: _value, enum: _values, default: _default, examples: _examples, ...keywords } = schema;
  return Object.values(keywords).some(opensAnObject);
}
