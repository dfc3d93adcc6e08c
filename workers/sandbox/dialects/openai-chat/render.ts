import type { ChatJob } from "../../chat.ts";
import { errorJson, type ProviderError } from "../../errors.ts";
import { sseEvent } from "../../frames.ts";
import type { GatheredChoice } from "../../models/gathered.ts";
import type { FinishReason, Piece } from "../../models/piece.ts";
import type { ReportedUsage } from "../../models/usage.ts";
import type { Renderer } from "../../render.ts";
import {
  chunkChoice,
  chunkJson,
  completionChoice,
  completionJson,
  DONE,
  envelopeOf,
  pieceDelta,
} from "./completion.ts";
import { usageText } from "./usage.ts";

/** Chat completions as OpenAI writes them. */
export function openAiChatRenderer(job: ChatJob): Renderer {
  const envelope = envelopeOf(job);
  const include_usage = job.request.stream_options?.include_usage === true && job.model.usage !== "none";
  const not_yet = include_usage ? "null" : null;
  const chunk = (choice: number, delta: object, finish: FinishReason | null): readonly Uint8Array[] => [
    sseEvent(chunkJson(envelope, chunkChoice(choice, delta, finish), not_yet)),
  ];
  return {
    content_type: "text/event-stream; charset=utf-8",
    open: () =>
      Array.from({ length: job.request.n ?? 1 }, (_, choice) =>
        chunk(choice, { role: "assistant", content: "", refusal: null }, null),
      ).flat(),
    piece: (choice: number, piece: Piece) => chunk(choice, pieceDelta(piece), null),
    finish: (choice: number, reason: FinishReason) => chunk(choice, {}, reason),
    close: (usages: readonly ReportedUsage[], complete: boolean) => [
      ...(include_usage ? usages : []).map((usage) => sseEvent(chunkJson(envelope, null, usageText(usage)))),
      ...(complete ? [DONE] : []),
    ],
    error: (error: ProviderError) => [sseEvent(errorJson(error))],
    whole: (choices: readonly GatheredChoice[], usage: ReportedUsage | null) =>
      completionJson(
        envelope,
        choices.map((choice, index) => completionChoice(index, choice)),
        usage && usageText(usage),
      ),
  };
}
