import * as z from "zod";

/** Shorter, and the profiler cannot keep up on two cores: samples would be lost. */
export const SAMPLE_EVERY_US = 500;

/**
 * V8's CPU profile: a tree of calls, and for each sample the node in which the isolate was found. Its own times are left
 * out: an isolate that is not on its thread is not sampled, and the wait would count for what it did last.
 */
export const cpuProfileSchema = z.object({
  nodes: z.array(
    z.object({
      id: z.int(),
      callFrame: z.object({ functionName: z.string(), url: z.string(), lineNumber: z.int() }),
      children: z.array(z.int()).optional(),
    }),
  ),
  samples: z.array(z.int()),
});
export type CpuProfile = z.infer<typeof cpuProfileSchema>;

/** One function of a bundle, or of the runtime, with its share of the time. */
export interface FunctionTime {
  /** Path of the module in the repository, `npm:<package>`, or `runtime` with the runtime's own module if it has one. */
  readonly module: string;
  readonly name: string;
  /** Spent in the function itself. */
  readonly self_us: number;
  /** Spent in it and in what it called. */
  readonly total_us: number;
}

/** V8's names for what is no code of the isolate: waiting, other isolates of the thread, and I/O of the runtime. */
const OUTSIDE: ReadonlySet<string> = new Set(["(program)", "(idle)", "(root)"]);

/** Adds up a profile by function. `modules` gives the module of each line of the bundle. */
export function functionTimes(profile: CpuProfile, modules: readonly string[]): readonly FunctionTime[] {
  const self = selfTimes(profile);
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const sums = new Map<string, { module: string; name: string; self_us: number; total_us: number }>();
  const [root] = profile.nodes;
  if (root === undefined) return [];

  /** Adds the node's times and answers its total. A function that is above itself counts once in its own total. */
  function visit(id: number, above: ReadonlySet<string>): number {
    const node = nodes.get(id);
    if (node === undefined) return 0;
    const { functionName, url, lineNumber } = node.callFrame;

    const module = moduleOf(url, lineNumber, modules);
    const name = functionName === "" ? `(anonymous, line ${lineNumber + 1})` : functionName;
    const key = `${module} ${name}`;
    const inside = new Set(above).add(key);
    const own = self.get(id) ?? 0;
    const total = own + (node.children ?? []).reduce((sum, child) => sum + visit(child, inside), 0);
    if (OUTSIDE.has(functionName)) return total;
    const entry = sums.get(key) ?? { module, name, self_us: 0, total_us: 0 };
    entry.self_us += own;
    if (!above.has(key)) entry.total_us += total;
    sums.set(key, entry);
    return total;
  }

  visit(root.id, new Set());
  return [...sums.values()].sort((a, b) => b.self_us - a.self_us);
}

function selfTimes({ samples }: CpuProfile): ReadonlyMap<number, number> {
  const self = new Map<number, number>();
  for (const node of samples) self.set(node, (self.get(node) ?? 0) + SAMPLE_EVERY_US);
  return self;
}

/** Our bundles are called after their folder; what else has a name is the runtime's own JavaScript, or miniflare's. */
function moduleOf(url: string, line: number, modules: readonly string[]): string {
  if (url.endsWith("/index.js")) return modules[line] ?? url;
  return url === "" ? "runtime" : `runtime ${url}`;
}

/** The module of each line of a bundle that is not minified: esbuild puts a comment with the path before each module. */
export function modulesByLine(code: string): readonly string[] {
  let module = "runtime";
  return code.split("\n").map((line) => {
    const path = /^\/\/ (\S+\.(?:ts|js|mjs|cjs|json|html))$/.exec(line)?.[1];
    if (path !== undefined) module = moduleName(path);
    return module;
  });
}

function moduleName(path: string): string {
  const name = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];
  return name === undefined ? path : `npm:${name}`;
}
