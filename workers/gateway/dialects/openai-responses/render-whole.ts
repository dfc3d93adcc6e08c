import type { FinishReason, Part } from "../../../../schema/canonical/parts.ts";
import type { Usage } from "../../../../schema/canonical/usage.ts";
import type { RenderContext } from "../chat-dialect.ts";
import { itemObjects, OutputItems } from "./output-items.ts";
import { incompleteReason, responseObject } from "./response-object.ts";

/** Whether the caller wants what a provider must have back with its reasoning. */
export const wantsProof = ({ body }: RenderContext): boolean =>
  Array.isArray(body.include) && body.include.includes("reasoning.encrypted_content");

/** Assembles the parts of an answer into a response. */
export function renderWhole(parts: readonly Part[], context: RenderContext, usage: Usage): Record<string, unknown> {
  const with_proof = wantsProof(context);
  const output = new OutputItems(context.identity.id, context.body, with_proof);
  let finish: FinishReason | null = null;
  for (const part of parts) {
    output.take(part);
    if (part.type === "finish" && part.choice === 0) finish = part.reason;
  }
  const incomplete = incompleteReason(finish);
  return responseObject(context, {
    status: incomplete === null ? "completed" : "incomplete",
    incomplete,
    output: itemObjects(output.items, incomplete, with_proof),
    usage,
  });
}
