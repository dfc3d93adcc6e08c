import * as z from "zod";

/** What Vectorize refuses, refused: its limits are those of developers.cloudflare.com/vectorize/platform/limits. */

const VECTORS_MAX = 1_000;
const DIMENSIONS_MAX = 1_536;
const TOP_K_MAX = 100;
/** With values or all metadata in the answer. */
const TOP_K_MAX_FULL = 50;
const METADATA_BYTES_MAX = 10_240;

const name = z.string().refine((text) => new TextEncoder().encode(text).length <= 64, "must be at most 64 bytes");
const values = z
  .custom<ArrayLike<number>>(
    (given) => Array.isArray(given) || given instanceof Float32Array || given instanceof Float64Array,
  )
  .transform((given) => Float32Array.from(given))
  .refine(({ length }) => length >= 1 && length <= DIMENSIONS_MAX, `must have 1 to ${DIMENSIONS_MAX} dimensions`)
  .refine((numbers) => numbers.every(Number.isFinite), "must be finite numbers");
const key = z.string().regex(/^[^$."][^."]*$/);
const plain = z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())]);
/** Nested once: deeper types are more than RPC can describe. */
export const metadataSchema = z.record(key, z.union([plain, z.record(key, plain)]));
const metadata = metadataSchema.refine(
  (given) => new TextEncoder().encode(JSON.stringify(given)).length <= METADATA_BYTES_MAX,
  "is larger than 10 KiB",
);

const vectorSchema = z.strictObject({
  id: name,
  values,
  namespace: name.optional(),
  metadata: metadata.optional(),
});
export type StoredVector = z.infer<typeof vectorSchema>;

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const condition = z.union([
  scalar,
  z.strictObject({
    $eq: scalar.optional(),
    $ne: scalar.optional(),
    $in: z.array(scalar).optional(),
    $nin: z.array(scalar).optional(),
    $lt: z.union([z.string(), z.number()]).optional(),
    $lte: z.union([z.string(), z.number()]).optional(),
    $gt: z.union([z.string(), z.number()]).optional(),
    $gte: z.union([z.string(), z.number()]).optional(),
  }),
]);
export type Condition = z.infer<typeof condition>;

const querySchema = z
  .strictObject({
    topK: z.int().min(1).max(TOP_K_MAX).default(5),
    namespace: name.optional(),
    returnValues: z.boolean().default(false),
    returnMetadata: z
      .union([z.boolean(), z.enum(["all", "indexed", "none"])])
      .default("none")
      .transform((wanted) => wanted === true || wanted === "all" || wanted === "indexed"),
    filter: z.record(z.string(), condition).default({}),
  })
  .refine(
    ({ topK, returnValues, returnMetadata }) => topK <= TOP_K_MAX_FULL || !(returnValues || returnMetadata),
    `topK is at most ${TOP_K_MAX_FULL} with values or metadata`,
  );
export type VectorQuery = z.infer<typeof querySchema> & { readonly vector: Float32Array };

export const checkVectors = (vectors: unknown): StoredVector[] =>
  parse(z.array(vectorSchema).min(1).max(VECTORS_MAX), vectors, "VECTOR_UPSERT_ERROR");

export const checkQuery = (vector: unknown, options: unknown): VectorQuery => ({
  vector: parse(values, vector, "VECTOR_QUERY_ERROR"),
  ...parse(querySchema, options, "VECTOR_QUERY_ERROR"),
});

export const checkIds = (ids: unknown): string[] =>
  parse(z.array(name).min(1).max(VECTORS_MAX), ids, "VECTOR_GET_ERROR");

function parse<Schema extends z.ZodType>(schema: Schema, given: unknown, code: string): z.output<Schema> {
  const read = schema.safeParse(given);
  if (!read.success) throw new Error(`${code} (local stand-in): ${z.prettifyError(read.error)}`);
  return read.data;
}
