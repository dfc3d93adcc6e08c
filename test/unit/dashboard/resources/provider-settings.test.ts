import { describe, expect, it } from "vitest";
import { PROVIDER_KINDS } from "../../../../schema/providers/kinds.ts";
import { provider, providerModelInput } from "../../../../schema/resources/provider.ts";
import { settingsProblem } from "../../../../workers/dashboard/resources/provider-settings.ts";

const problem = (kind: "azure" | "groq", settings: unknown, allow_private = false) =>
  settingsProblem(kind, PROVIDER_KINDS[kind], settings, allow_private)?.refused ?? null;

describe("the settings of a provider", () => {
  it.each([
    [null],
    [undefined],
    [{}],
    [{ api_version: "2024-10-21" }],
    [{ responses: "translated" }],
    [{ api_version: "2025-04-01-preview", authority_url: "https://login.microsoftonline.us" }],
  ])("may be those that its kind has: %j", (settings) => {
    expect(problem("azure", settings)).toBeNull();
  });

  it("are refused with their names where the kind has none such", () => {
    expect(problem("azure", { version: "2024-10-21" })).toEqual({
      code: "invalid_request",
      param: "settings",
      message: 'The kind azure has no setting "version". Its settings: api_version, authority_url, responses.',
    });
    expect(problem("groq", { api_version: "2024-10-21" })?.message).toContain("Its settings: none.");
    expect(problem("azure", { toString: "2024-10-21" })).toMatchObject({ param: "settings" });
  });

  it.each([
    ["api_version", "latest", "2024-10-21"],
    ["api_version", "2024-10-21&x=1", "2024-10-21"],
    ["responses", "yes", "native or translated"],
    ["authority_url", "login", "not a URL"],
    ["authority_url", "https://127.0.0.1", "private"],
    ["authority_url", "http://login.example", "https://"],
  ])("are refused where %s is %s", (name, value, why) => {
    expect(problem("azure", { [name]: value })).toMatchObject({
      param: `settings.${name}`,
      message: expect.stringContaining(why),
    });
  });

  it("may point to a server on the same machine where those are allowed", () => {
    expect(problem("azure", { authority_url: "http://localhost:9/x" }, true)).toBeNull();
  });

  it("are texts under short names", () => {
    const { input } = provider.fields.settings;
    for (const wrong of [[], "x", { api_version: 7 }, { api_version: "" }, { ["x".repeat(51)]: "a" }]) {
      expect(input.safeParse(wrong).success).toBe(false);
    }
    expect(input.safeParse(null).success).toBe(true);
  });
});

describe("a model that is added with its provider", () => {
  const price = { input_usd_per_million: "1" };
  const parsed = (more: object) => providerModelInput.safeParse({ id: "m", ...more });

  it("has a price, or the base model that has one", () => {
    expect(parsed({ price }).success).toBe(true);
    expect(parsed({ base_model: "openai/gpt-5" }).success).toBe(true);
    expect(parsed({}).error?.issues).toMatchObject([{ path: ["price"] }]);
  });

  it("says what it can do in words that are known", () => {
    expect(parsed({ price, capabilities: ["embeddings"], encoding: "cl100k_base" }).data).toMatchObject({
      capabilities: ["embeddings"],
      encoding: "cl100k_base",
    });
    expect(parsed({ price, capabilities: ["flight"] }).error?.issues[0]).toMatchObject({ path: ["capabilities", 0] });
    expect(parsed({ price, capabilities: [] }).success).toBe(false);
    expect(parsed({ price, encoding: "p50k_base" }).success).toBe(false);
  });
});

describe("a kind that can be reached in several ways", () => {
  it("names only fields that its credential has", () => {
    for (const kind of Object.values(PROVIDER_KINDS)) {
      if (!("credential_ways" in kind)) continue;
      const names: readonly string[] = kind.credential.map(({ name }) => name);
      expect(kind.credential.every(({ required }) => !required)).toBe(true);
      for (const way of kind.credential_ways) expect(names).toEqual(expect.arrayContaining([...way]));
    }
  });
});
