import type Anthropic from "@anthropic-ai/sdk";

/**
 * A request as a coding agent makes it: many tools, cached instructions, thinking, a stream, the betas of its time. All
 * names, texts and schemas are our own.
 */

const text = (description: string) => ({ type: "string" as const, description });
const whole = (description: string, minimum = 0) => ({ type: "integer" as const, description, minimum });
const flag = (description: string) => ({ type: "boolean" as const, description });

const tool = (
  name: string,
  description: string,
  properties: Readonly<Record<string, object>>,
  required: readonly string[],
): Anthropic.Beta.BetaTool => ({
  name,
  description,
  input_schema: {
    type: "object",
    properties,
    required: [...required],
    additionalProperties: false,
    $schema: "http://json-schema.org/draft-07/schema#",
  },
});

const EDIT = {
  type: "object",
  properties: {
    old_text: text("What to replace"),
    new_text: text("What to put there"),
    everywhere: flag("All of them"),
  },
  required: ["old_text", "new_text"],
  additionalProperties: false,
};
const TODO = {
  type: "object",
  properties: {
    content: { ...text("What to do"), minLength: 1 },
    status: { type: "string", enum: ["pending", "in_progress", "completed"] },
    id: text("Its id"),
  },
  required: ["content", "status", "id"],
  additionalProperties: false,
};

export const AGENT_TOOLS: readonly Anthropic.Beta.BetaTool[] = [
  tool(
    "Read",
    "Reads a file.",
    { file_path: text("An absolute path"), offset: whole("First line"), limit: whole("Lines", 1) },
    ["file_path"],
  ),
  tool("Write", "Writes a file.", { file_path: text("An absolute path"), content: text("All of it") }, [
    "file_path",
    "content",
  ]),
  tool("Edit", "Replaces a text in a file.", { file_path: text("An absolute path"), ...EDIT.properties }, [
    "file_path",
    "old_text",
    "new_text",
  ]),
  tool(
    "MultiEdit",
    "Replaces several texts.",
    { file_path: text("An absolute path"), edits: { type: "array", items: EDIT, minItems: 1 } },
    ["file_path", "edits"],
  ),
  tool(
    "Bash",
    "Runs a command.",
    { command: text("The command"), timeout: { type: "number", maximum: 600_000 }, background: flag("Do not wait") },
    ["command"],
  ),
  tool("BashOutput", "Output of a command that runs.", { bash_id: text("Its id"), filter: text("A pattern") }, [
    "bash_id",
  ]),
  tool("KillBash", "Ends a command.", { bash_id: text("Its id") }, ["bash_id"]),
  tool("Glob", "Finds files by a pattern.", { pattern: text("`**/*.ts`"), path: text("A folder") }, ["pattern"]),
  tool(
    "Grep",
    "Searches in files.",
    {
      pattern: text("A regular expression"),
      path: text("A folder"),
      output_mode: { type: "string", enum: ["content", "files", "count"] },
      "-A": { type: "number", description: "Lines after a match" },
      "-i": flag("Whatever the case"),
    },
    ["pattern"],
  ),
  tool("List", "Lists a folder.", { path: text("A folder"), ignore: { type: "array", items: { type: "string" } } }, [
    "path",
  ]),
  tool("Fetch", "Fetches a page.", { url: { type: "string", format: "uri" }, prompt: text("What to look for") }, [
    "url",
    "prompt",
  ]),
  tool("Todo", "Keeps the list of what is to be done.", { todos: { type: "array", items: TODO } }, ["todos"]),
  tool(
    "NotebookEdit",
    "Edits a cell.",
    {
      path: text("A notebook"),
      cell: whole("Its index"),
      source: text("Its text"),
      kind: { anyOf: [{ const: "code" }, { const: "markdown" }] },
    },
    ["path", "source"],
  ),
  tool(
    "Agent",
    "Hands a task to another agent.",
    { description: text("In five words"), prompt: text("The task"), kind: text("Which agent") },
    ["description", "prompt"],
  ),
  {
    ...tool("Plan", "Tells the plan to the user.", { plan: text("In Markdown") }, ["plan"]),
    cache_control: { type: "ephemeral" },
  },
];

export const AGENT_BETAS = ["interleaved-thinking-2025-05-14", "context-management-2025-06-27"];

export const AGENT_REQUEST = {
  max_tokens: 8_000,
  system: [
    { type: "text", text: "You are a coding agent for the command line." },
    {
      type: "text",
      text: "Be brief. Never guess an address.\n".repeat(40),
      cache_control: { type: "ephemeral", ttl: "1h" },
    },
  ],
  messages: [
    {
      role: "user",
      content: [
        { type: "text", text: "<environment>\nplatform: linux\n</environment>" },
        { type: "text", text: "What does this repository do?", cache_control: { type: "ephemeral" } },
      ],
    },
  ],
  tools: [...AGENT_TOOLS],
  thinking: { type: "enabled", budget_tokens: 4_000 },
  metadata: { user_id: "user_0a1b2c_account__session_3d4e5f" },
  context_management: { edits: [{ type: "clear_thinking_20251015", keep: "all" }] },
} satisfies Omit<Anthropic.Beta.Messages.MessageCreateParamsNonStreaming, "model">;
