import type { RateBook } from "../core/rate-book.ts";

/** What of the rate limits in memory is not what a restart would load. */
export function rateDifferences(memory: RateBook, stored: RateBook): string[] {
  const names = new Set([...memory.scopes.keys(), ...stored.scopes.keys()]);
  const differing = [...names].filter((name) => scopeText(memory, name) !== scopeText(stored, name));
  return [
    ...differing.map((name) => `the rate of ${name} in memory differs`),
    ...(memory.passes.size === stored.passes.size ? [] : ["requests of wallets below in memory differ"]),
    ...(JSON.stringify(memory.tree) === JSON.stringify(stored.tree) ? [] : ["rate limits above in memory differ"]),
    ...(openText(memory) === openText(stored) ? [] : ["open requests by key in memory differ"]),
  ];
}

function scopeText(book: RateBook, name: string): string {
  const scope = book.scopes.get(name);
  const { bucket } = scope ?? { bucket: null };
  const figures =
    bucket === null
      ? null
      : [
          bucket.requests_per_minute,
          bucket.tokens_per_minute,
          bucket.requests_debt_parts,
          bucket.tokens_debt_parts,
          bucket.at,
          bucket.posted_seq,
        ];
  return JSON.stringify([figures, scope?.reserved_tokens ?? 0, [...(scope?.queue.keys() ?? [])]]);
}

const openText = (book: RateBook): string => JSON.stringify([...book.open_by_key].sort());
