import type { ChatJob } from "../../chat.ts";
import { errorJson, type ProviderError } from "../../errors.ts";
import { sseEvent } from "../../frames.ts";
import { hashedId } from "../../hash.ts";
import type { GatheredChoice } from "../../models/gathered.ts";
import type { FinishReason, Piece } from "../../models/piece.ts";
import type { ReportedUsage } from "../../models/usage.ts";
import { jsonText, RawJson } from "../../raw-json.ts";
import type { Renderer } from "../../render.ts";
import { DONE } from "../openai-chat/completion.ts";
import { usageText } from "../openai-chat/usage.ts";

/** Completions of a text. There are no words for reasoning, which is counted and not told. */
export function completionsRenderer(job: ChatJob, echoed: string): Renderer {
  const include_usage = job.request.stream_options?.include_usage === true && job.model.usage !== "none";
  const answer = (choices: readonly object[], usage: RawJson | null | undefined): string =>
    jsonText({
      id: `cmpl-${hashedId(job.seed, 29)}`,
      object: "text_completion",
      created: job.created,
      model: job.request.model,
      choices,
      usage,
    });
  const chunk = (index: number, text: string, finish_reason: FinishReason | null): Uint8Array =>
    sseEvent(answer([choiceObject(index, text, finish_reason)], include_usage ? null : undefined));
  return {
    content_type: "text/event-stream; charset=utf-8",
    open: () =>
      echoed === "" ? [] : Array.from({ length: job.request.n ?? 1 }, (_, choice) => chunk(choice, echoed, null)),
    piece: (choice: number, piece: Piece) => (piece.kind === "content" ? [chunk(choice, piece.text, null)] : []),
    finish: (choice: number, reason: FinishReason) => [chunk(choice, "", reason)],
    close: (usages: readonly ReportedUsage[], complete: boolean) => [
      ...(include_usage ? usages : []).map((usage) => sseEvent(answer([], new RawJson(usageText(usage))))),
      ...(complete ? [DONE] : []),
    ],
    error: (error: ProviderError) => [sseEvent(errorJson(error))],
    whole: (choices: readonly GatheredChoice[], usage: ReportedUsage | null) =>
      answer(
        choices.map(({ content, finish }, index) => choiceObject(index, echoed + content, finish)),
        usage === null ? undefined : new RawJson(usageText(usage)),
      ),
  };
}

const choiceObject = (index: number, text: string, finish_reason: FinishReason | null): object => ({
  text,
  index,
  logprobs: null,
  finish_reason,
});
