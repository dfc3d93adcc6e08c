import type { paths } from "./schema.d.ts";

/** Parts of the API's types, by path and method. */

export type Method = "get" | "post" | "put" | "patch" | "delete";

export type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P] extends { readonly [K in M]: object } ? P : never;
}[keyof paths];

type Operation<P extends PathOf<M>, M extends Method> = paths[P][M];

/** What stands in the path and behind the question mark. */
export type ParametersOf<P extends PathOf<M>, M extends Method> =
  Operation<P, M> extends { parameters: infer Given }
    ? Pick<Given, Extract<keyof Given, "path" | "query">> & { readonly header?: Readonly<Record<string, string>> }
    : never;

export type BodyOf<P extends PathOf<M>, M extends Method> =
  Operation<P, M> extends { requestBody?: { content: { "application/json": infer Body } } } ? Body : undefined;

type JsonOf<Response> = Response extends { content: { "application/json": infer Body } } ? Body : never;

/** The JSON of a success: `AnswerOf<"/v1/me", "get">`. */
export type AnswerOf<P extends PathOf<M>, M extends Method> =
  Operation<P, M> extends { responses: infer Responses }
    ? JsonOf<Responses[Extract<keyof Responses, 200 | 201 | 202>]>
    : never;
