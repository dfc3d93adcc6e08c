import type { Mutant } from "../../../scripts/mutants/mutant.ts";

/** Bugs in the translation: what all providers share. */
export const KIT_MUTANTS: readonly Mutant[] = [
  {
    name: "a wait in seconds is one in milliseconds",
    file: "schema/http/retry-after.ts",
    find: "if (seconds !== null) return Math.ceil(seconds * 1000);",
    replace: "if (seconds !== null) return Math.ceil(seconds);",
  },
  {
    name: "a date to wait for is not understood",
    file: "schema/http/retry-after.ts",
    find: 'return untilDate(text, now ?? httpDate(headers.get("date")));',
    replace: "return null;",
  },
  {
    name: "a changed name is not changed back",
    file: "workers/gateway/providers/kit/tool-names.ts",
    find: "new Map([...to_upstream].map(([caller, upstream]) => [upstream, caller]))",
    replace: "new Map([...to_upstream].map(([caller, upstream]) => [caller, upstream]))",
  },
  {
    name: "an unknown field is left out without a word",
    file: "workers/gateway/providers/kit/support.ts",
    find: 'if (other_parameters === "dropped" && !isNeutral(name, value)) unknown.push(name);',
    replace: "",
  },
  {
    name: "the parameters of a data URL are part of its type",
    file: "workers/gateway/providers/kit/data-url.ts",
    find: '.split(";")',
    replace: '.split("|")',
  },
  {
    name: "a redacted thought is a thought",
    file: "workers/gateway/providers/kit/thinking-signature.ts",
    find: '{ redacted: rest[at] === "r",',
    replace: "{ redacted: false,",
  },
  {
    name: "names of one spelling meet",
    file: "workers/gateway/providers/kit/tool-names.ts",
    find: "while (taken.has(name)) name =",
    replace: "for (const other of [name].slice(1)) name = other +",
  },
  {
    name: "a provider that is overloaded has failed",
    file: "workers/gateway/providers/kit/class-of-status.ts",
    find: '[503, "overloaded"],',
    replace: '[503, "failed"],',
  },
];
