import * as z from "zod";
import type { OpenApi } from "../../../schema/openapi/merge-documents.ts";

const content = z.record(
  z.string(),
  z.looseObject({ schema: z.unknown().optional(), example: z.unknown().optional() }),
);

/** What of an operation the page shows. */
const operationSchema = z.looseObject({
  operationId: z.string(),
  tags: z.array(z.string()).default([]),
  summary: z.string(),
  description: z.string(),
  security: z.array(z.record(z.string(), z.unknown())).default([]),
  parameters: z
    .array(
      z.looseObject({
        name: z.string(),
        in: z.string(),
        required: z.boolean().default(false),
        description: z.string().default(""),
        schema: z.unknown().optional(),
      }),
    )
    .default([]),
  requestBody: z.looseObject({ required: z.boolean().default(false), content }).optional(),
  "x-error-codes": z.array(z.string()).default([]),
  responses: z.record(z.string(), z.looseObject({ description: z.string(), content: content.optional() })),
});

export interface Operation extends z.infer<typeof operationSchema> {
  readonly method: string;
  readonly path: string;
}

/** The operations of a document in its order, by tag in the order of its tags. A tag without any is left out. */
export function operationsByTag(
  document: OpenApi,
): readonly { readonly tag: string; readonly operations: Operation[] }[] {
  const all = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, ...operationSchema.parse(operation) })),
  );
  return document.tags
    .map(({ name: tag }) => ({ tag, operations: all.filter(({ tags }) => tags[0] === tag) }))
    .filter(({ operations }) => operations.length > 0);
}
