import type { Call } from "./call.ts";
import type { ProviderError } from "./errors.ts";
import type { SandboxState } from "./state.ts";

/**
 * One provider's API. A dialect reads its own wire into the request that all models understand, and writes what they say
 * in its own words; the models, their controls and their misbehaviours are the same for all.
 */
export interface Dialect {
  /** How the paths of the dialect begin, `/anthropic`. */
  readonly prefix: string;
  readonly routes: readonly Route[];
  /** The body of an error. */
  errorJson(error: ProviderError): string;
  /** The headers of an error; where it is not given, those that say when to come again. */
  errorHeaders?(error: ProviderError): Readonly<Record<string, string>>;
  /** The headers of every answer, besides `x-request-id`. */
  headers(request_id: string): Readonly<Record<string, string>>;
  /** Why a caller is refused before anything else; null if it may come in. */
  refuseCaller(request: Request, body_text: string): ProviderError | null | Promise<ProviderError | null>;
}

export interface Route {
  readonly method: "GET" | "POST";
  /** Behind the prefix, in full; its named groups are the route's parameters. */
  readonly path: RegExp;
  /** Set for what needs no credential. */
  readonly open?: true;
  answer(input: RouteInput): Response | Promise<Response>;
}

export interface RouteInput {
  readonly request: Request;
  readonly url: URL;
  /** Decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly call: Call;
  readonly state: SandboxState;
}
