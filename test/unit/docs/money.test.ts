import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { CATALOGUE_PROVIDERS } from "../../../schema/pricing/catalogue.ts";
import { PROVIDER_KINDS } from "../../../schema/providers/kinds.ts";

const PAGE = fileURLToPath(new URL("../../../docs/money.md", import.meta.url).href);

/** The kinds of the table under "kind | what comes with a price", of each row: those that have prices, and those that have none. */
function documentedKinds(): { readonly priced: readonly string[]; readonly unpriced: readonly string[] } {
  const [, after = ""] = readFileSync(PAGE, "utf8").split("| kind | what comes with a price |\n|---|---|\n");
  const [table = ""] = after.split("\n\n");
  const rows = table.split("\n").map((row) => row.split("|").map((cell) => cell.trim()));
  const kindsOf = (has_none: boolean): readonly string[] =>
    rows
      .filter(([, , what = ""]) => what.startsWith("none") === has_none)
      .flatMap(([, kinds = ""]) => [...kinds.matchAll(/`([\w-]+)`/g)].map((match) => match[1] ?? ""))
      .toSorted();
  return { priced: kindsOf(false), unpriced: kindsOf(true) };
}

describe("docs/money.md", () => {
  it("says which kinds of providers come with prices, and which do not", () => {
    const { priced, unpriced } = documentedKinds();
    expect(priced).toEqual(CATALOGUE_PROVIDERS.filter((kind) => kind !== "sandbox"));
    expect([...priced, ...unpriced, "sandbox"].toSorted()).toEqual(Object.keys(PROVIDER_KINDS).toSorted());
  });
});
