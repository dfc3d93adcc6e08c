import type { TestProject } from "vitest/node";
import { startPlatform } from "../../e2e/support/platform.ts";
import { dataTemplate, deleteDataTemplate } from "../../e2e/support/template.ts";
import { chromiumPath } from "./chromium.ts";

/** One platform for all browser tests: each makes people and an organisation of its own on it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  project.provide("chromium", chromiumPath());
  const platform = await startPlatform({ args: ["--no-demo"] }, await dataTemplate());
  project.provide("platformUrl", platform.url);
  return async () => {
    await platform.dispose();
    await deleteDataTemplate();
  };
}

declare module "vitest" {
  export interface ProvidedContext {
    /** Without a trailing slash. */
    platformUrl: string;
    /** The path of the browser. */
    chromium: string;
  }
}
