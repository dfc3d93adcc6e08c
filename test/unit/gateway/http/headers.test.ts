import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { callerRequestId, readApiKey, warningsHeader } from "../../../../schema/http/caller-headers.ts";
import { LIMITS } from "../../../../schema/kernel/limits.ts";
import { headersFromUpstream, readLabel, readTags, readTraceparent } from "../../../../workers/gateway/http/headers.ts";

const headers = (values: Record<string, string>): Headers => new Headers(values);

describe("the API key", () => {
  it.each<[Record<string, string>, string | null]>([
    [{ authorization: "Bearer ao_1" }, "ao_1"],
    [{ authorization: "bearer ao_1" }, "ao_1"],
    [{ authorization: "BEARER   ao_1  " }, "ao_1"],
    [{ "x-api-key": "ao_2" }, "ao_2"],
    [{ "api-key": "ao_3" }, "ao_3"],
    [{ authorization: "Bearer ao_1", "x-api-key": "ao_2", "api-key": "ao_3" }, "ao_1"],
    [{ "x-api-key": "ao_2", "api-key": "ao_3" }, "ao_2"],
    // What is sent as authorization is what is judged: another header never makes a bad one good.
    [{ authorization: "Basic dXNlcg==", "x-api-key": "ao_2" }, "Basic dXNlcg=="],
    [{ authorization: "Bearer", "x-api-key": "ao_2" }, "Bearer"],
    [{ authorization: "Bearer a b", "x-api-key": "ao_2" }, "Bearer a b"],
    [{ authorization: "ao_1" }, "ao_1"],
    [{}, null],
    [{ cookie: "api-key=ao_1", "x-goog-api-key": "ao_1" }, null],
  ])("of %j is %j", (values, expected) => {
    expect(readApiKey(headers(values))).toBe(expected);
  });
});

describe("tags", () => {
  it.each<[string, Record<string, string>, number]>([
    ["team=search,env=prod", { team: "search", env: "prod" }, 0],
    [" team = search , env = prod ", { team: "search", env: "prod" }, 0],
    ["a=b=c", { a: "b=c" }, 0],
    ["a=", { a: "" }, 0],
    ["", {}, 0],
    [",, ,", {}, 0],
    ["a=1,a=2", { a: "2" }, 0],
    ["a", {}, 1],
    ["=x", {}, 1],
    ["a=1, =x", { a: "1" }, 1],
    ["a,b=1,=c", { b: "1" }, 2],
    ["constructor=1,toString=2", { constructor: "1", toString: "2" }, 0],
  ])("%j", (value, tags, dropped) => {
    expect(readTags(headers({ "x-ao-tags": value }))).toEqual({ tags, dropped });
  });

  it("are none without the header", () => {
    expect(readTags(headers({}))).toEqual({ tags: {}, dropped: 0 });
  });

  it("never reach the prototype", () => {
    const { tags, dropped } = readTags(headers({ "x-ao-tags": "__proto__=x,a=1" }));
    expect(Object.keys(tags)).toEqual(["a"]);
    expect(Object.getPrototypeOf(tags)).toBe(Object.prototype);
    expect(dropped).toBe(1);
  });

  it("are at most so many, each at most so long", () => {
    const many = Array.from({ length: LIMITS.tag_count + 3 }, (_, index) => `k${index}=v`).join(",");
    const counted = readTags(headers({ "x-ao-tags": many }));
    expect(Object.keys(counted.tags)).toHaveLength(LIMITS.tag_count);
    expect(counted.dropped).toBe(3);
    const full = "x".repeat(LIMITS.tag_chars);
    expect(readTags(headers({ "x-ao-tags": `${full}=${full},${full}x=1,a=${full}x` }))).toEqual({
      tags: { [full]: full },
      dropped: 2,
    });
  });

  it("account for each pair, whatever is sent", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme-ascii", maxLength: 60 }), (value) => {
        const { tags, dropped } = readTags(headers({ "x-ao-tags": value }));
        const pairs = value.split(",").filter((pair) => pair.trim() !== "");
        expect(Object.keys(tags).length + dropped).toBeLessThanOrEqual(pairs.length);
        for (const [key, tag] of Object.entries(tags)) {
          expect(key).not.toBe("");
          expect(key.length).toBeLessThanOrEqual(LIMITS.tag_chars);
          expect(tag.length).toBeLessThanOrEqual(LIMITS.tag_chars);
        }
      }),
    );
  });
});

describe("a traceparent", () => {
  const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  const SPAN = "00f067aa0ba902b7";

  it("that is valid is carried on with its trace id", () => {
    const value = `00-${TRACE}-${SPAN}-01`;
    expect(readTraceparent(headers({ traceparent: value }))).toEqual({
      value,
      trace_id: TRACE,
      parent_id: SPAN,
      sampled: true,
    });
  });

  it.each([
    `01-${TRACE}-${SPAN}-01`,
    `ff-${TRACE}-${SPAN}-01`,
    `00-${"0".repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${"0".repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}`,
    `00-${TRACE}-${SPAN}-01-extra`,
    `00-${TRACE.slice(1)}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-0g`,
    "x",
    "",
  ])("that is %j is left out", (traceparent) => {
    expect(readTraceparent(headers({ traceparent }))).toBeNull();
  });

  it("that is missing is none", () => {
    expect(readTraceparent(headers({}))).toBeNull();
  });
});

describe("the caller's request id", () => {
  it.each(["req-1", "a".repeat(LIMITS.request_id_chars), "~!@#$%^&*()_+{}|:<>?", "01J-xyz/7"])("%s is kept", (id) => {
    expect(callerRequestId(headers({ "x-request-id": id }))).toBe(id);
  });

  it.each(["", "a b", "a\tb", "é", "ÿ", "a".repeat(LIMITS.request_id_chars + 1)])("%j is not", (id) => {
    expect(callerRequestId(headers({ "x-request-id": id }))).toBeNull();
  });
});

describe("a label", () => {
  it.each([
    ["  search ", "search"],
    ["", null],
    ["   ", null],
    ["x".repeat(LIMITS.tag_chars + 9), "x".repeat(LIMITS.tag_chars)],
  ])("%j is %j", (value, expected) => {
    expect(readLabel(headers({ "x-ao-feature": value }), "x-ao-feature")).toBe(expected);
  });

  it("that is missing is none", () => {
    expect(readLabel(headers({}), "x-ao-feature")).toBeNull();
  });
});

describe("warnings in one header", () => {
  it("are separated by semicolons, which none of them contains", () => {
    expect(warningsHeader(["a; b", "c"])).toBe("a, b; c");
    expect(warningsHeader([])).toBe("");
  });

  it("are a header value that every server sends, whatever a caller's tool is called", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary", maxLength: 300 }), { maxLength: 20 }), (warnings) => {
        const value = warningsHeader(warnings);
        expect(value).toMatch(/^[\x20-\x7e]*$/);
        expect(value.length).toBeLessThanOrEqual(2_000);
        expect(() => new Headers({ "x-ao-warnings": value })).not.toThrow();
      }),
    );
  });
});

describe("a provider's headers", () => {
  it("go on by a list, its limits under names that say whose they are", () => {
    const upstream = {
      "openai-processing-ms": "12",
      "x-ratelimit-remaining-tokens": "99",
      "x-ratelimit-reset-requests": "1s",
    };
    expect(headersFromUpstream(headers(upstream))).toEqual({
      "openai-processing-ms": "12",
      "x-ao-upstream-ratelimit-remaining-tokens": "99",
      "x-ao-upstream-ratelimit-reset-requests": "1s",
    });
  });

  it.each([
    "set-cookie",
    "authorization",
    "x-api-key",
    "api-key",
    "openai-organization",
    "openai-project",
    "server",
    "via",
    "connection",
    "transfer-encoding",
    "content-length",
    "content-encoding",
    "location",
    "access-control-allow-origin",
    "strict-transport-security",
    "x-request-id",
    "x-ao-cost-usd",
    "retry-after",
  ])("never bring %s along", (name) => {
    const upstream = new Headers();
    upstream.append(name, "canary");
    expect(headersFromUpstream(upstream)).toEqual({});
  });
});
