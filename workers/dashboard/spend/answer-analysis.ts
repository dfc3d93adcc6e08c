import { isRefused, type Refused } from "../../../schema/kernel/errors.ts";
import { log } from "../../../schema/kernel/log.ts";
import type { Actor } from "../access/actor.ts";
import { begun, type Lines, wantsCsv } from "../export/line-stream.ts";
import { csvFile, fileName, jsonAnswer } from "../export/respond.ts";
import { refused } from "../http/respond.ts";
import type { ConsoleScope } from "../http/scope.ts";
import { type Database, databaseOf } from "../store/database.ts";
import type { AnalysisQuery, FORMATS } from "./query.ts";
import type { REFUSALS } from "./refusals.ts";
import { visibleFilters } from "./teams.ts";

/** What is asked of the log and its sums: how its lines are made, and written. */
export interface Analysis<Query extends AnalysisQuery, Line> {
  /** What a file of it is called. */
  readonly name: string;
  /** What is logged when it could not be made. */
  readonly failed: string;
  /** How many lines an answer may have that is read whole. */
  readonly lines_max: number;
  readonly refusals: typeof REFUSALS;
  readonly lines: (db: Database, org_id: string, query: Query) => AsyncGenerator<Lines<Line>>;
  readonly csv: (query: Query, lines: AsyncIterable<Lines<Line>>) => AsyncGenerator<Uint8Array>;
  readonly json: (query: Query, lines: AsyncIterable<Lines<Line>>) => AsyncGenerator<Uint8Array>;
}

export interface Asked<Query extends AnalysisQuery> {
  readonly query: Query | Refused;
  /** What the body says; undefined leaves it to the header. */
  readonly format: (typeof FORMATS)[number] | undefined;
  readonly accept: string | null;
}

/** Answers an analysis of what the actor may see, as JSON or CSV of any length. 503 when the database does not answer. */
export async function answerAnalysis<Query extends AnalysisQuery, Line>(
  analysis: Analysis<Query, Line>,
  { query: read, format, accept }: Asked<Query>,
  scope: ConsoleScope,
  actor: Actor,
): Promise<Response> {
  if (isRefused(read)) return refused(scope, read.refused);
  const filters = visibleFilters(actor, read.filters);
  if (isRefused(filters)) return refused(scope, filters.refused);
  const query = { ...read, filters };
  const csv = format === undefined ? wantsCsv(accept) : format === "csv";
  try {
    const spans = analysis.lines(databaseOf(scope.env.DB), actor.org_id, query);
    const lines = await begun(spans, csv, analysis.lines_max);
    if ("status" in lines) return refused(scope, analysis.refusals[lines.status]);
    return csv
      ? csvFile(scope, analysis.csv(query, lines), fileName(analysis.name, query.range))
      : jsonAnswer(scope, analysis.json(query, lines));
  } catch (error) {
    log("error", analysis.failed, { request_id: scope.request_id, reason: String(error) });
    return refused(scope, analysis.refusals.unavailable);
  }
}
