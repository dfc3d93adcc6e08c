import { useApiQuery } from "../../api/hooks.ts";
import { effects } from "../../lib/effects.ts";
import { hrefTo } from "../../lib/paths.ts";
import { useAccess } from "../../session/access.tsx";
import { Badge } from "../../ui/badge.tsx";
import { Card } from "../../ui/card.tsx";
import { Link } from "../../ui/link.tsx";
import { LinesSkeleton } from "../../ui/skeleton.tsx";
import { ErrorState } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { endedWord } from "../ended.ts";

/** The keys that spend from a wallet. */
export function KeysOfWallet({ id, ended }: { readonly id: string; readonly ended: boolean }) {
  const access = useAccess();
  const keys = useApiQuery(
    "/v1/keys",
    { query: { wallet_id: id, limit: "100" } },
    { enabled: access.may("keys:read") },
  );
  if (!access.may("keys:read")) return null;
  const rows = keys.data?.data ?? [];
  return (
    <Card
      title="Keys"
      actions={
        access.may("keys:write") && !ended ? (
          <Link
            to={hrefTo(["keys", "new"], { wallet_id: id })}
            className="rounded-sm text-xs font-medium text-accent-ink hover:underline"
          >
            Create key
          </Link>
        ) : null
      }
    >
      {keys.isError ? (
        <ErrorState error={keys.error} onRetry={() => void keys.refetch()} />
      ) : keys.isPending ? (
        <LinesSkeleton lines={3} />
      ) : rows.length === 0 ? (
        <p className="text-sm text-ink-3">None. Apps spend from this wallet with a key of it.</p>
      ) : (
        <ul className="flex flex-col">
          {rows.map((row) => {
            const word = endedWord(row, effects.now());
            return (
              <li
                key={row.id}
                className="flex items-center justify-between gap-3 border-b border-line py-2 text-sm last:border-b-0"
              >
                <span className="flex min-w-0 items-center gap-2">
                  <Link to={hrefTo(["keys", row.id])} className="truncate rounded-sm font-medium hover:underline">
                    {row.name}
                  </Link>
                  {word === null ? null : <Badge>{word}</Badge>}
                </span>
                <span className="flex shrink-0 items-center gap-3 text-xs text-ink-3">
                  <code className="font-mono max-sm:hidden">{row.hint}…</code>
                  <Time iso={row.created_at} />
                </span>
              </li>
            );
          })}
        </ul>
      )}
    </Card>
  );
}
