/** The parser has no types of its own. */
declare module "parse-prometheus-text-format" {
  interface ParsedSample {
    readonly labels?: Readonly<Record<string, string>>;
    readonly value?: string;
    readonly buckets?: Readonly<Record<string, string>>;
    readonly sum?: string;
    readonly count?: string;
  }
  interface ParsedMetric {
    readonly name: string;
    readonly help: string;
    readonly type: string;
    readonly metrics: readonly ParsedSample[];
  }
  export default function parsePrometheusTextFormat(text: string): readonly ParsedMetric[];
}
