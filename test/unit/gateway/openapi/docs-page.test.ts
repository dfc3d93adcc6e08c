import { describe, expect, it } from "vitest";
import { z } from "zod";
import { ERRORS } from "../../../../schema/kernel/errors.ts";
import { openApiDocument } from "../../../../schema/openapi/document.ts";
import { openApiSchema } from "../../../../schema/openapi/merge-documents.ts";
import type { Route } from "../../../../workers/gateway/http/route.ts";
import { docsPage } from "../../../../workers/gateway/openapi/docs-page.ts";
import { ROUTES } from "../../../../workers/gateway/routes/routes.ts";

const SERVER = "https://gateway.example";

const pageOf = (routes: readonly Route[], server = SERVER): string =>
  docsPage(openApiSchema.parse(openApiDocument(routes, server)));

describe("the page of the reference", () => {
  const page = pageOf(ROUTES);

  it("has every route, every parameter and every error", () => {
    for (const route of ROUTES) {
      expect(page).toContain(`id="${route.operation_id}"`);
      expect(page).toContain(`href="#${route.operation_id}"`);
      for (const name of [...Object.keys(route.headers), ...Object.keys(route.params ?? {})]) {
        expect(page).toContain(`<code>${name}</code>`);
      }
      for (const code of route.errors) expect(page).toContain(`href="#error-${code}"`);
    }
    for (const code of Object.keys(ERRORS)) expect(page).toContain(`id="error-${code}"`);
  });

  it("has the routes under their tags, those without a route left out", () => {
    const tags = new Set(ROUTES.map(({ tag }) => tag));
    for (const tag of tags) expect(page).toContain(`<h2>${tag}</h2>`);
    expect(page).not.toContain("<h2>Audit</h2>");
    const providers = page.slice(page.indexOf("<h2>Providers</h2>"));
    expect(providers.slice(0, providers.indexOf("<h2>", 1))).toContain('id="testProvider"');
  });

  it("has the fields of bodies, also those inside, with type and whether they are required", () => {
    const cells = (path: string, type: string, required: string) =>
      `<th scope="row"><code>${path}</code></th><td>${type}</td><td>${required}</td>`;
    expect(page).toContain(cells("model", "string", "yes"));
    expect(page).toContain(cells("messages", "array of object", "yes"));
    expect(page).toContain(cells("messages[].content[].image_url.url", "string", "yes"));
    expect(page).toContain(cells("model", "string", "no"));
    expect(page).toContain("The model to try, with or without the provider in front");
  });

  it("runs no script and loads nothing from anywhere", () => {
    expect(page).not.toMatch(/<script|<link|<img|<iframe|<object|<form|javascript:|@import|url\(|srcset| on[a-z]+=/i);
    const addresses = [...page.matchAll(/https?:\/\/[^\s"'<&]+/g)].map(([address]) => new URL(address).origin);
    expect(new Set(addresses)).toEqual(new Set([SERVER]));
    for (const [, href = ""] of page.matchAll(/href="([^"]*)"/g)) expect(href).toMatch(/^[#/]/);
  });

  it("links only to what is on it, and names nothing twice", () => {
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, id] of page.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(id);
  });

  it("can be walked by headings, without a level left out", () => {
    const levels = [...page.matchAll(/<h(\d)/g)].map(([, level]) => Number(level));
    expect(levels[0]).toBe(1);
    for (const [index, level] of levels.entries()) expect(level - (levels[index - 1] ?? 0)).toBeLessThanOrEqual(1);
  });

  it("shows what it is given as text, wherever that comes from", () => {
    const hostile = `<script>alert(1)</script>"'&`;
    const field = z.string().describe(hostile);
    const route: Route = {
      method: "post",
      path: `/x${hostile}`,
      operation_id: "x",
      tag: "Platform",
      summary: hostile,
      description: `${hostile} and \`<b>code</b>\``,
      security: "key",
      spends: false,
      headers: { [hostile]: hostile },
      body: { schema: z.object({ [hostile]: field, choice: z.enum([hostile]) }), example: { text: hostile } },
      responses: { 200: { description: hostile, schema: z.object({ [hostile]: field }) } },
      errors: [],
      handle: () => new Response(null),
    };
    const written = pageOf([route], `https://gateway.example/${hostile}`);
    expect(written).not.toMatch(/<script|<b>/i);
    expect(written).toContain("<code>&#60;b&#62;code&#60;/b&#62;</code>");
    expect(written).toContain("&#60;script&#62;");
  });

  it("is one well-formed page with a language, a title and a way past the navigation", () => {
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(page).toContain("<title>");
    expect(page).toContain('<a class="skip" href="#main">');
    for (const tag of "section table thead tbody tr td th code pre p ul li main nav details summary div".split(" ")) {
      const opened = page.match(new RegExp(`<${tag}[ >]`, "g"))?.length ?? 0;
      expect(page.match(new RegExp(`</${tag}>`, "g"))?.length ?? 0, tag).toBe(opened);
    }
  });
});
