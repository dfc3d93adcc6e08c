import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PROVIDER_KINDS } from "../../../schema/providers/kinds.ts";
import type { NativeProtocol } from "../../../workers/gateway/providers/kit/provider.ts";
import {
  FEATURES,
  type FeatureTable,
  PARAMETERS,
  type ParameterRow,
  type ProviderSupport,
} from "../../../workers/gateway/providers/kit/support.ts";
import { adapterOf } from "../../../workers/gateway/providers/registry.ts";

/**
 * docs/providers.md ends with tables that are made from what the code acts on. `AO_WRITE_DOCS=1` writes them anew; without
 * it they are compared.
 */

const FILE = join(import.meta.dirname, "..", "..", "..", "docs", "providers.md");
const BEGIN = "<!-- made by test/unit/docs/providers.test.ts: everything below -->";

const kinds = Object.entries(PROVIDER_KINDS).map(([kind, { label }]) => {
  const adapter = adapterOf(kind);
  if (adapter === null) throw new Error(`${kind} has no adapter`);
  return { kind, label, adapter };
});

const row = (...cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
const head = (...cells: readonly string[]): string => `${row(...cells)}\n${row(...cells.map(() => "---"))}`;
const escaped = (text: string): string => text.replaceAll("|", "\\|");

function features(): string {
  const cell = (offered: FeatureTable[keyof FeatureTable]): string =>
    offered === true ? "✓" : `refused, because ${escaped(because(offered.refused))}`;
  return [
    "## Features",
    "",
    "✓: it works, whole and streamed. Anything else is refused with a 400 that names the field, before anything is paid.",
    "",
    head("provider", ...FEATURES.map((feature) => feature.replaceAll("_", " "))),
    ...kinds.map(({ label, adapter }) =>
      row(label, ...FEATURES.map((feature) => cell(adapter.support.features[feature]))),
    ),
  ].join("\n");
}

const because = (text: string): string => text.replace(/\.$/, "").replace(/^The /, "the ");

function dialects(): string {
  return [
    "## Dialects",
    "",
    "native: the caller's request and the provider's answer go through as they are, but for what must change. Everywhere else they are translated.",
    "",
    head("provider", "Chat Completions", "Responses", "Anthropic Messages", "Completions"),
    ...kinds.map(({ label, adapter }) => {
      const cell = (dialect: "openai-chat" | "openai-responses" | "anthropic-messages" | "openai-completions") =>
        adapter.native_dialect === dialect ? "native" : nativeCell(adapter.natives?.[dialect]);
      return row(
        label,
        cell("openai-chat"),
        cell("openai-responses"),
        cell("anthropic-messages"),
        cell("openai-completions"),
      );
    }),
  ].join("\n");
}

const nativeCell = (native: NativeProtocol | undefined): string =>
  native === undefined ? "translated" : native.only === undefined ? "native" : `native ${native.only.where}`;

function parameters({ parameters: table, other_parameters }: ProviderSupport, kind: string, label: string): string {
  const cell = ({ how, note }: ParameterRow): string => (note === undefined ? how : `${how}: ${escaped(note)}`);
  return [
    `### ${label} (\`${kind}\`)`,
    "",
    head("parameter", "what becomes of it"),
    ...PARAMETERS.filter((name) => !isPlain(table[name])).map((name) => row(`\`${name}\``, cell(table[name]))),
    row("the others of this list", "passed"),
    row("any other field", other_parameters === "passed" ? "passed" : "dropped, with a warning"),
  ].join("\n");
}

const isPlain = ({ how, note }: ParameterRow): boolean => how === "passed" && note === undefined;

function generated(): string {
  return [
    BEGIN,
    "",
    features(),
    "",
    dialects(),
    "",
    "## Parameters",
    "",
    "passed: goes on under its own name. mapped: goes on in the provider's own form. dropped: left out, and named in `x-ao-warnings`. refused: a 400 that names it.",
    "",
    `The list: ${PARAMETERS.map((name) => `\`${name}\``).join(", ")}.`,
    "",
    kinds.map(({ kind, label, adapter }) => parameters(adapter.support, kind, label)).join("\n\n"),
    "",
  ].join("\n");
}

describe("docs/providers.md", () => {
  it("says of every provider what the code does", async () => {
    const written = await readFile(FILE, "utf8");
    const at = written.indexOf(BEGIN);
    expect(at).toBeGreaterThan(0);
    const made = generated();
    if (process.env.AO_WRITE_DOCS === "1") await writeFile(FILE, `${written.slice(0, at)}${made}`);
    else expect(written.slice(at)).toBe(made);
  });
});
