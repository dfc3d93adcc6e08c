import { checkUrl, URL_PROBLEMS } from "../../../schema/http/checked-url.ts";
import { toBase64 } from "../../../schema/kernel/base64.ts";
import { type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { LIMITS } from "../../../schema/kernel/limits.ts";
import type { RequestScope } from "../http/request-scope.ts";
import type { FetchedMedia } from "./operation.ts";

/** Types of media that a caller may have fetched: anything else is none that a model looks at. */
const MEDIA_TYPE = /^(?:image|audio|video)\/[a-z0-9.+-]{1,60}$|^application\/pdf$/;

/**
 * Fetches media for a provider that cannot, each as a data URL. Every URL is checked as a provider's is (no private
 * addresses), redirects are not followed, sizes and time are bounded, and what comes back must call itself a medium: a
 * caller must not be able to read other things through us.
 */
export async function fetchMedia(
  urls: readonly string[],
  scope: RequestScope,
  signal: AbortSignal,
): Promise<{ readonly media: FetchedMedia } | Refused> {
  const distinct = [...new Set(urls)];
  if (distinct.length > LIMITS.remote_media) {
    return refuse("invalid_request", {
      message: `At most ${LIMITS.remote_media} media can be sent by URL with this provider. Send the others as data URLs.`,
      param: "messages",
    });
  }
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(LIMITS.remote_media_ms)]);
  const fetched = await Promise.all(distinct.map((url) => fetchMedium(url, scope, bounded)));
  const media = new Map<string, string>();
  for (const [at, medium] of fetched.entries()) {
    if ("problem" in medium) {
      return refuse("invalid_request", {
        message: `A medium could not be fetched: ${medium.problem} Send it as a data URL.`,
        param: "messages",
      });
    }
    media.set(distinct[at] ?? "", medium.data_url);
  }
  return { media };
}

type Medium = { readonly data_url: string } | { readonly problem: string };

async function fetchMedium(url: string, { config, effects }: RequestScope, signal: AbortSignal): Promise<Medium> {
  const checked = checkUrl(url, { allow_private: config.AO_ALLOW_PRIVATE_UPSTREAMS });
  if (!checked.ok) return { problem: `the URL ${URL_PROBLEMS[checked.problem]}.` };
  try {
    const response = await effects.fetch(checked.url, {
      headers: { accept: "image/*, application/pdf, audio/*, video/*", "user-agent": "ai-orchestrator/0.1" },
      redirect: "manual",
      signal,
    });
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      return { problem: `the server answered with status ${response.status}.` };
    }
    const type = (response.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
    if (!MEDIA_TYPE.test(type)) {
      await response.body.cancel();
      return { problem: "the server did not answer with an image, a sound, a video or a PDF." };
    }
    const bytes = await readBytes(response.body, LIMITS.remote_medium_bytes);
    if (bytes === null) return { problem: `it is larger than ${LIMITS.remote_medium_bytes / 1024 / 1024} MiB.` };
    return { data_url: `data:${type};base64,${toBase64(bytes)}` };
  } catch (error) {
    const timed_out = error instanceof Error && error.name === "TimeoutError";
    return { problem: timed_out ? "the server took too long." : "the server could not be reached." };
  }
}

/** The bytes of a stream, or null once there are more than `limit`. */
async function readBytes(stream: ReadableStream<Uint8Array>, limit: number): Promise<Uint8Array | null> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.byteLength;
    if (length > limit) {
      await reader.cancel();
      return null;
    }
    chunks.push(value);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}
