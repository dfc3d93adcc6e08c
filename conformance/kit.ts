/**
 * The conformance kit: what a caller may expect of a model behind the gateway, whoever its provider is, as cases that run
 * over plain HTTP against any deployment. `npm run selftest` runs them, and so do the tests, for every kind of provider.
 */

/** What a case needs a model for. One model mostly has several of them. */
export const CAPABILITIES = ["chat", "tools", "vision", "json_schema", "reasoning", "embeddings", "rerank"] as const;
export type Capability = (typeof CAPABILITIES)[number];

/** What is tried: the models of one provider of a deployment, with the key that pays for it. */
export interface Subject {
  /** Of the deployment, without a trailing slash. */
  readonly url: string;
  readonly key: string;
  /** `provider/model` by what it is good for; absent where the provider has none. */
  readonly models: Readonly<Partial<Record<Capability, string>>>;
  /** What the provider offers, as GET /v1/models tells: true, or why a request for it is refused. */
  readonly features: Readonly<Record<string, true | string>>;
  /** Models differ in what they say; a stand-in answers predictably, and more is checked. */
  readonly predictable: boolean;
}

/** One thing that is expected. */
export interface Case {
  readonly name: string;
  /** The feature that it needs; without it the request must be refused with a 400 that names a field. Null: everybody has it. */
  readonly feature: string | null;
  /** What the model is needed for; without one the case does not apply. */
  readonly capability: Capability;
  /** Throws with what is wrong; a Refusal where the deployment refused the request. */
  run(subject: Subject, model: string): Promise<void>;
}

export type Verdict =
  | { readonly status: "passed" }
  /** The provider does not have the feature, and the request was refused as it should. */
  | { readonly status: "refused"; readonly because: string }
  | { readonly status: "not_applicable"; readonly because: string }
  | { readonly status: "failed"; readonly problem: string };

export interface Result {
  readonly name: string;
  readonly verdict: Verdict;
  readonly took_ms: number;
}

/** Runs cases one after the other, and tells of each as it ends. */
export async function runCases(
  subject: Subject,
  cases: readonly Case[],
  told: (result: Result) => void = () => undefined,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const one of cases) {
    const from = performance.now();
    const verdict = await judge(subject, one);
    const result = { name: one.name, verdict, took_ms: Math.round(performance.now() - from) };
    results.push(result);
    told(result);
  }
  return results;
}

async function judge(subject: Subject, { feature, capability, run }: Case): Promise<Verdict> {
  const model = subject.models[capability];
  if (model === undefined) return { status: "not_applicable", because: `no model for ${capability}` };
  const offered = feature === null ? true : (subject.features[feature] ?? "the deployment does not name this feature");
  try {
    await run(subject, model);
    return offered === true
      ? { status: "passed" }
      : { status: "failed", problem: `it is offered, although the table says: ${offered}` };
  } catch (error) {
    if (offered !== true && error instanceof Refusal) return { status: "refused", because: offered };
    return { status: "failed", problem: error instanceof Error ? error.message : String(error) };
  }
}

/** An answer that is an error: its status and the envelope's fields. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly param: string | null;

  constructor(status: number, code: string, param: string | null, message: string) {
    super(`answered ${status} ${code}${param === null ? "" : ` (${param})`}: ${message}`);
    this.name = "Refusal";
    this.status = status;
    this.code = code;
    this.param = param;
  }
}

export function check(condition: boolean, problem: string): asserts condition {
  if (!condition) throw new Error(problem);
}

/** Shows a value in a problem, short enough to be read. */
export const shown = (value: unknown): string => {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
};
