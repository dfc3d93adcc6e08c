import type * as z from "zod";

/** The first issue of a failed parse as a public message and the path of its field, `messages[2].content`. */
export function describeIssue(error: z.ZodError): { readonly message: string; readonly param: string } {
  const issue = error.issues[0];
  const param = pathText(issue?.path ?? []);
  const name = param === "" ? "The body" : `\`${param}\``;
  return { message: `${name} is not valid: ${issue?.message ?? "it has the wrong shape"}.`, param };
}

/** A path as people write it: names joined by dots, indexes in brackets. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    return text === "" ? String(step) : `${text}.${String(step)}`;
  }, "");
}
