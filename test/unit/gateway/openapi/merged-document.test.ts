import { Validator } from "@seriousme/openapi-schema-validator";
import { beforeEach, describe, expect, it } from "vitest";
import { openApiDocument } from "../../../../schema/openapi/document.ts";
import { mergeDocuments, openApiSchema } from "../../../../schema/openapi/merge-documents.ts";
import type { Env } from "../../../../workers/gateway/env.ts";
import type { Route } from "../../../../workers/gateway/http/route.ts";
import { mergedDocument } from "../../../../workers/gateway/openapi/merged-document.ts";
import { ROUTES } from "../../../../workers/gateway/routes/routes.ts";
import { quietLogs, scope, standIn } from "../fixtures.ts";

const SERVER = "https://gateway.example";

beforeEach(() => {
  quietLogs();
});

const route = (change: Partial<Route>): Route => ({
  method: "get",
  path: "/v1/things",
  operation_id: "listThings",
  tag: "Keys",
  summary: "List things",
  description: "All of them.",
  security: "admin",
  spends: false,
  headers: {},
  body: null,
  responses: { 200: { description: "Things." } },
  errors: [],
  handle: () => new Response(null),
  ...change,
});

/** A console with those routes, and how often it was asked. */
function consoleOf(answer: () => Response | Promise<Response>) {
  const asked: string[] = [];
  const binding = standIn<Fetcher>({
    fetch: async (input) => {
      asked.push(String(input));
      return await answer();
    },
  });
  return { asked, binding };
}
const theirs = (...routes: readonly Route[]) => Response.json(openApiDocument(routes, "https://console.internal"));

describe("the reference of gateway and console together", () => {
  it("has the operations of both, also on one path, and is valid", async () => {
    const { binding } = consoleOf(() =>
      theirs(
        route({}),
        route({ method: "get", path: "/v1/providers/{id}/test", operation_id: "x", params: { id: "i" } }),
      ),
    );
    const document = await mergedDocument(ROUTES, SERVER, binding);
    expect(Object.keys(document?.paths ?? {})).toEqual(
      expect.arrayContaining(["/v1/things", ...ROUTES.map(({ path }) => path)]),
    );
    expect(Object.keys(document?.paths["/v1/providers/{id}/test"] ?? {}).sort()).toEqual(["get", "post"]);
    expect(document?.servers).toEqual([{ url: SERVER }]);
    expect((await new Validator().validate(JSON.parse(JSON.stringify(document)))).errors).toBeUndefined();
  });

  it("says of what both have what we say, since we answer there", () => {
    const own = openApiSchema.parse(openApiDocument([route({ summary: "ours" })], SERVER));
    const other = openApiSchema.parse(openApiDocument([route({ summary: "theirs" })], SERVER));
    other.components.schemas = { ...other.components.schemas, Error: "theirs", Thing: "theirs" };
    other.tags.push({ name: "Things" });
    const merged = mergeDocuments(own, other);
    expect(merged).toMatchObject({ paths: { "/v1/things": { get: { summary: "ours" } } } });
    expect(merged.components.schemas).toMatchObject({ Error: { type: "object" }, Thing: "theirs" });
    expect(merged.tags.map(({ name }) => name)).toEqual([...own.tags.map(({ name }) => name), "Things"]);
  });

  it("asks the console once, over its binding and without anything of the caller's", async () => {
    const { binding, asked } = consoleOf(() => theirs(route({})));
    await mergedDocument(ROUTES, SERVER, binding);
    await mergedDocument(ROUTES, "https://other.example", binding);
    expect(asked).toEqual(["https://console.internal/openapi.json"]);
  });

  it.each<[string, () => Response | Promise<Response>]>([
    ["does not answer", () => Promise.reject(new Error("down"))],
    ["answers with an error", () => new Response(null, { status: 500 })],
    ["answers with something else", () => new Response("<!doctype html>")],
  ])("is not half of it when the console %s, and whole the next time", async (_, answer) => {
    let broken = true;
    const { binding } = consoleOf(() => (broken ? answer() : theirs(route({}))));
    const env = standIn<Env>({ DASHBOARD: binding });
    for (const path of ["/openapi.json", "/docs"]) {
      const handler = ROUTES.find((one) => one.path === path);
      const response = await handler?.handle(new Request(`${SERVER}${path}`), scope({ env }), {});
      expect(response?.status).toBe(503);
      expect(await response?.json()).toMatchObject({ error: { code: "store_unavailable" } });
    }
    broken = false;
    expect(await mergedDocument(ROUTES, SERVER, binding)).not.toBeNull();
  });
});
