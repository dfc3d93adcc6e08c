import type { Case } from "../kit.ts";
import { CONTENT_CASES } from "./content.ts";
import { DIALECT_CASES } from "./dialects.ts";
import { ERROR_CASES } from "./errors.ts";
import { OTHER_CASES } from "./other-routes.ts";
import { TEXT_CASES } from "./text.ts";
import { TOOL_CASES } from "./tools.ts";

/** Every case of the kit, in the order in which they are run. */
export const CASES: readonly Case[] = [
  ...TEXT_CASES,
  ...TOOL_CASES,
  ...CONTENT_CASES,
  ...DIALECT_CASES,
  ...OTHER_CASES,
  ...ERROR_CASES,
];
