import { env } from "cloudflare:workers";
import { describeIssue } from "../../../schema/http/describe-issue.ts";
import { readJsonBody } from "../../../schema/http/read-json-body.ts";
import { runtimeEffects } from "../../../schema/kernel/effects.ts";
import { isRefused } from "../../../schema/kernel/errors.ts";
import type { ConsoleConfig, Env } from "../../../workers/dashboard/env.ts";
import { refused } from "../../../workers/dashboard/http/respond.ts";
import type { OpenRoute, SessionRoute } from "../../../workers/dashboard/http/route.ts";
import type { ConsoleScope } from "../../../workers/dashboard/http/scope.ts";
import { sessionOf } from "../../../workers/dashboard/identity/accounts.ts";

export const ORIGIN = "https://console.example";

const unused = (): never => {
  throw new Error("identity has no use for this binding");
};

const config: ConsoleConfig = {
  AO_ENVIRONMENT: "local",
  AO_KEY_PEPPER: new Uint8Array(32).fill(1),
  AO_MASTER_KEY: new Uint8Array(32).fill(2),
  AO_ALLOW_PRIVATE_UPSTREAMS: false,
  AO_SIGN_UP: "open",
  AO_LOG_DAYS: 400,
};

/** An environment over a database of the test's choice; one object per database, as in a worker. */
function environment(DB: D1Database): Env {
  return {
    DB,
    WALLET: { idFromName: unused, get: unused },
    AUDIT: { idFromName: unused, get: unused },
    CACHE: { idFromName: unused, get: unused },
    ASSETS: { fetch: unused, connect: unused },
  };
}

const ENVIRONMENT = environment(env.DB);

export interface ScopeOptions {
  readonly env?: Env;
  readonly ip?: string | null;
  readonly now?: () => number;
  readonly config?: Partial<ConsoleConfig>;
}

export function scopeOf(options: ScopeOptions = {}): ConsoleScope {
  const effects = { ...runtimeEffects(), ...(options.now === undefined ? {} : { now: options.now }) };
  return {
    env: options.env ?? ENVIRONMENT,
    config: { ...config, ...options.config },
    effects,
    request_id: "req_1",
    public_request_id: "req_1",
    started_at: effects.now(),
    ip: options.ip === undefined ? "93.184.216.7" : options.ip,
    waitUntil: () => undefined,
  };
}

const fail = (): never => {
  throw new Error("D1_ERROR: the database is down");
};

/** A scope whose database answers nothing. */
export const databaseDown = (): ConsoleScope =>
  scopeOf({ env: environment({ prepare: fail, batch: fail, exec: fail, dump: fail, withSession: fail }) });

/** A scope that notes every statement that its database is given. */
export function watchedDatabase(): { readonly scope: ConsoleScope; readonly statements: string[] } {
  const statements: string[] = [];
  const DB: D1Database = {
    prepare: (sql) => {
      statements.push(sql);
      return env.DB.prepare(sql);
    },
    batch: (list) => env.DB.batch(list),
    exec: fail,
    dump: fail,
    withSession: fail,
  };
  return { scope: scopeOf({ env: environment(DB) }), statements };
}

export interface CallOptions {
  readonly scope?: ConsoleScope;
  readonly body?: unknown;
  readonly params?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A browser: it calls routes as the router does, and keeps the cookie that an answer sets. */
export class Browser {
  cookie: string | null = null;

  async call(route: OpenRoute | SessionRoute, options: CallOptions = {}): Promise<Response> {
    const scope = options.scope ?? scopeOf();
    const http = this.request(route.method.toUpperCase(), route.path, options);
    const body = await this.#body(route, http);
    if (body instanceof Response) return body;
    const input = { http, params: options.params ?? {}, query: {}, body };
    const answer =
      route.security === "none" ? await route.handle(input, scope) : await this.#signedIn(route, input, scope);
    this.#keep(answer);
    return answer;
  }

  request(method: string, path: string, { body, headers }: CallOptions = {}): Request {
    return new Request(`${ORIGIN}${path}`, {
      method,
      headers: {
        ...(this.cookie === null ? {} : { cookie: this.cookie }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        "user-agent": "test browser",
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async #body(route: OpenRoute | SessionRoute, http: Request): Promise<unknown> {
    if (route.body === null) return null;
    const read = await readJsonBody(http);
    if (isRefused(read)) return refused(scopeOf(), read.refused);
    const parsed = route.body.schema.safeParse(read.body);
    return parsed.success
      ? parsed.data
      : refused(scopeOf(), { code: "invalid_request", ...describeIssue(parsed.error) });
  }

  async #signedIn(
    route: SessionRoute,
    input: Parameters<SessionRoute["handle"]>[0],
    scope: ConsoleScope,
  ): Promise<Response> {
    const user = await sessionOf(scope, input.http);
    if (user === "unavailable") return refused(scope, { code: "store_unavailable" });
    if (user === null) return refused(scope, { code: "not_signed_in" });
    return await route.handle(input, scope, user);
  }

  #keep(answer: Response): void {
    const [pair] = (answer.headers.get("set-cookie") ?? "").split(";");
    if (pair === undefined || pair === "") return;
    this.cookie = pair.endsWith("=") ? null : pair;
  }
}
