/** Errors in OpenAI's shape: `{"error":{"message","type","param","code"}}`. */

export interface ProviderError {
  readonly status: number;
  readonly message: string;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Whether a value is an error rather than what was asked for. */
export interface Failed {
  readonly failed: ProviderError;
}

export const isFailed = (value: object): value is Failed => "failed" in value;

/** The body, and also the payload of an SSE `data:` line when the stream has begun. */
export function errorJson(error: ProviderError): string {
  const { message, type, param, code } = error;
  return JSON.stringify({ error: { message, type, param, code } });
}

/** The error as a response of its own, with the headers that every answer carries. */
export function errorResponse(error: ProviderError, headers: Headers): Response {
  const merged = new Headers(headers);
  for (const [name, value] of Object.entries(error.headers ?? {})) merged.set(name, value);
  merged.set("content-type", "application/json");
  return new Response(errorJson(error), { status: error.status, headers: merged });
}

/** A 400 that names the field at fault. */
export function invalid(message: string, param: string | null, code: string | null = "invalid_value"): Failed {
  return { failed: { status: 400, message, type: "invalid_request_error", param, code } };
}

export function modelNotFound(model: string): ProviderError {
  return {
    status: 404,
    message: `The model \`${model}\` does not exist or you do not have access to it.`,
    type: "invalid_request_error",
    param: null,
    code: "model_not_found",
  };
}

export function unknownUrl(method: string, path: string): ProviderError {
  return {
    status: 404,
    message: `Invalid URL (${method} ${path})`,
    type: "invalid_request_error",
    param: null,
    code: null,
  };
}

export function methodNotAllowed(method: string, path: string): ProviderError {
  return {
    status: 405,
    message: `Not allowed to ${method} on ${path}. (HINT: Perhaps you meant to use a different HTTP method?)`,
    type: "invalid_request_error",
    param: null,
    code: "method_not_supported",
  };
}

export const INVALID_KEY: ProviderError = {
  status: 401,
  message: "Incorrect API key provided: sk-in*****id. The sandbox takes any other key, or none.",
  type: "invalid_request_error",
  param: null,
  code: "invalid_api_key",
};

export const SERVER_ERROR: ProviderError = {
  status: 500,
  message: "The server had an error while processing your request. Sorry about that!",
  type: "server_error",
  param: null,
  code: null,
};
