import type { ReactNode } from "react";
import { cx } from "../lib/class-names.ts";

export type Tone = "neutral" | "good" | "warn" | "bad" | "info" | "accent";

const TONES: Readonly<Record<Tone, string>> = {
  neutral: "bg-sunken text-ink-2",
  good: "bg-good-soft text-good-ink",
  warn: "bg-warn-soft text-warn-ink",
  bad: "bg-bad-soft text-bad-ink",
  info: "bg-info-soft text-info-ink",
  accent: "bg-accent-soft text-accent-ink",
};

export const Badge = ({ tone = "neutral", children }: { readonly tone?: Tone; readonly children: ReactNode }) => (
  <span
    className={cx("inline-flex h-5 items-center rounded-sm px-1.5 text-xs font-medium whitespace-nowrap", TONES[tone])}
  >
    {children}
  </span>
);

/** Words of the API, and how good they are. */
const STATES: Readonly<Record<string, Tone>> = {
  healthy: "good",
  active: "good",
  running: "good",
  applied: "good",
  approved: "good",
  delivered: "good",
  done: "good",
  success: "good",
  ok: "good",
  resolved: "good",
  promoted: "good",
  degraded: "warn",
  pending: "warn",
  paused: "warn",
  waiting: "warn",
  retrying: "warn",
  rate_limited: "warn",
  down: "bad",
  failed: "bad",
  error: "bad",
  frozen: "bad",
  refused: "bad",
  rejected: "bad",
  firing: "bad",
  stopped: "neutral",
  draft: "neutral",
  archived: "neutral",
  revoked: "neutral",
  cancelled: "neutral",
  expired: "neutral",
};

/** A state as the API calls it: its words, and a colour where one is known. */
export const StatusBadge = ({ status, tone }: { readonly status: string; readonly tone?: Tone }) => {
  const words = status.replaceAll("_", " ");
  return (
    <Badge tone={tone ?? STATES[status.toLowerCase()] ?? "neutral"}>
      {words.charAt(0).toUpperCase() + words.slice(1)}
    </Badge>
  );
};
