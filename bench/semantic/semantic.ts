import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { embedWords } from "../../schema/semantics/sandbox/embed-words.ts";
import { readWordTable, type WordTable } from "../../schema/semantics/sandbox/word-table.ts";
import { similarity } from "../../schema/semantics/similarity.ts";
import { vetoed } from "../../schema/semantics/veto.ts";
import { ROOT } from "../../scripts/platform/paths.ts";
import type { Harness } from "../harness/harness.ts";
import { table } from "../report/table.ts";
import { type Half, type Pair, pairsOf } from "./pairs/pairs.ts";

const THRESHOLDS = [0.8, 0.85, 0.9, 0.92, 0.95, 0.98] as const;
const DEFAULT_THRESHOLD = 0.92;

/** A pair with its figures. */
interface Judged extends Pair {
  readonly cosine: number;
  readonly score: number;
  readonly veto: boolean;
}

/** Knows no word, so that all count by their spelling. */
const SPELLING_ALONE: WordTable = {
  dimensions: 0,
  common: new Float32Array(),
  rank: () => undefined,
  add: () => undefined,
};

function judge(pairs: readonly Pair[], words: WordTable): readonly Judged[] {
  return pairs.map((pair) => {
    const [a, b] = [embedWords(words, pair.asked), embedWords(words, pair.stored)];
    const cosine = a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
    const score = similarity(pair.asked, pair.stored, cosine);
    return { ...pair, cosine, score, veto: vetoed(pair.asked, pair.stored) !== null };
  });
}

/** Which pairs are served, and by which figure. */
interface Rule {
  readonly name: string;
  readonly serves: (pair: Judged, threshold: number) => boolean;
}

const RULES: readonly Rule[] = [
  { name: "vector alone", serves: ({ cosine }, threshold) => cosine >= threshold },
  { name: "vector and veto", serves: ({ cosine, veto }, threshold) => !veto && cosine >= threshold },
  { name: "vector or words, and veto", serves: ({ score, veto }, threshold) => !veto && score >= threshold },
];

const percent = (part: number, whole: number): string =>
  whole === 0 ? "none" : `${((100 * part) / whole).toFixed(1)} %`;

/** Precision, recall and near misses served of one rule at one threshold. */
function row(pairs: readonly Judged[], { name, serves }: Rule, threshold: number): readonly string[] {
  const same = pairs.filter(({ label }) => label === "same");
  const others = pairs.filter(({ label }) => label !== "same");
  const right = same.filter((pair) => serves(pair, threshold)).length;
  const wrong = others.filter((pair) => serves(pair, threshold)).length;
  return [
    name,
    threshold.toFixed(2),
    percent(right, right + wrong),
    percent(right, same.length),
    `${wrong} of ${others.length}`,
  ];
}

/** How good the semantic cache's idea of "the same question" is, by pairs labelled by hand. */
export const semantic: Harness = {
  about: "what the semantic cache takes for the same question, by labelled pairs: precision and recall",
  numbers: {
    rounds: {
      usual: 20,
      quick: 2,
      least: 1,
      most: 1_000,
      what: "times that every pair is judged, to measure what it costs",
    },
  },
  async run({ number }) {
    const bytes = await readFile(join(ROOT, "workers", "sandbox", "workers-ai", "words.bin"));
    const embedders = { "local table": readWordTable(bytes), "spelling alone": SPELLING_ALONE };
    const figures: Record<string, unknown> = {};
    let served = 0;
    for (const half of ["tuning", "held-out"] as const satisfies readonly Half[]) {
      for (const [name, words] of Object.entries(embedders)) {
        const judged = judge(pairsOf(half), words);
        const rows = RULES.flatMap((rule) => THRESHOLDS.map((threshold) => row(judged, rule, threshold)));
        console.log(`\n## ${half} half, ${name}\n`);
        console.log(table(["rule", "threshold", "precision", "recall", "wrongly served"], rows));
        figures[`${half}, ${name}`] = rows;
        served += judged.filter(({ label, veto }) => label !== "same" && !veto).length;
        if (name === "local table") console.log(`\n${groups(judged)}`);
      }
    }
    const us = cost(number("rounds"));
    console.log(
      `\na veto: ${us.toFixed(0)} µs for a pair, ${longCost().toFixed(0)} µs for two texts of 2,000 characters`,
    );
    const violations = served === 0 ? [] : [`${served} pairs that do not ask the same passed the veto.`];
    return { violations, figures: { ...figures, veto_us: us } };
  },
};

/** Recall by language and near misses by kind, at the default threshold. */
function groups(judged: readonly Judged[]): string {
  const [vector, , all] = RULES;
  if (vector === undefined || all === undefined) throw new Error("there are three rules");
  const groupOf = (pair: Judged): string => (pair.label === "same" ? `same, ${pair.language}` : pair.group);
  const names = [...new Set(judged.map(groupOf))].sort();
  const rows = names.map((name) => {
    const pairs = judged.filter((pair) => groupOf(pair) === name);
    const count = (rule: Rule): string => String(pairs.filter((pair) => rule.serves(pair, DEFAULT_THRESHOLD)).length);
    return [name, String(pairs.length), count(vector), count(all)];
  });
  return table(["pairs", "of them", `vector alone at ${DEFAULT_THRESHOLD}`, all.name], rows);
}

function cost(rounds: number): number {
  const pairs = pairsOf("tuning");
  const begun = performance.now();
  for (let round = 0; round < rounds; round += 1) for (const { asked, stored } of pairs) vetoed(asked, stored);
  return ((performance.now() - begun) * 1_000) / (rounds * pairs.length);
}

function longCost(): number {
  const text = pairsOf("tuning")
    .map(({ stored }) => stored)
    .join(" ")
    .slice(0, 2_000);
  const begun = performance.now();
  for (let round = 0; round < 50; round += 1) vetoed(`${text} a`, `${text} b`);
  return ((performance.now() - begun) * 1_000) / 50;
}
