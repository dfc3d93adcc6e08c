/** A metric with its samples, before it is written. */
export interface Metric {
  /** Without the prefix of the platform. */
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  /** One sentence. */
  readonly help: string;
  readonly samples: readonly Sample[];
}

export interface Sample {
  /** What is put behind the name: `_bucket`, `_sum` or `_count` of a histogram. */
  readonly suffix?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** As text, since a total may be beyond what a number holds exactly. */
  readonly value: string;
}
