import { glob, readFile } from "node:fs/promises";
import { sep } from "node:path";
import { ROOT } from "../platform/paths.ts";
import { type Import, readImports } from "./imports.ts";
import { LAYERS, type Layer } from "./layers.ts";

/** Source texts by their path from the repository's root, with forward slashes. */
export type Sources = ReadonlyMap<string, string>;

/** The folders whose imports have a direction. Tests may look at everything. */
const CHECKED = [
  "schema/**/*.ts",
  "workers/**/*.{ts,tsx}",
  "scripts/**/*.ts",
  "bench/**/*.ts",
  "sim/**/*.ts",
  "demo/**/*.ts",
];

export async function readSources(): Promise<Sources> {
  const sources = new Map<string, string>();
  for await (const path of glob(CHECKED, { cwd: ROOT })) {
    sources.set(path.replaceAll(sep, "/"), await readFile(`${ROOT}/${path}`, "utf8"));
  }
  return sources;
}

/** Every import that goes against the direction, and every cycle, one sentence each; empty when all is well. */
export function importProblems(sources: Sources): readonly string[] {
  const imports = [...sources].flatMap(([path, source]) => readImports(path, source));
  return [
    ...[...sources.keys()].filter((path) => layerOf(path) === undefined).map((path) => `${path} belongs to no layer`),
    ...imports.flatMap(directionProblem),
    ...cycles(imports.filter((item) => item.ours && !item.type)),
  ];
}

function directionProblem(item: Import): readonly string[] {
  const layer = layerOf(item.from);
  if (layer === undefined) return [];
  const arrow = `${item.from} imports ${item.to}`;
  if (!item.ours) {
    const banned = layer.withoutPackages?.some((name) => item.to.startsWith(name)) ?? false;
    return banned ? [`${arrow}: the layer "${layer.name}" does without that package`] : [];
  }
  // Data such as price files is nobody's code.
  if (!/\.tsx?$/.test(item.to)) return [];
  const target = layerOf(item.to);
  if (target === undefined) return [`${arrow}, which belongs to no layer`];
  if (target.name === "worker entry") return [`${arrow}: nobody imports a worker's entry`];
  const [worker, otherWorker] = [workerOf(item.from), workerOf(item.to)];
  if (worker !== null && otherWorker !== null && worker !== otherWorker) {
    return [`${arrow}: a worker never imports another one`];
  }
  if (layer.name === "worker entry") return [];
  if (!layer.may.includes(target.name)) return [`${arrow}: "${layer.name}" may not import "${target.name}"`];
  const apart =
    layer.siblings === "apart" && layer === target && siblingOf(layer, item.from) !== siblingOf(layer, item.to);
  return apart ? [`${arrow}: siblings do not import each other`] : [];
}

const layerOf = (path: string): Layer | undefined => LAYERS.find(({ files }) => files.test(path));

const workerOf = (path: string): string | null => /^workers\/([^/]+)\//.exec(path)?.[1] ?? null;

const siblingOf = (layer: Layer, path: string): string | undefined => layer.files.exec(path)?.[1];

/** One sentence per cycle that a depth-first walk comes upon. */
function cycles(imports: readonly Import[]): readonly string[] {
  const targets = Map.groupBy(imports, ({ from }) => from);
  const done = new Set<string>();
  const found: string[] = [];

  function visit(path: string, way: readonly string[]): void {
    const start = way.indexOf(path);
    if (start !== -1) {
      found.push(`cycle: ${[...way.slice(start), path].join(" → ")}`);
      return;
    }
    if (done.has(path)) return;
    for (const { to } of targets.get(path) ?? []) visit(to, [...way, path]);
    done.add(path);
  }

  for (const path of targets.keys()) visit(path, []);
  return found;
}
