import { describe, expect, test } from "vitest";
import { readOriginProblem } from "../../../workers/dashboard/identity/origin-check.ts";

const URL_OF_OURS = "https://console.example/v1/auth/sign-out";

interface Row {
  readonly why: string;
  readonly method?: string;
  readonly url?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly refused: "origin_denied" | "unsupported_media_type" | null;
}

const SAME = { origin: "https://console.example" };
const JSON_TYPE = { "content-type": "application/json" };

const ROWS: readonly Row[] = [
  { why: "our own page", headers: SAME, refused: null },
  { why: "no page at all, such as curl", headers: {}, refused: null },
  { why: "an address typed in", headers: { "sec-fetch-site": "none" }, refused: null },
  { why: "our own page without an origin", headers: { "sec-fetch-site": "same-origin" }, refused: null },
  { why: "another site", headers: { origin: "https://evil.example" }, refused: "origin_denied" },
  { why: "another site that hides its origin", headers: { "sec-fetch-site": "cross-site" }, refused: "origin_denied" },
  { why: "another host of our domain", headers: { "sec-fetch-site": "same-site" }, refused: "origin_denied" },
  { why: "an unknown word", headers: { "sec-fetch-site": "anything" }, refused: "origin_denied" },
  { why: "a sandboxed frame", headers: { origin: "null" }, refused: "origin_denied" },
  { why: "an empty origin", headers: { origin: "" }, refused: "origin_denied" },
  { why: "our host without TLS", headers: { origin: "http://console.example" }, refused: "origin_denied" },
  { why: "our host on another port", headers: { origin: "https://console.example:8443" }, refused: "origin_denied" },
  {
    why: "a name that begins like ours",
    headers: { origin: "https://console.example.evil" },
    refused: "origin_denied",
  },
  { why: "a host below ours", headers: { origin: "https://a.console.example" }, refused: "origin_denied" },
  { why: "a path in the origin", headers: { origin: "https://console.example/" }, refused: "origin_denied" },
  { why: "two origins", headers: { origin: "https://console.example https://evil.example" }, refused: "origin_denied" },
  {
    why: "another site, whatever it says of itself",
    headers: { origin: "https://evil.example", "sec-fetch-site": "same-origin" },
    refused: "origin_denied",
  },
  {
    why: "another site behind a header that names its host as ours",
    headers: { origin: "https://evil.example", "x-forwarded-host": "evil.example", host: "evil.example" },
    refused: "origin_denied",
  },
  {
    why: "a machine of one's own",
    url: "http://127.0.0.1:8787/v1/auth/sign-out",
    headers: { origin: "http://127.0.0.1:8787" },
    refused: null,
  },
  {
    why: "our own page behind a proxy that ends TLS",
    url: "http://console.example/v1/auth/sign-out",
    headers: SAME,
    refused: null,
  },
  {
    why: "another site, behind that proxy",
    url: "http://console.example/v1/auth/sign-out",
    headers: { origin: "https://evil.example" },
    refused: "origin_denied",
  },
  {
    why: "our own page, with nothing in the body",
    headers: { ...SAME, "content-length": "0" },
    body: "",
    refused: null,
  },
  {
    why: "another port of that machine",
    url: "http://127.0.0.1:8787/v1/auth/sign-out",
    headers: { origin: "http://127.0.0.1:3000" },
    refused: "origin_denied",
  },
  { why: "JSON", headers: { ...SAME, ...JSON_TYPE }, body: "{}", refused: null },
  {
    why: "JSON with a charset",
    headers: { ...SAME, "content-type": "Application/JSON; charset=utf-8" },
    body: "{}",
    refused: null,
  },
  {
    why: "what a form can send",
    headers: { ...SAME, "content-type": "text/plain" },
    body: "{}",
    refused: "unsupported_media_type",
  },
  {
    why: "a form",
    headers: { ...SAME, "content-type": "application/x-www-form-urlencoded" },
    body: "a=b",
    refused: "unsupported_media_type",
  },
  {
    why: "a type that only begins like JSON",
    headers: { ...SAME, "content-type": "application/jsonx" },
    body: "{}",
    refused: "unsupported_media_type",
  },
  {
    why: "JSON of another site",
    headers: { origin: "https://evil.example", ...JSON_TYPE },
    body: "{}",
    refused: "origin_denied",
  },
  ...["PUT", "PATCH", "DELETE"].map(
    (method): Row => ({
      why: `another site's ${method}`,
      method,
      headers: { origin: "https://evil.example" },
      refused: "origin_denied",
    }),
  ),
  ...["GET", "HEAD"].map(
    (method): Row => ({
      why: `another site's ${method}, which changes nothing`,
      method,
      headers: { origin: "https://evil.example", "sec-fetch-site": "cross-site" },
      refused: null,
    }),
  ),
];

describe("a request that rests on a cookie", () => {
  test.each(ROWS)("from $why: $refused", ({ method = "POST", url = URL_OF_OURS, headers, body, refused }) => {
    const request = new Request(url, { method, headers, ...(body === undefined ? {} : { body }) });
    expect(readOriginProblem(request)?.code ?? null).toBe(refused);
  });

  test("needs a content type for a body of bytes, for which a browser sends none", () => {
    const request = new Request(URL_OF_OURS, { method: "POST", headers: SAME, body: new Uint8Array([123, 125]) });
    expect(readOriginProblem(request)?.code).toBe("unsupported_media_type");
  });
});
