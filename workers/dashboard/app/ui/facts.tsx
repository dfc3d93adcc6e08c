import type { ReactNode } from "react";

/** Names and values of one thing. */
export const Facts = ({ facts }: { readonly facts: readonly (readonly [name: string, value: ReactNode])[] }) => (
  <dl className="grid grid-cols-[minmax(7rem,14rem)_minmax(0,1fr)] text-sm max-sm:grid-cols-1">
    {facts.map(([name, value]) => (
      <div key={name} className="col-span-full grid grid-cols-subgrid border-b border-line py-2 last:border-b-0">
        <dt className="text-ink-3">{name}</dt>
        <dd className="min-w-0 wrap-anywhere">{value}</dd>
      </div>
    ))}
  </dl>
);
