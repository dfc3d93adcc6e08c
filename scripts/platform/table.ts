export interface TableOptions {
  /** Indexes of columns that are aligned to the right, as numbers are. */
  readonly right?: readonly number[];
}

/** Lines of text in columns two spaces apart, under their heads. */
export function table(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  { right = [] }: TableOptions = {},
): string {
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return right.includes(column) ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd();
  return [heads, ...rows].map(line).join("\n");
}
