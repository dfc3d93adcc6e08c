import type { ChatJob } from "../../chat.ts";
import type { ProviderError } from "../../errors.ts";
import { sseEvent } from "../../frames.ts";
import { findModel } from "../../models/catalogue.ts";
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
} from "../openai-chat/completion.ts";
import { usageText } from "../openai-chat/usage.ts";
import { filterResults, promptFilterResults } from "./content-filter.ts";
import { errorJson } from "./errors.ts";

/** What belongs to no answer: chunks of the filter have neither id nor time. */
const NAMELESS = { created: 0, id: "", model: "", object: "" };

/** Chat completions as Azure writes them: the filter's findings come before, with and behind what the model says. */
export function azureRenderer(job: ChatJob): Renderer {
  // The answer names the model, not the deployment.
  const envelope = { ...envelopeOf(job), model: findModel(job.request.model)?.name ?? job.request.model };
  const include_usage = job.request.stream_options?.include_usage === true && job.model.usage !== "none";
  const not_yet = include_usage ? "null" : null;
  const startup = sseEvent(
    JSON.stringify({ choices: [], ...NAMELESS, prompt_filter_results: promptFilterResults(false) }),
  );
  const chunk = (choice: number, delta: object, finish: FinishReason | null, found: object): Uint8Array =>
    sseEvent(chunkJson(envelope, { ...chunkChoice(choice, delta, finish), content_filter_results: found }, not_yet));
  let started = false;
  return {
    content_type: "text/event-stream; charset=utf-8",
    open: () => {
      started = true;
      const first = { role: "assistant", content: "", refusal: null };
      return [startup, ...choices(job).map((choice) => chunk(choice, first, null, {}))];
    },
    piece: (choice: number, piece: Piece) => [chunk(choice, pieceDelta(piece), null, filterResults(false))],
    finish: (choice: number, reason: FinishReason) => [chunk(choice, {}, reason, {})],
    close: (usages: readonly ReportedUsage[], complete: boolean) => [
      ...choices(job).map((choice) => sseEvent(trailing(choice, job.controls.filter !== null))),
      ...(include_usage ? usages : []).map((usage) => sseEvent(chunkJson(envelope, null, usageText(usage)))),
      ...(complete ? [DONE] : []),
    ],
    error: (error: ProviderError) => [...(started ? [] : [startup]), sseEvent(errorJson(error))],
    whole: (gathered: readonly GatheredChoice[], usage: ReportedUsage | null) => {
      const json = completionJson(
        envelope,
        gathered.map((choice, index) => ({
          ...completionChoice(index, choice),
          content_filter_results: filterResults(choice.finish === "content_filter"),
        })),
        usage && usageText(usage),
      );
      return `${json.slice(0, -1)},"prompt_filter_results":${JSON.stringify(promptFilterResults(false))}}`;
    },
  };
}

const choices = ({ request }: ChatJob): readonly number[] =>
  Array.from({ length: request.n ?? 1 }, (_, choice) => choice);

/** What the filter found behind the text: a choice without a delta. */
function trailing(index: number, filtered: boolean): string {
  const offsets = { check_offset: 0, start_offset: 0, end_offset: 0 };
  const choice = {
    content_filter_offsets: offsets,
    content_filter_results: filterResults(filtered),
    finish_reason: null,
    index,
  };
  return JSON.stringify({ choices: [choice], ...NAMELESS });
}
