import { Badge, type Tone } from "../../ui/badge.tsx";

/** How a request ended, in a word. `status` is what the caller saw. */
export function OutcomeBadge({ outcome, status }: { readonly outcome: string; readonly status: number }) {
  return (
    <Badge tone={toneOf(outcome, status)}>
      <span className="figure">{status === 0 ? "–" : status}</span>
      <span className="ml-1.5">{outcome.replaceAll("_", " ")}</span>
    </Badge>
  );
}

function toneOf(outcome: string, status: number): Tone {
  if (status >= 500 || status === 0) return "bad";
  if (status >= 400) return "warn";
  return outcome === "completed" ? "good" : "warn";
}
