import { ERRORS, type ErrorRow } from "../../../schema/kernel/errors.ts";
import type { Route } from "../http/route.ts";

/** The reference as one page without a script: readable by everybody, offline, with any policy. Pure. */
export function docsPage(routes: readonly Route[], server: string): string {
  const sections = routes.map((route) => routeSection(route, server)).join("\n");
  const links = routes.map(
    (route) =>
      `<li><a href="#${route.operation_id}"><code>${route.method.toUpperCase()} ${escapeHtml(route.path)}</code></a></li>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API reference · AI Orchestrator</title>
<style>${STYLE}</style>
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header><h1>API reference</h1><p>Base URL <code>${escapeHtml(server)}</code> · machine-readable: <a href="/openapi.json">/openapi.json</a></p></header>
<nav aria-label="Routes"><ul>${links.join("")}</ul></nav>
<main id="main">
${sections}
<section id="errors"><h2>Errors</h2>
<p>Every error has the same body: <code>{"error":{"message","type","code","param","request_id"}}</code>.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Error codes"><table><thead><tr><th scope="col">Code</th><th scope="col">Status</th><th scope="col">What it means</th></tr></thead><tbody>
${Object.entries(ERRORS).map(errorRow).join("\n")}
</tbody></table></div></section>
</main>
</body>
</html>`;
}

function routeSection(route: Route, server: string): string {
  const headers = Object.entries(route.headers).map(
    ([name, meaning]) => `<tr><th scope="row"><code>${escapeHtml(name)}</code></th><td>${inline(meaning)}</td></tr>`,
  );
  const responses = Object.entries(route.responses).map(
    ([status, { description }]) => `<tr><th scope="row">${status}</th><td>${inline(description)}</td></tr>`,
  );
  return `<section id="${route.operation_id}">
<h2><code>${route.method.toUpperCase()} ${escapeHtml(route.path)}</code></h2>
<p><strong>${escapeHtml(route.summary)}.</strong> ${inline(route.description)}</p>
<pre tabindex="0"><code>${escapeHtml(curl(route, server))}</code></pre>
${headers.length === 0 ? "" : `<h3>Headers</h3><table><tbody>${headers.join("")}</tbody></table>`}
<h3>Answers</h3><table><tbody>${responses.join("")}</tbody></table>
${route.errors.length === 0 ? "" : `<p>Errors: ${route.errors.map((code) => `<a href="#error-${code}"><code>${code}</code></a>`).join(", ")}</p>`}
</section>`;
}

function curl(route: Route, server: string): string {
  const lines = [`curl ${server}${route.path}`];
  if (route.security === "key") lines.push(`  -H "authorization: Bearer $AO_KEY"`);
  if (route.body !== null) {
    lines.push(`  -H "content-type: application/json"`, `  -d '${JSON.stringify(route.body.example)}'`);
  }
  return lines.join(" \\\n");
}

const errorRow = ([code, row]: [string, ErrorRow]): string =>
  `<tr id="error-${code}"><th scope="row"><code>${code}</code></th><td>${row.status}</td><td>${inline(row.public_text)}</td></tr>`;

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

/** Escaped text in which back-quoted words are code. */
const inline = (text: string): string => escapeHtml(text).replace(/`([^`]+)`/g, "<code>$1</code>");

const STYLE = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --paper: #fff; --code: #f3f5f7; --link: #0a58ca; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --soft: #a3acb6; --line: #363d45; --paper: #14181d; --code: #1f252c; --link: #7ab4ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem; font: 16px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
a { color: var(--link); } a:focus-visible, pre:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -999px; } .skip:focus { left: 1rem; }
h1 { margin: 0; } h2 { margin-top: 2.5rem; font-size: 1.2rem; } h3 { font-size: 1rem; margin-bottom: .3rem; }
header p, nav { color: var(--soft); } nav ul { padding: 0; list-style: none; display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; }
pre, code { font: .9em ui-monospace, monospace; } pre { background: var(--code); padding: .8rem 1rem; border-radius: 6px; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .35rem .8rem .35rem 0; border-bottom: 1px solid var(--line); font-weight: 400; }
thead th { font-weight: 600; } .scroll { overflow-x: auto; }
`;
