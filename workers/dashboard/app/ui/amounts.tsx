import { formatCents, formatUsd } from "../lib/amounts.ts";
import { formatBytes, formatPercent } from "../lib/format.ts";

/** An amount of the API, exact: "$25.00", the whole of it in its title. `rounded` is to the cent, for tiles. */
export const Money = ({ usd, rounded = false }: { readonly usd: string; readonly rounded?: boolean }) => (
  <span className="figure whitespace-nowrap" title={`${usd} USD`}>
    {rounded ? formatCents(usd) : formatUsd(usd)}
  </span>
);

/** A share: 0.123 is "12 %". */
export const Percent = ({ share }: { readonly share: number | null }) => (
  <span className="figure">{share === null ? "–" : formatPercent(share)}</span>
);

export const Bytes = ({ bytes }: { readonly bytes: number }) => (
  <span className="figure whitespace-nowrap" title={`${bytes} bytes`}>
    {formatBytes(bytes)}
  </span>
);
