import { posix } from "node:path";

/** One `import`, `export … from` or `import()` of a module. */
export interface Import {
  readonly from: string;
  /** Path from the repository's root for a module of ours; otherwise the package's name as written. */
  readonly to: string;
  readonly ours: boolean;
  /** Types only: gone at run time. */
  readonly type: boolean;
}

const STATEMENT = /^\s*(?:import|export)\s+(type\s)?(?:[^"';]*?\sfrom\s*)?["']([^"']+)["']/gm;
const DYNAMIC = /(typeof\s+)?\bimport\(\s*["']([^"']+)["']\s*\)/g;
const COMMENT = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;

/** The imports of one source text, which lies at `path` from the repository's root. */
export function readImports(path: string, source: string): readonly Import[] {
  const code = source.replace(COMMENT, "");
  return [STATEMENT, DYNAMIC].flatMap((pattern) =>
    [...code.matchAll(pattern)].map(([, typeOnly, specifier = ""]) => {
      const ours = specifier.startsWith(".");
      const to = ours ? posix.normalize(posix.join(posix.dirname(path), specifier)) : specifier;
      return { from: path, to, ours, type: typeOnly !== undefined };
    }),
  );
}
