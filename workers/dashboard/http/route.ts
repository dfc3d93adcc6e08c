import type { Permission } from "../../../schema/access/permissions.ts";
import type { RouteDoc } from "../../../schema/openapi/route-doc.ts";
import type { Actor, SignedIn } from "../access/actor.ts";
import type { ConsoleScope } from "./scope.ts";

/** What a handler gets of the request: path parameters by name, the query, and the body when the route has one. */
export interface RouteInput {
  readonly http: Request;
  readonly params: Readonly<Record<string, string>>;
  /** Parsed by the route's `query` schema. */
  readonly query: Readonly<Record<string, unknown>>;
  /** Parsed by the route's `body` schema; null for a route without a body. */
  readonly body: unknown;
}

/** Open to everybody: signing in and up. */
export interface OpenRoute extends RouteDoc {
  readonly security: "none";
  handle(input: RouteInput, scope: ConsoleScope): Promise<Response>;
}

/** For whoever is signed in, in any org or none. */
export interface SessionRoute extends RouteDoc {
  readonly security: "session";
  handle(input: RouteInput, scope: ConsoleScope, user: SignedIn): Promise<Response>;
}

/** For an actor of an org who has the permission, everywhere or in a team; the handler asks `may` for the team. */
export interface AdminRoute extends RouteDoc {
  readonly security: "admin";
  readonly permission: Permission;
  handle(input: RouteInput, scope: ConsoleScope, actor: Actor): Promise<Response>;
}

/** A route of the console always says who may call it: there is no fourth kind. */
export type ConsoleRoute = OpenRoute | SessionRoute | AdminRoute;
