import { type Failed, invalid } from "../../errors.ts";
import { isSigned } from "../../models/signature.ts";
import type { Block, ConverseRequest, Turn } from "./wire.ts";

/** The rules between the fields of a request; the first that is broken, or null. */
export function ruleBroken(request: ConverseRequest): Failed | null {
  return turnsBroken(request.messages) ?? toolConfigBroken(request) ?? documentsBroken(request.messages);
}

function turnsBroken(turns: readonly Turn[]): Failed | null {
  let open: readonly string[] = [];
  for (const [at, { role, content }] of turns.entries()) {
    const path = `messages[${at}]`;
    if (at === 0 && role !== "user") return invalid("A conversation must start with a user message.", `${path}.role`);
    if (role === turns[at - 1]?.role) {
      return invalid("A conversation must alternate between user and assistant roles.", `${path}.role`);
    }
    const broken = content.map((block, index) => blockBroken(block, role, `${path}.content[${index}]`)).find(Boolean);
    if (broken) return broken;
    const results = content.flatMap(({ toolResult }) => (toolResult ? [toolResult.toolUseId] : []));
    const missing = open.filter((id) => !results.includes(id));
    if (missing.length > 0) {
      return invalid(
        `Expected toolResult blocks at ${path}.content for the following Ids: ${missing.join(", ")}.`,
        path,
      );
    }
    if (results.length > open.length) {
      const rule = "The number of toolResult blocks exceeds the number of toolUse blocks of previous turn";
      return invalid(`${rule}.`, `${path}.content`);
    }
    open = content.flatMap(({ toolUse }) => (toolUse ? [toolUse.toolUseId] : []));
    if (new Set(open).size < open.length)
      return invalid("The toolUse ids of a turn must be unique.", `${path}.content`);
  }
  return open.length > 0 ? invalid("The last turn has toolUse blocks without toolResult blocks.", "messages") : null;
}

function blockBroken(block: Block, role: Turn["role"], path: string): Failed | null {
  const misplaced =
    role === "user"
      ? block.toolUse !== undefined || block.reasoningContent !== undefined
      : block.toolResult !== undefined || block.image !== undefined || block.document !== undefined;
  if (misplaced) return invalid(`This block cannot be in a turn of the role ${role}.`, path);
  const text = block.reasoningContent?.reasoningText;
  if (text !== undefined && !isSigned(text.text, text.signature)) {
    return invalid("Invalid `signature` in `thinking` block", path);
  }
  if (block.reasoningContent?.redactedContent !== undefined) {
    return invalid("Invalid `data` in `redacted_thinking` block", path);
  }
  return null;
}

function toolConfigBroken({ messages, toolConfig }: ConverseRequest): Failed | null {
  const used = messages.some(({ content }) => content.some(({ toolUse, toolResult }) => toolUse ?? toolResult));
  if (toolConfig === undefined) {
    const rule = "The toolConfig field must be defined when using toolUse and toolResult content blocks.";
    return used ? invalid(rule, "toolConfig") : null;
  }
  const names = toolConfig.tools.flatMap(({ toolSpec }) => (toolSpec ? [toolSpec.name] : []));
  if (names.length === 0) return invalid("At least one tool must be specified.", "toolConfig.tools");
  if (new Set(names).size < names.length) return invalid("The names of tools must be unique.", "toolConfig.tools");
  const chosen = toolConfig.toolChoice?.tool?.name;
  return chosen === undefined || names.includes(chosen)
    ? null
    : invalid(`The tool '${chosen}' is not among the tools.`, "toolConfig.toolChoice");
}

function documentsBroken(turns: readonly Turn[]): Failed | null {
  const seen = new Set<string>();
  for (const [at, { content }] of turns.entries()) {
    const documents = content.flatMap(({ document }) => (document ? [document] : []));
    if (documents.length > 0 && content.every(({ text }) => text === undefined)) {
      return invalid("A message with a document must have a text block too.", `messages[${at}].content`);
    }
    for (const { name } of documents) {
      if (seen.has(name))
        return invalid(`Messages contain duplicate document names: ${name}.`, `messages[${at}].content`);
      seen.add(name);
    }
  }
  return null;
}
