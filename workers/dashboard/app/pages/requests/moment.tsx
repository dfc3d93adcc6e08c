import { formatUtc } from "../../lib/format.ts";

const clock = new Intl.DateTimeFormat("en-GB", {
  day: "2-digit",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

/** A moment to the second in the viewer's zone, as logs are read; to the millisecond and in UTC on hover. */
export const Moment = ({ iso }: { readonly iso: string }) => (
  <time dateTime={iso} title={formatUtc(Date.parse(iso))} className="figure whitespace-nowrap">
    {clock.format(Date.parse(iso))}
  </time>
);
