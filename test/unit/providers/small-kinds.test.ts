import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { fromRoot } from "../../../scripts/platform/paths.ts";

/** An OpenAI-compatible provider is one short folder; that it stays so is what makes the next one cheap. */
it.each(["cerebras", "fireworks", "groq", "together", "vllm"])("the kind %s has under 60 lines", async (kind) => {
  const folder = fromRoot("workers", "gateway", "providers", kind);
  const texts = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), "utf8")));
  expect(texts.join("").split("\n").length).toBeLessThan(60);
});
