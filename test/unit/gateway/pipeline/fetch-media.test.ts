import { describe, expect, it } from "vitest";
import { isRefused } from "../../../../schema/kernel/errors.ts";
import { LIMITS } from "../../../../schema/kernel/limits.ts";
import { fetchMedia } from "../../../../workers/gateway/pipeline/fetch-media.ts";
import { effects, scope } from "../fixtures.ts";

const URL_A = "https://images.example/a.png";
const PNG = new Uint8Array([137, 80, 78, 71]);

const image = (bytes: Uint8Array<ArrayBuffer> = PNG, type = "image/png"): Response =>
  new Response(bytes, { headers: { "content-type": type } });

/** Fetches with a network that answers so, and what was asked of it. */
async function fetched(urls: readonly string[], answer: (url: string) => Response | Promise<Response>) {
  const asked: { readonly url: string; readonly init: RequestInit | undefined }[] = [];
  const fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    asked.push({ url: String(input), init });
    return await answer(String(input));
  };
  const media = await fetchMedia(urls, scope({ effects: effects({ fetch }) }), new AbortController().signal);
  return { asked, media };
}

const messageOf = async (urls: readonly string[], answer: (url: string) => Response | Promise<Response>) => {
  const { media } = await fetched(urls, answer);
  if (!isRefused(media)) throw new Error("it was fetched");
  expect(media.refused).toMatchObject({ code: "invalid_request", param: "messages" });
  return media.refused.message;
};

describe("a medium that is fetched for a provider", () => {
  it("G13, B9: becomes a data URL, each URL fetched once", async () => {
    const { asked, media } = await fetched([URL_A, URL_A], () => image());
    expect(media).toEqual({ media: new Map([[URL_A, "data:image/png;base64,iVBORw=="]]) });
    expect(asked.map(({ url }) => url)).toEqual([URL_A]);
  });

  it("is asked for without following redirects and without a word of ours", async () => {
    const { asked } = await fetched([URL_A], () => image());
    expect(asked[0]?.init?.redirect).toBe("manual");
    const headers = new Headers(asked[0]?.init?.headers);
    expect([...headers.keys()].sort()).toEqual(["accept", "user-agent"]);
  });

  it.each([
    "http://127.0.0.1/a.png",
    "http://[::1]/a.png",
    "http://169.254.169.254/latest/meta-data",
    "http://localhost/a.png",
    "http://sandbox.binding.internal/v1/models",
    "https://user:secret@images.example/a.png",
  ])("G13: is not fetched from %s", async (url) => {
    const { asked, media } = await fetched([url], () => image());
    expect(isRefused(media)).toBe(true);
    expect(asked).toEqual([]);
  });

  it.each<[string, () => Response | Promise<Response>, RegExp]>([
    ["a redirect", () => new Response(null, { status: 302, headers: { location: "http://10.0.0.1" } }), /status 302/],
    ["an error", () => new Response("no", { status: 404 }), /status 404/],
    ["a web page", () => image(PNG, "text/html"), /not answer with an image/],
    ["a server that cannot be reached", () => Promise.reject(new TypeError("refused")), /could not be reached/],
    ["too many bytes", () => image(new Uint8Array(LIMITS.remote_medium_bytes + 1)), /larger than 8 MiB/],
  ])("G13: is refused for %s, and the caller is told what to do", async (_name, answer, message) => {
    const told = await messageOf([URL_A], answer);
    expect(told).toMatch(message);
    expect(told).toMatch(/Send it as a data URL/);
  });

  it("is refused together with the others when there are too many", async () => {
    const urls = Array.from({ length: LIMITS.remote_media + 1 }, (_, at) => `https://images.example/${at}.png`);
    const { asked, media } = await fetched(urls, () => image());
    expect(isRefused(media)).toBe(true);
    expect(asked).toEqual([]);
  });
});
