import type { Metric, Sample } from "./metric.ts";

export const EXPOSITION_TYPE = "text/plain; version=0.0.4; charset=utf-8";

const PREFIX = "ai_orchestrator_";

/** Metrics in Prometheus' text format 0.0.4. A metric without samples is told of all the same. */
export const writeExposition = (metrics: readonly Metric[]): string =>
  metrics
    .map((metric) => [...head(metric), ...metric.samples.map((sample) => line(metric, sample)), ""].join("\n"))
    .join("");

const head = ({ name, help, type }: Metric): string[] => [
  `# HELP ${PREFIX}${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}`,
  `# TYPE ${PREFIX}${name} ${type}`,
];

function line({ name }: Metric, { suffix = "", labels, value }: Sample): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`);
  return `${PREFIX}${name}${suffix}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}`;
}

const escapeLabel = (text: string): string =>
  text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
