import { log } from "../../../schema/kernel/log.ts";
import { openApiDocument } from "../../../schema/openapi/document.ts";
import { mergeDocuments, type OpenApi, openApiSchema } from "../../../schema/openapi/merge-documents.ts";
import type { Route } from "../http/route.ts";

/** The console's part, by its binding: it changes with a deploy only, so an isolate asks once. */
const remembered = new WeakMap<Fetcher, OpenApi>();

/** The document of our routes and the console's. Null when the console does not answer: half of it would mislead. */
export async function mergedDocument(
  routes: readonly Route[],
  server: string,
  consoleBinding: Fetcher,
): Promise<OpenApi | null> {
  const theirs = remembered.get(consoleBinding) ?? (await askConsole(consoleBinding));
  if (theirs === null) return null;
  remembered.set(consoleBinding, theirs);
  return mergeDocuments(openApiSchema.parse(openApiDocument(routes, server)), theirs);
}

async function askConsole(consoleBinding: Fetcher): Promise<OpenApi | null> {
  try {
    const answer = await consoleBinding.fetch("https://console.internal/openapi.json");
    if (answer.ok) return openApiSchema.parse(await answer.json());
    log("error", "console_document_failed", { status: answer.status });
  } catch (error) {
    log("error", "console_document_failed", { reason: String(error) });
  }
  return null;
}
