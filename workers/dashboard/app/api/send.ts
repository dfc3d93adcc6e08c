import { effects } from "../lib/effects.ts";
import { parseJson } from "../lib/json.ts";
import { saveFile } from "../lib/save-file.ts";
import { readError, unreachable } from "./api-error.ts";
import { credentials, signedOut } from "./credentials.ts";

/** Codes that mean that nobody is known by what was sent. */
const NOBODY = ["not_signed_in", "invalid_api_key"];

/** `fetch` for the API: in the chosen org, as whoever is signed in. Every refusal is thrown as an `ApiError`. */
export async function apiFetch(input: Request): Promise<Response> {
  const { org_id, api_key } = credentials();
  const headers = new Headers(input.headers);
  if (api_key !== null) headers.set("authorization", `Bearer ${api_key}`);
  // A key belongs to one org and needs none named.
  else if (org_id !== null && !headers.has("x-ao-org")) headers.set("x-ao-org", org_id);
  const response = await effects
    .fetch(new Request(input, { headers, credentials: api_key === null ? "same-origin" : "omit" }))
    .catch((failure: unknown) => {
      // Whoever left the page does not want to read that nothing answered.
      if (input.signal.aborted) throw failure;
      throw unreachable();
    });
  if (response.ok) return response;
  const error = await readError(response);
  if (NOBODY.includes(error.code)) signedOut();
  throw error;
}

export interface SendOptions {
  readonly query?: Readonly<Record<string, string | null | undefined>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface Sent {
  readonly body: unknown;
  readonly etag: string | null;
  readonly response: Response;
}

/** One call whose path is not known to the types: resources as `GET /v1/resources` describes them. Throws `ApiError`. */
export async function send(method: string, path: string, options: SendOptions = {}): Promise<Sent> {
  const url = new URL(path, location.origin);
  for (const [name, value] of Object.entries(options.query ?? {})) if (value) url.searchParams.set(name, value);
  const response = await apiFetch(
    new Request(url, {
      method,
      headers: { ...(options.body === undefined ? {} : { "content-type": "application/json" }), ...options.headers },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    }),
  );
  const body = response.status === 204 ? {} : parseJson(await response.text());
  return { body, etag: response.headers.get("etag"), response };
}

/** Saves what a path answers as a file, under the name that the answer gives it. Throws `ApiError`. */
export async function download(path: string, query: SendOptions["query"] = {}): Promise<void> {
  const url = new URL(path, location.origin);
  for (const [name, value] of Object.entries(query)) if (value) url.searchParams.set(name, value);
  await saveAnswer(new Request(url));
}

/** The same of what is asked by a body, as CSV. */
export const downloadCsv = (path: string, body: unknown): Promise<void> =>
  saveAnswer(
    new Request(new URL(path, location.origin), {
      method: "POST",
      headers: { "content-type": "application/json", accept: "text/csv" },
      body: JSON.stringify(body),
    }),
  );

async function saveAnswer(request: Request): Promise<void> {
  const response = await apiFetch(request);
  const name = /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "")?.[1] ?? "export";
  saveFile(name, await response.blob());
}

/** Only if it is still as it was read. */
export const ifMatch = (etag: string | null): Readonly<Record<string, string>> =>
  etag === null ? {} : { "if-match": etag };
