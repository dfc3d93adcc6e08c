import { parseJson, rowIn, rowOf, textIn, textOrNull } from "../lib/json.ts";

/** What the API refuses, as its error envelope says it. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    /** The HTTP status; 0 when nothing answered. */
    readonly status: number,
    readonly code: string,
    message: string,
    /** The field at fault, `rates.input_usd_per_million`. */
    readonly param: string | null,
    /** What the platform's log knows it by. */
    readonly request_id: string | null,
  ) {
    super(message);
  }
}

export const unreachable = (): ApiError =>
  new ApiError(
    0,
    "unreachable",
    "The platform does not answer. Look whether it runs and you are online, then try again.",
    null,
    null,
  );

/** The error of an answer that is none of success. */
export async function readError(response: Response): Promise<ApiError> {
  const error = rowIn(rowOf(parseJson(await response.text())), "error");
  return new ApiError(
    response.status,
    textIn(error, "code"),
    textOrNull(error, "message") ?? `The platform answered with ${response.status} and no reason.`,
    textOrNull(error, "param"),
    response.headers.get("x-request-id"),
  );
}

/** Any failure as one of the API: what is none is a bug of these pages, and says so. */
export const apiErrorOf = (error: unknown): ApiError =>
  error instanceof ApiError
    ? error
    : new ApiError(
        0,
        "failed",
        `This page failed: ${error instanceof Error ? error.message : String(error)}.`,
        null,
        null,
      );
