import { describe, expect, it } from "vitest";
import { z } from "zod";
import { describeIssue, pathText } from "../../../schema/http/describe-issue.ts";

describe("the path of a field", () => {
  it.each<[readonly PropertyKey[], string]>([
    [[], ""],
    [["model"], "model"],
    [["messages", 2, "content"], "messages[2].content"],
    [["a", 0, 1, "b"], "a[0][1].b"],
    [[3], "[3]"],
    [["a", "0"], "a.0"],
  ])("%j is written %s", (path, text) => {
    expect(pathText(path)).toBe(text);
  });
});

describe("a failed parse", () => {
  const issueOf = (schema: z.ZodType, value: unknown) => {
    const parsed = schema.safeParse(value);
    if (parsed.success) throw new Error("accepted");
    return describeIssue(parsed.error);
  };

  it("is told by its first issue", () => {
    const schema = z.object({ a: z.array(z.object({ b: z.string("must be a string") })), c: z.int() });
    expect(issueOf(schema, { a: [{ b: "" }, { b: 1 }], c: "x" })).toEqual({
      param: "a[1].b",
      message: "`a[1].b` is not valid: must be a string.",
    });
  });

  it("of the whole body names the body", () => {
    expect(issueOf(z.object({}, "must be an object"), [])).toEqual({
      param: "",
      message: "The body is not valid: must be an object.",
    });
  });
});
