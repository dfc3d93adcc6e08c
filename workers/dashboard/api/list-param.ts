import * as z from "zod";

/**
 * A parameter with several of some names, joined by commas, each once. One that there is not is refused with those that
 * there are: `there is no group "x". There is: …`.
 */
export const listParam = <Name extends string>(noun: string, names: string, isKnown: (name: string) => name is Name) =>
  z
    .string()
    .max(500)
    .transform((text, context): Name[] => {
      const given = [...new Set(text.split(",").map((name) => name.trim()))];
      const unknown = given.find((name) => !isKnown(name));
      if (unknown === undefined) return given.filter(isKnown);
      context.addIssue({
        code: "custom",
        message: `there is no ${noun} "${unknown.slice(0, 50)}". There is: ${names}, joined by commas`,
      });
      return z.NEVER;
    })
    .optional();
