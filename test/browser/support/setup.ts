import type { TestProject } from "vitest/node";
import { startPlatform } from "../../e2e/support/platform.ts";
import { chromiumPath } from "./chromium.ts";

/** One platform for all browser tests: each makes people and an organisation of its own on it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  project.provide("chromium", chromiumPath());
  const platform = await startPlatform();
  project.provide("platformUrl", platform.url);
  return () => platform.dispose();
}

declare module "vitest" {
  export interface ProvidedContext {
    /** Without a trailing slash. */
    platformUrl: string;
    /** The path of the browser. */
    chromium: string;
  }
}
