import * as z from "zod";
import { warningsHeader } from "../../../schema/http/caller-headers.ts";
import { describeIssue } from "../../../schema/http/describe-issue.ts";
import { readJsonBody, readOptionalJsonBody } from "../../../schema/http/read-json-body.ts";
import { isRefused, type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { mayAnywhere } from "../access/actor.ts";
import { identifyActor, identifyUser } from "../access/identify.ts";
import { refusePermission } from "../access/refuse-permission.ts";
import { readOriginProblem } from "../identity/origin-check.ts";
import { refused } from "./respond.ts";
import type { ConsoleRoute, RouteInput } from "./route.ts";
import type { ConsoleScope } from "./scope.ts";

type Params = Readonly<Record<string, string>>;

/**
 * One request of one route. In this order: who calls, whether they may, the query, the body; then the handler. So nobody
 * learns from an error about a body what they may not see.
 */
export async function dispatch(
  route: ConsoleRoute,
  http: Request,
  params: Params,
  scope: ConsoleScope,
): Promise<Response> {
  switch (route.security) {
    case "none": {
      const problem = http.method === "GET" ? null : readOriginProblem(http);
      if (problem !== null) return refused(scope, problem);
      return await withInput(route, http, params, scope, (input) => route.handle(input, scope));
    }
    case "session": {
      const user = await identifyUser(http, scope);
      if (isRefused(user)) return refused(scope, user.refused);
      return await withInput(route, http, params, scope, (input) => route.handle(input, scope, user));
    }
    case "admin": {
      const actor = await identifyActor(http, scope);
      if (isRefused(actor)) return refused(scope, actor.refused);
      if (!mayAnywhere(actor, route.permission))
        return refused(scope, refusePermission(actor, route.permission).refused);
      return await withInput(route, http, params, scope, (input) => route.handle(input, scope, actor));
    }
  }
}

async function withInput(
  route: ConsoleRoute,
  http: Request,
  params: Params,
  scope: ConsoleScope,
  handle: (input: RouteInput) => Promise<Response>,
): Promise<Response> {
  const query = readQuery(route, http);
  if (isRefused(query)) return refused(scope, query.refused);
  const body = await readBody(route, http);
  if (isRefused(body)) return refused(scope, body.refused);
  const answer = await handle({ http, params, query: query.query, body: body.body });
  if (body.ignored.length > 0 && answer.ok) {
    answer.headers.set(
      "x-ao-warnings",
      warningsHeader([`ignored, as there is no such field: ${body.ignored.join(", ")}`]),
    );
  }
  return answer;
}

function readQuery(route: ConsoleRoute, http: Request): { readonly query: Record<string, unknown> } | Refused {
  if (route.query === undefined) return { query: {} };
  const given = Object.fromEntries(new URL(http.url).searchParams);
  const known = Object.keys(route.query.shape);
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  // A misspelt filter would otherwise answer with everything.
  if (unknown !== undefined) {
    return refuse("invalid_request", {
      message: `There is no parameter "${unknown.slice(0, 50)}" here. There is: ${known.join(", ")}.`,
      param: unknown.slice(0, 50),
    });
  }
  const parsed = route.query.safeParse(given);
  return parsed.success ? { query: parsed.data } : refuse("invalid_request", describeIssue(parsed.error));
}

interface ReadBody {
  readonly body: unknown;
  /** Top-level fields that the route does not know. They have no effect; the answer says so. */
  readonly ignored: readonly string[];
}

async function readBody(route: ConsoleRoute, http: Request): Promise<ReadBody | Refused> {
  if (route.body === null) return { body: null, ignored: [] };
  const read = route.body.optional === true ? await readOptionalJsonBody(http) : await readJsonBody(http);
  if (isRefused(read)) return read;
  const parsed = route.body.schema.safeParse(read.body);
  if (!parsed.success) return refuse("invalid_request", describeIssue(parsed.error));
  const known = route.body.schema instanceof z.ZodObject ? Object.keys(route.body.schema.shape) : null;
  const ignored = known === null ? [] : Object.keys(read.body).filter((name) => !known.includes(name));
  return { body: parsed.data, ignored: ignored.map((name) => name.slice(0, 50)).slice(0, 20) };
}
