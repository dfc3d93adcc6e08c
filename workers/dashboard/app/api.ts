import type { Effects } from "../../../schema/kernel/effects.ts";
import { parseJson, type Row, rowIn, rowOf, textIn, textOrNull } from "./json.ts";

/** What the API refuses, as its error envelope says it. */
export interface ApiError {
  /** The HTTP status; 0 when nothing answered. */
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** The field at fault, `rates.input_usd_per_million`. */
  readonly param: string | null;
}

export type Answer =
  | { readonly status: "ok"; readonly body: Row; readonly etag: string | null }
  | { readonly status: "refused"; readonly error: ApiError };

export type FileAnswer =
  | { readonly status: "ok"; readonly blob: Blob; readonly name: string }
  | { readonly status: "refused"; readonly error: ApiError };

export interface CallOptions {
  readonly body?: unknown;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Api {
  call(method: "GET" | "POST" | "PATCH" | "DELETE", path: string, options?: CallOptions): Promise<Answer>;
  /** A file, such as an export, read whole. */
  file(path: string, query: Readonly<Record<string, string>>): Promise<FileAnswer>;
}

/** The API for whoever is signed in, in one org; null is for what belongs to no org. Every refusal is a value. */
export function createApi(effects: Pick<Effects, "fetch">, org_id: string | null, onSignedOut: () => void): Api {
  async function send(method: string, path: string, { body, query, headers }: CallOptions): Promise<Response | null> {
    const text = new URLSearchParams(query).toString();
    try {
      return await effects.fetch(text === "" ? path : `${path}?${text}`, {
        method,
        headers: {
          ...(org_id === null ? {} : { "x-ao-org": org_id }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        body: body === undefined ? null : JSON.stringify(body),
        credentials: "same-origin",
      });
    } catch {
      return null;
    }
  }

  async function refused(response: Response | null): Promise<{ status: "refused"; error: ApiError }> {
    if (response === null) return { status: "refused", error: UNREACHABLE };
    const error = readError(response.status, await response.text());
    if (error.code === "not_signed_in") onSignedOut();
    return { status: "refused", error };
  }

  return {
    async call(method, path, options = {}) {
      const response = await send(method, path, options);
      if (response === null || !response.ok) return await refused(response);
      const body = response.status === 204 ? {} : rowOf(parseJson(await response.text()));
      return { status: "ok", body, etag: response.headers.get("etag") };
    },
    async file(path, query) {
      const response = await send("GET", path, { query });
      if (response === null || !response.ok) return await refused(response);
      const name = /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "")?.[1] ?? "export";
      return { status: "ok", blob: await response.blob(), name };
    },
  };
}

const UNREACHABLE: ApiError = {
  status: 0,
  code: "unreachable",
  message: "The platform does not answer. Look whether it runs and you are online, then try again.",
  param: null,
};

function readError(status: number, text: string): ApiError {
  const error = rowIn(rowOf(parseJson(text)), "error");
  return {
    status,
    code: textIn(error, "code"),
    message: textOrNull(error, "message") ?? `The platform answered with ${status} and no reason.`,
    param: textOrNull(error, "param"),
  };
}
