/** A request as Codex sends it: its own tools, custom ones among them, nothing stored, reasoning by its encrypted content. */

const text = { type: "string" } as const;

const functionTool = (name: string, properties: Readonly<Record<string, object>>, required: readonly string[]) => ({
  type: "function",
  name,
  description: `Codex: ${name}`,
  strict: false,
  parameters: { type: "object", properties, required: [...required], additionalProperties: false },
});

/** As Codex's `apply_patch` has it, shortened. */
const PATCH_GRAMMAR = `start: begin_patch hunk+ end_patch
begin_patch: "*** Begin Patch" LF
end_patch: "*** End Patch" LF?
hunk: "*** Add File: " /(.+)/ LF ("+" /(.*)/ LF)+
%import common.LF
`;

export const APPLY_PATCH = {
  type: "custom",
  name: "apply_patch",
  description: "Use the `apply_patch` tool to edit files. This is a FREEFORM tool, so do not wrap the patch in JSON.",
  format: { type: "grammar", syntax: "lark", definition: PATCH_GRAMMAR },
} as const;

const FUNCTIONS = [
  functionTool(
    "exec_command",
    { cmd: text, workdir: text, yield_time_ms: { type: "number" }, max_output_tokens: { type: "number" } },
    ["cmd"],
  ),
  functionTool("write_stdin", { session_id: { type: "number" }, chars: text }, ["session_id"]),
  functionTool(
    "update_plan",
    { explanation: text, plan: { type: "array", items: { type: "object", properties: {} } } },
    ["plan"],
  ),
  functionTool("view_image", { path: text }, ["path"]),
  functionTool("list_mcp_resources", { server: text, cursor: text }, []),
  functionTool("list_mcp_resource_templates", { server: text, cursor: text }, []),
  functionTool("read_mcp_resource", { server: text, uri: text }, ["server", "uri"]),
  functionTool("grep_files", { pattern: text, include: text, path: text, limit: { type: "number" } }, ["pattern"]),
  functionTool("list_dir", { dir_path: text, offset: { type: "number" }, depth: { type: "number" } }, ["dir_path"]),
] as const;

const message = (role: string, content: string) => ({
  type: "message",
  role,
  content: [{ type: role === "assistant" ? "output_text" : "input_text", text: content }],
});

export const codexRequest = (model: string, input: readonly object[]) => ({
  model,
  instructions:
    "You are Codex, based on GPT-5. You are running as a coding agent in the Codex CLI on a user's computer.",
  input: [
    message(
      "developer",
      "<permissions instructions>Filesystem sandboxing: workspace-write.</permissions instructions>",
    ),
    message("user", "<environment_context><cwd>/repo</cwd><shell>bash</shell></environment_context>"),
    ...input,
  ],
  tools: [...FUNCTIONS, APPLY_PATCH],
  tool_choice: "auto",
  parallel_tool_calls: true,
  reasoning: { effort: "medium", summary: "auto" },
  store: false,
  stream: true,
  include: ["reasoning.encrypted_content"],
  prompt_cache_key: "019a1b2c-0000-7000-8000-000000000000",
  text: { verbosity: "medium" },
});

/** What Codex asks first, and what it sends along once it has carried the calls out. */
export const codexAsk = (content: string) => message("user", content);
