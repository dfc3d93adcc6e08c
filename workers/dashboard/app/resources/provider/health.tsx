import { useApiQuery } from "../../api/hooks.ts";
import type { AnswerOf } from "../../api/types.ts";
import { Badge, type Tone } from "../../ui/badge.tsx";

export type Health = AnswerOf<"/v1/providers/{id}/health", "get">;

/** What a state means, to somebody who sees it for the first time. */
export const MEANINGS: Readonly<Record<string, string>> = {
  healthy: "Its probes and the requests that go to it go well.",
  degraded:
    "A probe failed, or one in ten calls of two minutes; or it was down, and a few requests find out whether it is well again.",
  down: "Its calls fail: five in a row, or half of twenty or more in two minutes, of several models or with its list of models. Or three probes in a row failed. It is asked last.",
  unknown: "Nothing was heard of it lately.",
  disabled: "Its models are not offered.",
};

const SIGNS: Readonly<Record<string, { readonly sign: string; readonly tone: Tone }>> = {
  healthy: { sign: "✓", tone: "good" },
  degraded: { sign: "▲", tone: "warn" },
  down: { sign: "✕", tone: "bad" },
  unknown: { sign: "?", tone: "neutral" },
  disabled: { sign: "–", tone: "neutral" },
};

/** A sign and a word, so that nobody needs the colour. */
export function HealthBadge({ state }: { readonly state: string }) {
  const { sign, tone } = SIGNS[state] ?? { sign: "?", tone: "neutral" as const };
  return (
    <Badge tone={tone}>
      <span aria-hidden="true" className="mr-1">
        {sign}
      </span>
      {state.charAt(0).toUpperCase() + state.slice(1)}
    </Badge>
  );
}

const REFRESH_MS = 15_000;

export const useHealth = (id: string, enabled = true) =>
  useApiQuery("/v1/providers/{id}/health", { path: { id } }, { refetchInterval: REFRESH_MS, enabled });

/** Calls of an hour, in a sentence. */
export const shareFailed = ({ ok, failed }: { readonly ok: number; readonly failed: number }): number | null =>
  ok + failed === 0 ? null : failed / (ok + failed);
