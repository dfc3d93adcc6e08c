import { effects } from "../lib/effects.ts";
import { formatDateTime, formatUtc, formatWhen } from "../lib/format.ts";

/** A time of the API in the viewer's zone: how long ago, or `exact`; the other one and UTC on hover. */
export function Time({ iso, exact = false }: { readonly iso: string; readonly exact?: boolean }) {
  const at = Date.parse(iso);
  if (Number.isNaN(at)) return <span>{iso}</span>;
  return (
    <time dateTime={iso} title={`${formatDateTime(at)} (${formatUtc(at)})`} className="whitespace-nowrap">
      {exact ? formatDateTime(at) : formatWhen(at, effects.now())}
    </time>
  );
}
