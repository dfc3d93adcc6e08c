/** Of so many parts a split is made: a share is told to a hundredth of a percent. */
export const BUCKETS = 10_000;

/**
 * One of several by weight, the same for the same subject. Two neighbours whose weights change against each other exchange
 * only the subjects that must move; the salt makes splits independent of each other.
 */
export function chooseByWeight<Option extends { readonly weight: number }>(
  options: readonly [Option, ...Option[]],
  salt: string,
  subject: string,
): Option {
  const total = options.reduce((sum, { weight }) => sum + weight, 0);
  const place = (bucketOf(salt, subject) + 0.5) * (total / BUCKETS);
  let until = 0;
  for (const option of options) {
    until += option.weight;
    if (place < until) return option;
  }
  return options[0];
}

/** A bucket of BUCKETS, evenly spread: FNV-1a over 32 bits, its bits mixed once more. Not a secret. */
export function bucketOf(salt: string, subject: string): number {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(`${salt}\u0000${subject}`)) {
    value = Math.imul(value ^ byte, 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return ((value ^ (value >>> 16)) >>> 0) % BUCKETS;
}
