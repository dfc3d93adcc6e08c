import type { ReactNode } from "react";
import { ageText, cacheSentence, cacheWords, isHit } from "../../lib/cache-words.ts";
import { formatDuration } from "../../lib/format.ts";
import { hrefTo } from "../../lib/paths.ts";
import { useAccess } from "../../session/access.tsx";
import { Money } from "../../ui/amounts.tsx";
import { Badge } from "../../ui/badge.tsx";
import { Card } from "../../ui/card.tsx";
import { Facts } from "../../ui/facts.tsx";
import { Link } from "../../ui/link.tsx";
import type { LoggedRequest } from "./timeline.ts";

/** What the response cache did with it; nothing where no setting was for it. */
export function CacheCard({ request }: { readonly request: LoggedRequest }) {
  const access = useAccess();
  const { cache, cache_reason } = request;
  if (cache === null) return null;
  const { label, tone } = cacheWords(cache);
  const facts = factsOf(request);
  return (
    <Card
      title={
        <>
          Cache <Badge tone={tone}>{label}</Badge>
        </>
      }
      description={cacheSentence(cache, cache_reason)}
    >
      {facts.length === 0 ? null : <Facts facts={facts} />}
      {access.may("cache:read") ? (
        <p className={facts.length === 0 ? "text-sm" : "mt-3 text-sm"}>
          <Link to="/cache?tab=settings" className="link">
            Settings of the cache
          </Link>
        </p>
      ) : null}
    </Card>
  );
}

function factsOf(request: LoggedRequest): readonly (readonly [name: string, value: ReactNode])[] {
  const { cache, cache_score, cache_age_ms, cache_request_id, saved_usd, saved_ms } = request;
  const score: (readonly [string, ReactNode])[] =
    cache_score === null
      ? []
      : [
          [
            "Score",
            <span key="score" className="figure">
              {cache_score.toFixed(4)} <span className="text-ink-3">of 1, which is the same</span>
            </span>,
          ],
        ];
  if (!isHit(cache)) return score;
  return [
    ...score,
    ...(cache_age_ms === null ? [] : [["Age of the answer", ageText(cache_age_ms)] as const]),
    ["Saved", <Money key="saved" usd={saved_usd} />],
    ["Faster by", saved_ms === 0 ? "Not measurably" : formatDuration(saved_ms)],
    [
      "Answer made by",
      cache_request_id === null ? (
        <span key="source" className="text-ink-3">
          not known: it was kept before that was noted
        </span>
      ) : (
        <Link key="source" to={hrefTo(["requests", cache_request_id])} className="link font-mono text-xs wrap-anywhere">
          {cache_request_id}
        </Link>
      ),
    ],
  ];
}
