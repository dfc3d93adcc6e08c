import * as z from "zod";

const members = z.record(z.string(), z.unknown());

/** An OpenAPI document as far as two of them are put together; everything else of it is kept as it is. */
export const openApiSchema = z.looseObject({
  openapi: z.string(),
  servers: z.array(z.looseObject({ url: z.string() })),
  tags: z.array(z.looseObject({ name: z.string() })),
  /** By path and method. */
  paths: z.record(z.string(), members),
  /** By kind and name. */
  components: z.record(z.string(), members),
});
export type OpenApi = z.infer<typeof openApiSchema>;

/**
 * One document of two. What both have (an operation, a component of one name) is the first one's, and so is all that is
 * said of the whole. Pure.
 */
export function mergeDocuments(first: OpenApi, second: OpenApi): OpenApi {
  const known = new Set(first.tags.map(({ name }) => name));
  return {
    ...first,
    tags: [...first.tags, ...second.tags.filter(({ name }) => !known.has(name))],
    paths: mergeMembers(first.paths, second.paths),
    components: mergeMembers(first.components, second.components),
  };
}

type Members = Record<string, Record<string, unknown>>;

function mergeMembers(first: Members, second: Members): Members {
  const merged: Members = { ...second, ...first };
  for (const [name, own] of Object.entries(first)) merged[name] = { ...second[name], ...own };
  return merged;
}
