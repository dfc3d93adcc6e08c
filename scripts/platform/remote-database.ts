import * as z from "zod";
import { ClearError } from "./clear-error.ts";
import { runProgram } from "./program.ts";
import type { SqlDatabase, SqlStatement } from "./sql-database.ts";

/** What wrangler prints with --json: the rows of each statement. */
const outputSchema = z.array(z.object({ results: z.array(z.record(z.string(), z.unknown())) }));

/** The D1 of the deployment, through `wrangler d1 execute` and its login. `more` are further arguments of wrangler's. */
export const remoteDatabase = (more: readonly string[] = ["--remote"]): SqlDatabase => ({
  async batch(statements) {
    const command = statements.map(withParams).join(";\n");
    const { ok, output } = await runProgram("wrangler", "d1", "execute", "ao", ...more, "--json", "--command", command);
    const from = output.indexOf("[");
    if (!ok || from === -1) throw new ClearError(`${output}\nThe database did not answer.`);
    return outputSchema.parse(JSON.parse(output.slice(from))).map(({ results }) => results);
  },
});

/** Wrangler takes no parameters: each `?1` or `?` is written into the statement. Text is quoted as SQL quotes it. */
function withParams({ sql, params = [] }: SqlStatement): string {
  const texts = params.map((value) =>
    value === null ? "NULL" : typeof value === "number" ? String(value) : `'${value.replaceAll("'", "''")}'`,
  );
  let next = 0;
  return sql.replace(/\?(\d*)/g, (_, index: string) => texts[index === "" ? next++ : Number(index) - 1] ?? "NULL");
}
