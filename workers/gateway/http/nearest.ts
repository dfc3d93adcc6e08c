/**
 * The names most like `wanted`, nearest first, at most `count`. Compared with and without the provider in front, since
 * people leave it out. Names that differ in more than a third of their letters are not near.
 */
export function nearest(wanted: string, names: readonly string[], count: number): readonly string[] {
  const target = wanted.toLowerCase().slice(0, 100);
  return names
    .map((name) => {
      const lower = name.toLowerCase();
      const bare = lower.slice(lower.indexOf("/") + 1);
      return { name, distance: Math.min(distance(target, lower), distance(target, bare)) };
    })
    .filter(({ distance: far }) => far <= Math.max(2, Math.floor(target.length / 3)))
    .sort((a, b) => a.distance - b.distance || a.name.localeCompare(b.name))
    .slice(0, count)
    .map(({ name }) => name);
}

/** Levenshtein distance. */
export function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const substitution = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min((previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, substitution));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
