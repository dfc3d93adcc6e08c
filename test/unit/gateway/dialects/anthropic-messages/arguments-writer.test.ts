import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createArgumentsWriter } from "../../../../../workers/gateway/dialects/anthropic-messages/arguments-writer.ts";

/** What is sent of arguments that come in these pieces. */
const sent = (pieces: readonly string[]): string => {
  const writer = createArgumentsWriter();
  return pieces.map(writer.write).join("") + writer.end();
};

/** A text and where it is cut. */
const inPieces = (text: fc.Arbitrary<string>) =>
  fc.tuple(text, fc.array(fc.nat(200))).map(([whole, cuts]) => {
    const at = [0, ...cuts.filter((cut) => cut < whole.length).sort((a, b) => a - b), whole.length];
    return at.slice(1).map((end, index) => whole.slice(at[index], end));
  });

const objectText = fc
  .tuple(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(undefined, 1, "\t"))
  .map(([value, space]) => JSON.stringify(value, null, space));

describe("the arguments of a call", () => {
  it("that are an object arrive as it, however they are cut, and nothing that is ready waits", () => {
    fc.assert(
      fc.property(inPieces(objectText), (pieces) => {
        expect(sent(pieces)).toBe(pieces.join(""));
      }),
    );
    const writer = createArgumentsWriter();
    expect(writer.write('{"path":"src/')).toBe('{"path":"src/');
    expect(writer.write("a.t\\")).toBe("a.t");
    expect(writer.write('n","n":12')).toBe('\\n","n":');
    expect(writer.write("3}")).toBe("123");
    expect(writer.complete).toBe(true);
    expect(writer.end()).toBe("}");
  });

  it.each<[string, object]>([
    ["", {}],
    [" \n", {}],
    ["not json", { _malformed_arguments: "not json" }],
    ["[1]", { _malformed_arguments: "[1]" }],
    ['"text"', { _malformed_arguments: '"text"' }],
    ['{"command":"rm -rf /tmp', { command: null, _malformed_arguments: '{"command":"rm -rf /tmp' }],
    ['{"a":1,}', { a: null, _malformed_arguments: '{"a":1,}' }],
    ['{"a":1} {"b":2}', { a: null, _malformed_arguments: '{"a":1} {"b":2}' }],
    ["{} x", { _malformed_arguments: "{} x" }],
    ['{"a":{"b":[1,', { a: null, _malformed_arguments: '{"a":{"b":[1,' }],
    ['{"a":[{"b":1,', { a: null, _malformed_arguments: '{"a":[{"b":1,' }],
    ['{"a":"x\ny"}', { a: null, _malformed_arguments: '{"a":"x\ny"}' }],
    ['{"a":"\\x"}', { a: null, _malformed_arguments: '{"a":"\\x"}' }],
    ['{"a":True}', { a: null, _malformed_arguments: '{"a":True}' }],
    ['{"a":01}', { a: null, _malformed_arguments: '{"a":01}' }],
    ['{"a":1', { a: null, _malformed_arguments: '{"a":1' }],
    ['{"a', { a: null, _malformed_arguments: '{"a' }],
    ['{"a" 1}', { a: null, _malformed_arguments: '{"a" 1}' }],
    ["{'a':1}", { _malformed_arguments: "{'a':1}" }],
  ])("%j become %j, whole or by the character", (text, object) => {
    expect(JSON.parse(sent([text]))).toEqual(object);
    expect(JSON.parse(sent([...text]))).toEqual(object);
  });

  it("are one object whatever was written and however it was cut", () => {
    const anything = fc.oneof(
      fc.string(),
      fc
        .array(fc.constantFrom(...'{}[]:,"\\u0a1-.eE+tfn \n'.split(""), "null", "true", '"k":', "\ud83d"))
        .map((all) => all.join("")),
      fc.tuple(objectText, fc.nat(100), fc.string()).map(([text, at, more]) => text.slice(0, at) + more),
    );
    fc.assert(
      fc.property(inPieces(anything), (pieces) => {
        const text = pieces.join("");
        const object = JSON.parse(sent(pieces));
        expect(object).toEqual(JSON.parse(sent([text])));
        const { _malformed_arguments: raw, ...rest } = object;
        if (raw === undefined) expect(JSON.parse(text.trim() === "" ? "{}" : text)).toEqual(object);
        else {
          expect(raw).toBe(text);
          expect(Object.values(rest).every((value) => value === null)).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
