import { describe, expect, it } from "vitest";
import { importProblems, readSources } from "../../../scripts/architecture/check-imports.ts";
import { readImports } from "../../../scripts/architecture/imports.ts";

const problems = (files: Record<string, string>): readonly string[] => importProblems(new Map(Object.entries(files)));

describe("the direction of imports", () => {
  it("holds in this repository", async () => {
    const sources = await readSources();
    expect(sources.size).toBeGreaterThan(100);
    expect(importProblems(sources)).toEqual([]);
  });

  it.each([
    ["the kernel imports a contract", "schema/kernel/money.ts", "../wire/events.ts"],
    ["the schema imports a worker", "schema/wire/events.ts", "../../workers/cron/jobs/sweep.ts"],
    ["a worker imports another one", "workers/cron/jobs/sweep.ts", "../../wallet-do/core/admit.ts"],
    ["a worker imports another one's entry", "workers/cron/jobs/sweep.ts", "../../wallet-do/index.ts"],
    ["a file imports its own worker's entry", "workers/cron/jobs/sweep.ts", "../index.ts"],
    ["an entry imports another worker", "workers/cron/index.ts", "../wallet-do/core/admit.ts"],
    ["a provider imports another one", "workers/gateway/providers/anthropic/chat.ts", "../cohere/chat.ts"],
    ["a provider imports the registry", "workers/gateway/providers/anthropic/chat.ts", "../registry.ts"],
    ["the kit imports a provider", "workers/gateway/providers/kit/sse.ts", "../openai/stream.ts"],
    ["a store imports the pipeline", "workers/gateway/stores/keys.ts", "../pipeline/chat.ts"],
    ["a dialect imports the pipeline", "workers/gateway/dialects/openai.ts", "../pipeline/chat.ts"],
    ["http imports a route", "workers/gateway/http/headers.ts", "../routes/chat.ts"],
    ["the pipeline imports a route", "workers/gateway/pipeline/chat.ts", "../routes/chat.ts"],
    ["the wallet's rules import its storage", "workers/wallet-do/core/admit.ts", "../storage/holds.ts"],
    ["a script imports a worker", "scripts/seed.ts", "../workers/gateway/env.ts"],
  ])("is broken when %s", (_, path, specifier) => {
    for (const statement of [
      `import { a } from "${specifier}";`,
      `import type { a } from "${specifier}";`,
      `import {\n  a,\n  b,\n} from "${specifier}";`,
      `export { a } from "${specifier}";`,
      `import "${specifier}";`,
      `const a = await import("${specifier}");`,
      `type A = typeof import("${specifier}");`,
    ]) {
      expect(problems({ [path]: statement }), statement).toHaveLength(1);
    }
  });

  it.each([
    ["a worker uses contracts", "workers/cron/jobs/sweep.ts", "../../../schema/wire/events.ts"],
    ["a provider uses the kit", "workers/gateway/providers/anthropic/chat.ts", "../kit/sse.ts"],
    ["a provider builds on OpenAI's", "workers/gateway/providers/groq/chat.ts", "../openai/chat.ts"],
    ["a provider uses its own files", "workers/gateway/providers/groq/chat.ts", "./usage.ts"],
    ["an entry uses its own worker", "workers/gateway/index.ts", "./routes/chat.ts"],
  ])("allows that %s", (_, path, specifier) => {
    expect(problems({ [path]: `import { a } from "${specifier}";` })).toEqual([]);
  });

  it("keeps the web framework and bindings out of what decides", () => {
    const path = "workers/gateway/pipeline/chat.ts";
    expect(problems({ [path]: 'import { Hono } from "hono";' })).toHaveLength(1);
    expect(problems({ [path]: 'import { env } from "cloudflare:workers";' })).toHaveLength(1);
    expect(problems({ [path]: 'import * as z from "zod";' })).toEqual([]);
  });

  it("refuses a file that belongs to no layer", () => {
    expect(problems({ "elsewhere/file.ts": "" })).toEqual(["elsewhere/file.ts belongs to no layer"]);
  });
});

describe("cycles of imports", () => {
  const cycle = {
    "schema/kernel/a.ts": 'import { b } from "./b.ts";',
    "schema/kernel/b.ts": 'import { c } from "./c.ts";',
    "schema/kernel/c.ts": 'import { a } from "./a.ts";',
  };

  it("are refused, with the way around named", () => {
    expect(problems(cycle)).toEqual([
      "cycle: schema/kernel/a.ts → schema/kernel/b.ts → schema/kernel/c.ts → schema/kernel/a.ts",
    ]);
  });

  it("of types only are none at run time", () => {
    expect(problems({ ...cycle, "schema/kernel/c.ts": 'import type { a } from "./a.ts";' })).toEqual([]);
  });

  it("are not seen where two ways meet", () => {
    const diamond = {
      "schema/kernel/a.ts": 'import "./b.ts";\nimport "./c.ts";',
      "schema/kernel/b.ts": 'import "./d.ts";',
      "schema/kernel/c.ts": 'import "./d.ts";',
      "schema/kernel/d.ts": "",
    };
    expect(problems(diamond)).toEqual([]);
  });
});

describe("reading imports", () => {
  it("what is commented out is no import", () => {
    const source = '// import { a } from "./a.ts";\n/*\nimport { b } from "./b.ts";\n*/\n/** import("./c.ts") */';
    expect(readImports("schema/kernel/x.ts", source)).toEqual([]);
  });

  it("packages are told from our own modules", () => {
    const read = readImports("schema/kernel/x.ts", 'import * as z from "zod";\nimport { a } from "../wire/a.ts";');
    expect(read.map(({ to, ours }) => [to, ours])).toEqual([
      ["zod", false],
      ["schema/wire/a.ts", true],
    ]);
  });
});
