import * as z from "zod";
import { LIMITS } from "../../../schema/kernel/limits.ts";
import type { Resource } from "../../../schema/resources/resource.ts";
import type { Row } from "./hooks.ts";
import { apiName } from "./shape.ts";

/** A list's query, checked: what to keep, how to sort, where to begin. */
export interface ListQuery {
  readonly limit: number;
  readonly cursor: string | null;
  readonly sort: { readonly column: string; readonly descending: boolean; readonly text: string };
  /** Rows with a value in this column are left out; null leaves none out. */
  readonly without: string | null;
  readonly filters: readonly { readonly column: string; readonly value: unknown }[];
}

const DEFAULT_PAGE = 50;

/** How many rows a page has. */
export const limitParam = z
  .string()
  .regex(/^\d{1,6}$/, "must be a whole number")
  .transform(Number)
  .pipe(z.number().min(1, "must be at least 1").max(LIMITS.page_size, `must be at most ${LIMITS.page_size}`))
  .optional()
  .describe(`Rows of a page, 1 to ${LIMITS.page_size}; ${DEFAULT_PAGE} unless given.`);

export const cursorParam = z.string().max(1_000).optional().describe("The `next_cursor` of the page before.");

/** The query parameters of a resource's list. */
export function listQuerySchema(resource: Resource): z.ZodObject {
  const sorts = resource.sort.flatMap((column) => [apiName(column), `-${apiName(column)}`]);
  const shape: Record<string, z.ZodType> = {
    limit: limitParam,
    cursor: cursorParam,
    sort: z
      .enum(sorts, `must be one of ${sorts.join(", ")}`)
      .optional()
      .describe("By what it is sorted, with a dash in front for the highest first; `-created_at` unless given."),
  };
  for (const column of resource.filter) {
    const widget = resource.fields[column]?.widget.kind;
    const value =
      widget === "flag" ? z.enum(["true", "false"]).transform((text) => text === "true") : z.string().max(300);
    shape[apiName(column)] = value.optional().describe(`Only those with this \`${apiName(column)}\`.`);
  }
  if (resource.retired !== undefined) {
    const { param } = resource.retired;
    shape[param] = z.enum(["true", "false"]).optional().describe(`\`true\`: also those that are ${param}.`);
  }
  return z.object(shape);
}

/** The parsed parameters as a query. */
export function listQuery(resource: Resource, parsed: Row): ListQuery {
  const text = typeof parsed.sort === "string" ? parsed.sort : "-created_at";
  const descending = text.startsWith("-");
  const name = descending ? text.slice(1) : text;
  const column = resource.sort.find((candidate) => apiName(candidate) === name) ?? "created_at";
  return {
    limit: typeof parsed.limit === "number" ? parsed.limit : DEFAULT_PAGE,
    cursor: typeof parsed.cursor === "string" ? parsed.cursor : null,
    sort: { column, descending, text },
    without:
      resource.retired === undefined || parsed[resource.retired.param] === "true" ? null : resource.retired.column,
    filters: resource.filter.flatMap((candidate) => {
      const value = parsed[apiName(candidate)];
      return value === undefined ? [] : [{ column: candidate, value }];
    }),
  };
}
