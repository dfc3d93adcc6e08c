import type { TestProject } from "vitest/node";
import { dataTemplate, deleteDataTemplate, newDataTemplate } from "./template.ts";

/** `startPlatform` begins with a copy of what is prepared here. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  project.provide("dataTemplate", await dataTemplate());
  // While vitest watches, the sources change between two runs.
  project.onTestsRerun(async () => project.provide("dataTemplate", await newDataTemplate()));
  return deleteDataTemplate;
}
