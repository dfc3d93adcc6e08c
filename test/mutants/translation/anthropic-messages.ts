import type { Mutant } from "../../../scripts/mutants/mutant.ts";

/** Bugs in the translation: answers rendered as Anthropic Messages. */
export const ANTHROPIC_MESSAGES_MUTANTS: readonly Mutant[] = [
  {
    name: "what a call writes behind another is lost",
    file: "workers/gateway/dialects/anthropic-messages/content-blocks.ts",
    find: 'const block = open.find((item) => item.type === "tool_use" && item.call === call);',
    replace: 'const block = open.find((item, at) => at === 0 && item.type === "tool_use" && item.call === call);',
  },
  {
    name: "two thoughts are one",
    file: "workers/gateway/dialects/anthropic-messages/content-blocks.ts",
    find: 'last?.type === "thinking" && last.signature === "" ? last : openThinking()',
    replace: 'last?.type === "thinking" ? last : openThinking()',
  },
  {
    name: "blocks share an index",
    file: "workers/gateway/dialects/anthropic-messages/content-blocks.ts",
    find: "      index += 1;\n",
    replace: "",
  },
  {
    name: "a redacted thought is a signature",
    file: "workers/gateway/dialects/anthropic-messages/content-blocks.ts",
    find: "if (redacted) {",
    replace: 'if (redacted && begins && value === "") {',
  },
];
