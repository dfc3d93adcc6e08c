import { and, desc, eq, lt, sql } from "drizzle-orm";
import * as z from "zod";
import { reconciliationLines, reconciliations } from "../../../schema/tables/console.ts";
import type { SqlStatement } from "../../../schema/wire/audit-rpc.ts";
import { type Database, statement } from "../store/database.ts";
import type { ComparedLine } from "./compare.ts";
import type { Count } from "./read-export.ts";

export type Reconciliation = typeof reconciliations.$inferSelect;

/** Lines of one statement: a parameter holds 2 MB. */
const PIECE = 2_000;

/** Writes a comparison, in place of one of the same file. */
export function storeStatements(
  db: Database,
  made: Reconciliation,
  lines: readonly ComparedLine[],
): readonly SqlStatement[] {
  const { id, org_id: _org, provider_id: _provider, file_sha256: _file, created_at: _created, ...changes } = made;
  const pieces = Array.from({ length: Math.ceil(lines.length / PIECE) }, (_, index) =>
    lines.slice(index * PIECE, (index + 1) * PIECE),
  );
  return [
    statement(
      db
        .insert(reconciliations)
        .values(made)
        .onConflictDoUpdate({
          target: [reconciliations.org_id, reconciliations.provider_id, reconciliations.file_sha256],
          set: changes,
        }),
    ),
    statement(db.delete(reconciliationLines).where(eq(reconciliationLines.reconciliation_id, id))),
    ...pieces.map((piece) => ({ sql: INSERT_LINES, params: [id, JSON.stringify(piece.map(cellsOf))] })),
  ];
}

const INSERT_LINES = `
  INSERT INTO reconciliation_lines (reconciliation_id, day, model, their_cost_nano_usd, their_requests,
    their_input_tokens, their_output_tokens, our_cost_nano_usd, our_requests, our_input_tokens, our_output_tokens)
  SELECT ?1, value ->> 0, value ->> 1, CAST(value ->> 2 AS INTEGER), value ->> 3, value ->> 4, value ->> 5,
    CAST(value ->> 6 AS INTEGER), value ->> 7, value ->> 8, value ->> 9
  FROM json_each(?2)`;

/** Money as text: JSON's numbers end at 2^53. */
const cellsOf = ({ day, model, theirs, ours }: ComparedLine): readonly (string | number | null)[] => [
  day,
  model,
  ...countCells(theirs),
  ...countCells(ours),
];

const countCells = (count: Count | null): readonly (string | number | null)[] => [
  count?.cost_nano_usd?.toString() ?? null,
  count?.requests ?? null,
  count?.input_tokens ?? null,
  count?.output_tokens ?? null,
];

/** The comparison of this very file, if there was one. */
export async function findByFile(
  db: Database,
  { org_id, provider_id, file_sha256 }: Pick<Reconciliation, "org_id" | "provider_id" | "file_sha256">,
): Promise<Reconciliation | null> {
  const { org_id: org, provider_id: provider, file_sha256: file } = reconciliations;
  const [found] = await db
    .select()
    .from(reconciliations)
    .where(and(eq(org, org_id), eq(provider, provider_id), eq(file, file_sha256)));
  return found ?? null;
}

export async function findReconciliation(db: Database, org_id: string, id: string): Promise<Reconciliation | null> {
  const [found] = await db
    .select()
    .from(reconciliations)
    .where(and(eq(reconciliations.org_id, org_id), eq(reconciliations.id, id)));
  return found ?? null;
}

/** Newest first, behind `before`. */
export const listReconciliations = (
  db: Database,
  org_id: string,
  before: string | null,
  limit: number,
): Promise<readonly Reconciliation[]> =>
  db
    .select()
    .from(reconciliations)
    .where(and(eq(reconciliations.org_id, org_id), before === null ? undefined : lt(reconciliations.id, before)))
    .orderBy(desc(reconciliations.id))
    .limit(limit);

const figure = z.int().nullable();
const line = z.object({
  day: z.string(),
  model: z.string(),
  their_cost_nano_usd: z.string().nullable(),
  their_requests: figure,
  their_input_tokens: figure,
  their_output_tokens: figure,
  our_cost_nano_usd: z.string().nullable(),
  our_requests: figure,
  our_input_tokens: figure,
  our_output_tokens: figure,
});

/** The lines of a comparison, by day and model. */
export async function linesOf(db: Database, reconciliation_id: string): Promise<readonly ComparedLine[]> {
  const rows = await db.all<unknown>(sql`
    SELECT day, model, CAST(their_cost_nano_usd AS TEXT) AS their_cost_nano_usd, their_requests, their_input_tokens,
      their_output_tokens, CAST(our_cost_nano_usd AS TEXT) AS our_cost_nano_usd, our_requests, our_input_tokens,
      our_output_tokens
    FROM reconciliation_lines WHERE reconciliation_id = ${reconciliation_id} ORDER BY day, model`);
  return rows.map((row) => {
    const read = line.parse(row);
    const side = (who: "their" | "our") =>
      countOf({
        cost_nano_usd: read[`${who}_cost_nano_usd`],
        requests: read[`${who}_requests`],
        input_tokens: read[`${who}_input_tokens`],
        output_tokens: read[`${who}_output_tokens`],
      });
    return { day: read.day, model: read.model, theirs: side("their"), ours: side("our") };
  });
}

interface CountRow extends Omit<Count, "cost_nano_usd"> {
  readonly cost_nano_usd: string | null;
}

/** A side of which nothing is known has no line there. */
function countOf({ cost_nano_usd, ...counts }: CountRow): Count | null {
  const nothing = cost_nano_usd === null && Object.values(counts).every((value) => value === null);
  return nothing ? null : { cost_nano_usd: cost_nano_usd === null ? null : BigInt(cost_nano_usd), ...counts };
}
