import type { Part } from "../../../schema/canonical/parts.ts";

/** What leaves an answer open to be gone on with. Tool calls, signatures and refusals do not, nor does a finish. */
const OPEN: ReadonlySet<Part["type"]> = new Set(["start", "text", "reasoning", "usage", "error"]);

/** The text of an answer as it is delivered, over all attempts, and whether another model can go on with it. */
export class AnswerSoFar {
  text = "";
  resumable = true;

  observe(parts: readonly Part[]): void {
    for (const part of parts) {
      if (!OPEN.has(part.type) || ("choice" in part && part.choice !== 0)) this.resumable = false;
      if (part.type === "text") this.text += part.text;
    }
  }
}
