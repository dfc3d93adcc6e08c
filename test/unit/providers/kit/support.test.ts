import { describe, expect, it } from "vitest";
import { isRefused } from "../../../../schema/kernel/errors.ts";
import { chatRequestSchema } from "../../../../schema/wire/openai-chat.ts";
import {
  judgeParameters,
  PARAMETERS,
  type ParameterRow,
  type ParameterTable,
  type ProviderSupport,
} from "../../../../workers/gateway/providers/kit/support.ts";
import { passedParameters, SUPPORT } from "../../../../workers/gateway/providers/openai/support.ts";

const support = (
  rows: Partial<ParameterTable>,
  other_parameters: ProviderSupport["other_parameters"] = "dropped",
): ProviderSupport => ({ ...SUPPORT, parameters: passedParameters(rows), other_parameters });

const judged = (change: object, on: ProviderSupport) =>
  judgeParameters(
    chatRequestSchema.parse({ model: "m", messages: [{ role: "user", content: "Hello" }], ...change }),
    on,
  );

const warningsOf = (change: object, on: ProviderSupport): readonly string[] => {
  const answer = judged(change, on);
  if (isRefused(answer)) throw new Error(`refused: ${answer.refused.param}`);
  return answer.warnings;
};

describe("a parameter by its row", () => {
  const DROPPED: ParameterRow = { how: "dropped" };
  const REFUSED: ParameterRow = { how: "refused", note: "Not here." };

  it.each([["passed"], ["mapped"]] as const)("that is %s needs no word", (how) => {
    expect(warningsOf({ seed: 7 }, support({ seed: { how } }))).toEqual([]);
  });

  it("that is dropped is named in a warning, with the reason if there is one", () => {
    expect(warningsOf({ seed: 7 }, support({ seed: DROPPED }))).toEqual([
      "seed left out: the provider has no equivalent",
    ]);
    expect(warningsOf({ seed: 7 }, support({ seed: { how: "dropped", note: "it is never the same" } }))).toEqual([
      "seed left out: it is never the same",
    ]);
  });

  it("that is refused is named with what to do", () => {
    expect(judged({ logprobs: true }, support({ logprobs: REFUSED }))).toEqual({
      refused: { code: "unsupported_parameter", param: "logprobs", message: "Not here." },
    });
  });

  it.each<[string, object]>([
    ["null", { seed: null }],
    ["a penalty of zero", { presence_penalty: 0 }],
    ["one choice", { n: 1 }],
    ["text alone", { modalities: ["text"] }],
    ["an empty map", { logit_bias: {} }],
    ["false", { logprobs: false }],
  ])("asks for nothing with %s, so nothing is lost", (_name, change) => {
    const rows: Partial<ParameterTable> = Object.fromEntries(PARAMETERS.map((name) => [name, REFUSED]));
    expect(judged(change, support(rows))).toMatchObject({ warnings: [] });
  });

  it("with a seed of zero asks for that seed", () => {
    expect(judged({ seed: 0 }, support({ seed: REFUSED }))).toMatchObject({ refused: { param: "seed" } });
  });

  it("is told from others by its value where the row says which values count", () => {
    const on = support({ temperature: { how: "refused", asks: (value) => typeof value === "number" && value > 1 } });
    expect(judged({ temperature: 1 }, on)).toMatchObject({ warnings: [] });
    expect(judged({ temperature: 1.1 }, on)).toMatchObject({ refused: { param: "temperature" } });
  });

  it("that is dropped does not go on with any value, so that a server which does not know it never sees it", () => {
    expect(judged({ store: false }, support({ store: DROPPED }))).toEqual({ warnings: [], dropped: ["store"] });
  });
});

describe("a field that the table does not know", () => {
  it("is named where it does not go on", () => {
    expect(warningsOf({ x_new: 1 }, support({}))).toEqual(["x_new left out: the provider has no equivalent"]);
  });

  it("goes on in silence where all go on", () => {
    expect(warningsOf({ x_new: 1 }, support({}, "passed"))).toEqual([]);
  });

  it("is counted and not named where its name cannot stand in a header, or there are many", () => {
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`x_${at}`, 1]));
    const warnings = warningsOf({ ...many, "ä\n": 1 }, support({}));
    expect(warnings).toHaveLength(13);
    expect(warnings.at(-1)).toBe("9 other fields left out: the provider has no equivalent");
  });
});
