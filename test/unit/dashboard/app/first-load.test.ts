import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { bundleApp } from "../../../../scripts/platform/app-bundle.ts";
import { fromRoot } from "../../../../scripts/platform/paths.ts";

const BUDGET_BYTES = 150_000;

describe("the built pages", () => {
  it("need less than 150 KB of gzipped script before the overview is there", async () => {
    const { first_load, gzip_bytes, files } = await bundleApp();
    expect(first_load.length).toBeGreaterThan(1);
    expect(first_load.every(({ file }) => files.includes(file))).toBe(true);
    expect(gzip_bytes, first_load.map(({ name, gzip_bytes: size }) => `${name} ${size}`).join("\n")).toBeLessThan(
      BUDGET_BYTES,
    );
  });

  it("have nothing inline and nothing from elsewhere, which the policy would refuse", async () => {
    const html = await readFile(fromRoot("workers", "dashboard", "public", "index.html"), "utf8");
    expect(html).not.toMatch(/<style|style=|\son\w+=|<script(?![^>]*\ssrc=)/);
    expect(html).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  });
});
