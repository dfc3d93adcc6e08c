import { type Refused, refuse } from "../../../schema/kernel/errors.ts";
import type { Resource } from "../../../schema/resources/resource.ts";
import { refused } from "../http/respond.ts";
import type { ConsoleScope } from "../http/scope.ts";
import type { Row } from "./hooks.ts";
import { etag } from "./shape.ts";

/** The same for an id of another org as for one that never was. */
export const refuseNotFound = (resource: Resource): Refused =>
  refuse("not_found", { message: `There is no ${resource.name.replaceAll("_", " ")} with this id.`, param: "id" });

export const notFound = (scope: ConsoleScope, resource: Resource): Response =>
  refused(scope, refuseNotFound(resource).refused);

export function withEtag(row: Row): Record<string, string> {
  const tag = etag(row);
  return tag === null ? {} : { etag: tag };
}

/** 412 when the caller has read another version than this; null when it agrees or does not say. */
export function ifMatchProblem(http: Request, row: Row): Refused | null {
  const wanted = http.headers.get("if-match");
  if (wanted === null || wanted.trim() === "*") return null;
  const tag = etag(row);
  const tags = wanted.split(",").map((text) => text.trim());
  return tag !== null && tags.includes(tag) ? null : refuse("precondition_failed");
}
