import { Badge, type Tone } from "../../ui/badge.tsx";

/** How a wallet stands, in words. What is well needs none. */
export const STANDINGS: Readonly<
  Record<string, { readonly tone: Tone; readonly text: string; readonly means: string }>
> = {
  frozen: { tone: "bad", text: "Frozen", means: "Somebody froze it: every request is refused." },
  exhausted: { tone: "bad", text: "Exhausted", means: "Nothing is left: what costs is refused until it resets." },
  warning: { tone: "warn", text: "Low", means: "More than its first threshold is spent." },
  ended: { tone: "neutral", text: "Ended", means: "Its time is over: it spends nothing more." },
  archived: { tone: "neutral", text: "Archived", means: "It is no longer in use. Its ledger stays." },
  unavailable: { tone: "neutral", text: "Does not answer", means: "Its figures are not known right now." },
};

export function StandingBadge({ standing }: { readonly standing: string }) {
  const words = STANDINGS[standing];
  if (words === undefined) return null;
  return (
    <span title={words.means}>
      <Badge tone={words.tone}>{words.text}</Badge>
    </span>
  );
}
