import type { Refusal } from "../../../schema/kernel/errors.ts";

/**
 * A browser sends the session cookie along with requests that other sites' pages make. So whatever changes something by
 * a cookie, or sets one, must come from this site's own pages, or from no page at all.
 */

const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** `none`: typed in or a bookmark. `same-site` is another host of the same domain, which is not us. */
const OWN_FETCH_SITES: ReadonlySet<string> = new Set(["same-origin", "none"]);

/**
 * Why an unsafe request that rests on a cookie is refused, or null. `Origin`, when there is one, must be that of the URL
 * asked for; without it `Sec-Fetch-Site` must not speak of another site. A body must be `application/json`: what a form
 * of another site can send is not. Pure; reads headers only.
 */
export function readOriginProblem(request: Request): Refusal | null {
  if (SAFE_METHODS.has(request.method)) return null;
  if (!isOwnPage(request)) return { code: "origin_denied" };
  if (hasBody(request) && !isJson(request.headers.get("content-type"))) return { code: "unsupported_media_type" };
  return null;
}

/** A POST without anything in it has a length of 0, and a body object all the same. */
const hasBody = ({ body, headers }: Request): boolean => body !== null && headers.get("content-length") !== "0";

function isOwnPage({ headers, url }: Request): boolean {
  const origin = headers.get("origin");
  if (origin !== null) return isOrigin(origin, new URL(url));
  const site = headers.get("sec-fetch-site");
  return site === null || OWN_FETCH_SITES.has(site);
}

/**
 * Compared as text: `null`, a list and every other spelling of an origin are not equal. Behind a proxy that ends TLS the
 * page is at https:// and the URL, of the same host, at http://.
 */
const isOrigin = (origin: string, url: URL): boolean => origin === url.origin || origin === `https://${url.host}`;

const isJson = (type: string | null): boolean => type !== null && /^application\/json\s*(?:;|$)/i.test(type);
