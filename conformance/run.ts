import { parseArgs } from "node:util";
import { ClearError, errorText, runMain } from "../scripts/platform/clear-error.ts";
import { CASES } from "./cases/all.ts";
import { type Result, runCases } from "./kit.ts";
import { subjectsOf } from "./subjects.ts";

/** `npm run selftest`: the conformance kit against any deployment. */

const USAGE = `Tries the models of a deployment: text, tools, JSON, images, reasoning, dialects, embeddings, errors.

  npm run selftest -- --url https://gateway.example.com --key ao_…

  --url URL         the deployment (default http://127.0.0.1:8787)
  --key KEY         a key of it; its wallet pays for the calls. AO_KEY in the environment is another way to give it
  --model a/b       a model to try; can be repeated. The cheapest of each provider for each capability unless given
  --json            one JSON document in place of the table

It exits with 1 when something failed. "refused" is no failure: the provider does not offer it, and the request was
answered with an error that says so.`;

const MARKS = { passed: "ok", refused: "refused", not_applicable: "-", failed: "FAILED" } as const;

await runMain(async () => {
  const { values } = parseArgs({
    options: {
      url: { type: "string", default: "http://127.0.0.1:8787" },
      key: { type: "string", default: process.env.AO_KEY ?? "" },
      model: { type: "string", multiple: true, default: [] },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  if (values.key === "") throw new ClearError(`A key is missing.\n\n${USAGE}`);
  const url = values.url.replace(/\/+$/, "");
  const subjects = await subjectsOf({ url, key: values.key }, values.model).catch((error: unknown) => {
    throw new ClearError(`${url} does not answer as a gateway: ${errorText(error)}`);
  });
  if (subjects.length === 0) throw new ClearError("The key can use no model that has a price. Add a provider first.");
  const report: { readonly provider: string; readonly kind: string; readonly results: readonly Result[] }[] = [];
  for (const { provider, kind, subject } of subjects) {
    if (!values.json) console.log(`\n${provider} (${kind}): ${[...new Set(Object.values(subject.models))].join(", ")}`);
    const results = await runCases(subject, CASES, (result) => {
      if (!values.json) console.log(line(result));
    });
    report.push({ provider, kind, results });
  }
  const all = report.flatMap(({ results }) => results);
  const count = (status: string): number => all.filter(({ verdict }) => verdict.status === status).length;
  const failed = count("failed");
  if (values.json) console.log(JSON.stringify({ url, failed, providers: report }, null, 2));
  else console.log(`\n${count("passed")} passed, ${count("refused")} refused as declared, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
});

function line({ name, verdict, took_ms }: Result): string {
  const why = "because" in verdict ? verdict.because : "problem" in verdict ? verdict.problem : "";
  return `  ${MARKS[verdict.status].padEnd(8)} ${name.padEnd(44)} ${String(took_ms).padStart(6)} ms${why === "" ? "" : `  ${why}`}`;
}
