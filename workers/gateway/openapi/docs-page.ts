import { ERRORS, type ErrorRow } from "../../../schema/kernel/errors.ts";
import { isJsonObject } from "../../../schema/kernel/json.ts";
import type { OpenApi } from "../../../schema/openapi/merge-documents.ts";
import { docsStyle } from "./docs-style.ts";
import { type Operation, operationsByTag } from "./operations.ts";
import { schemaFields, typeOf } from "./schema-fields.ts";

/**
 * The reference as one page without a script, from the OpenAPI document: readable by everybody, offline, with any policy.
 * Pure.
 */
export function docsPage(document: OpenApi): string {
  const server = document.servers[0]?.url ?? "";
  const resolve = (reference: string): unknown => resolveReference(document, reference);
  const groups = operationsByTag(document);
  const links = groups.map(
    ({ tag, operations }) =>
      `<li><a href="#${tagId(tag)}">${escapeHtml(tag)}</a><ul>${operations.map(operationLink).join("")}</ul></li>`,
  );
  const sections = groups.map(
    ({ tag, operations }) => `<section id="${tagId(tag)}"><h2>${escapeHtml(tag)}</h2>
${operations.map((operation) => operationSection(operation, server, resolve)).join("\n")}
</section>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API reference · AI Orchestrator</title>
<style>${docsStyle}</style>
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header><h1>API reference</h1><p>Base URL <code>${escapeHtml(server)}</code> · machine-readable: <a href="/openapi.json">/openapi.json</a></p></header>
<nav aria-label="Routes"><ul>${links.join("")}<li><a href="#errors">Errors</a></li></ul></nav>
<main id="main">
${sections.join("\n")}
<section id="errors"><h2>Errors</h2>
<p>Every error has the same body: <code>{"error":{"message","type","code","param","request_id"}}</code>.</p>
${table("Error codes", ["Code", "Status", "What it means"], Object.entries(ERRORS).map(errorRow))}
</section>
</main>
</body>
</html>`;
}

type Resolve = (reference: string) => unknown;

const operationLink = ({ operationId, method, path }: Operation): string =>
  `<li><a href="#${escapeHtml(operationId)}"><code>${escapeHtml(`${method.toUpperCase()} ${path}`)}</code></a></li>`;

function operationSection(operation: Operation, server: string, resolve: Resolve): string {
  const { operationId, method, path, summary, description } = operation;
  const codes = operation["x-error-codes"].map(
    (code) => `<a href="#error-${escapeHtml(code)}"><code>${escapeHtml(code)}</code></a>`,
  );
  return `<section id="${escapeHtml(operationId)}">
<h3><code>${escapeHtml(`${method.toUpperCase()} ${path}`)}</code></h3>
<p><strong>${escapeHtml(summary)}.</strong> ${inline(description)}</p>
<p>${escapeHtml(whoMayCall(operation))}</p>
<pre tabindex="0" role="region" aria-label="Example of ${escapeHtml(summary)}"><code>${escapeHtml(curl(operation, server))}</code></pre>
${parameterTable(operation, resolve)}
${bodyTable(operation, resolve)}
${answers(operation, resolve)}
${codes.length === 0 ? "" : `<p>Errors: ${codes.join(", ")}</p>`}
</section>`;
}

function whoMayCall({ security }: Operation): string {
  const ways = new Set(security.flatMap((way) => Object.keys(way)));
  if (ways.size === 0) return "Open to everybody.";
  if (!ways.has("session")) return "With a gateway key.";
  return ways.has("bearer") ? "Signed in, or with a key that has the permission." : "Signed in.";
}

function parameterTable({ parameters, summary }: Operation, resolve: Resolve): string {
  const rows = parameters.map(({ name, in: place, required, description, schema }) =>
    row(name, [`${place}, ${escapeHtml(typeOf(schema, resolve))}${required ? ", required" : ""}`, inline(description)]),
  );
  return rows.length === 0
    ? ""
    : `<h4>Parameters</h4>\n${table(`Parameters of ${summary}`, ["Name", "Where and what", "Meaning"], rows)}`;
}

function bodyTable({ requestBody, summary }: Operation, resolve: Resolve): string {
  if (requestBody === undefined) return "";
  const [media] = Object.values(requestBody.content);
  return `<h4>Body${requestBody.required ? "" : " (may be left out)"}</h4>\n${fieldTable(`Body of ${summary}`, media?.schema, resolve)}`;
}

function answers({ responses, summary }: Operation, resolve: Resolve): string {
  const shown = Object.entries(responses).filter(([, { content }]) => !isErrorEnvelope(content));
  const rows = shown.map(([status, { description }]) => row(status, [inline(description)]));
  const schemas = shown.map(([status, { content }]) => {
    const [media] = Object.values(content ?? {});
    const fields = fieldTable(`Answer ${status} of ${summary}`, media?.schema, resolve);
    return fields === ""
      ? ""
      : `<details><summary>Fields of the answer ${escapeHtml(status)}</summary>${fields}</details>`;
  });
  return `<h4>Answers</h4>\n${table(`Answers of ${summary}`, ["Status", "Meaning"], rows)}\n${schemas.join("\n")}`;
}

/** An answer that has the body of every error: the list of codes tells of it. */
const isErrorEnvelope = (content: Operation["responses"][string]["content"]): boolean =>
  Object.values(content ?? {}).some(({ schema }) => isJsonObject(schema) && schema.$ref === ERROR_SCHEMA);

const ERROR_SCHEMA = "#/components/schemas/Error";

function fieldTable(label: string, schema: unknown, resolve: Resolve): string {
  const rows = schemaFields(schema, resolve).map(({ path, type, required, description }) =>
    row(path, [escapeHtml(type), required ? "yes" : "no", inline(description)]),
  );
  return rows.length === 0 ? "" : table(label, ["Field", "Type", "Required", "Meaning"], rows);
}

/** A table that scrolls by itself, by keyboard too. `heads` are plain text, `rows` are written rows. */
const table = (label: string, heads: readonly string[], rows: readonly string[]): string =>
  `<div class="scroll" tabindex="0" role="region" aria-label="${escapeHtml(label)}"><table><thead><tr>${heads
    .map((head) => `<th scope="col">${head}</th>`)
    .join("")}</tr></thead><tbody>
${rows.join("\n")}
</tbody></table></div>`;

/** A row with a name in front; `cells` are written HTML. */
const row = (name: string, cells: readonly string[], id = ""): string =>
  `<tr${id === "" ? "" : ` id="${id}"`}><th scope="row"><code>${escapeHtml(name)}</code></th>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;

const errorRow = ([code, { status, public_text }]: [string, ErrorRow]): string =>
  row(code, [String(status), inline(public_text)], `error-${code}`);

function curl({ method, path, security, requestBody }: Operation, server: string): string {
  const address = `${server}${path}`.replace(/\{(\w+)\}/g, (_, name: string) => `$${name.toUpperCase()}`);
  const verb =
    method === "get" || (method === "post" && requestBody !== undefined) ? "" : `-X ${method.toUpperCase()} `;
  const lines = [`curl ${verb}"${address}"`];
  const ways = new Set(security.flatMap((way) => Object.keys(way)));
  if (ways.has("bearer")) lines.push(`  -H "authorization: Bearer $AO_KEY"`);
  else if (ways.has("session")) lines.push(`  -b cookies.txt`);
  const [media] = Object.values(requestBody?.content ?? {});
  if (media !== undefined) {
    lines.push(`  -H "content-type: application/json"`, `  -d '${JSON.stringify(media.example)}'`);
  }
  return lines.join(" \\\n");
}

/** What `#/components/schemas/Error` names in the document; undefined for what it does not have. */
function resolveReference(document: OpenApi, reference: string): unknown {
  let at: unknown = document;
  for (const step of reference.replace(/^#\//, "").split("/")) {
    at = isJsonObject(at) && Object.hasOwn(at, step) ? at[step] : undefined;
  }
  return at;
}

const tagId = (tag: string): string => `tag-${escapeHtml(tag.toLowerCase().replace(/[^a-z0-9]+/g, "-"))}`;

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

/** Escaped text in which back-quoted words are code. */
const inline = (text: string): string => escapeHtml(text).replace(/`([^`]+)`/g, "<code>$1</code>");
