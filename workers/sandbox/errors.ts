/** Errors, told apart by status and code; each dialect writes them in its own shape. Here is OpenAI's. */

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

/** The key `sk-invalid` is refused wherever it is sent. */
export const INVALID_KEY: ProviderError = {
  status: 401,
  message: "Incorrect API key provided: sk-in*****id. The sandbox takes any other key, or none.",
  type: "invalid_request_error",
  param: null,
  code: "invalid_api_key",
};

/** A call that names no credential, where the dialect asks for one. */
export const missingKey = (header: string): ProviderError => ({
  ...INVALID_KEY,
  message: `Authentication failed: send any key in the header '${header}'.`,
});

/** A failure of the provider itself. */
export const serverError = (status = 500): ProviderError => ({
  status,
  message: "The server had an error while processing your request. Sorry about that!",
  type: "server_error",
  param: null,
  code: null,
});
