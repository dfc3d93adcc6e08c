import { describe, expect, it } from "vitest";
import { CredentialTurns } from "../../../../workers/gateway/stores/credential-turns.ts";
import { ACCOUNT } from "../fixtures.ts";

const named = (credential_name: string, secret = credential_name) => ({
  ...ACCOUNT,
  credential: { api_key: secret },
  credential_name,
});
const ACCOUNTS = [named("main"), named("b"), named("c")];
const NONE: ReadonlySet<string> = new Set();

describe("several credentials", () => {
  const taken = (turns: CredentialTurns, used = NONE, now = 0, accounts = ACCOUNTS) =>
    turns.take("org_1", accounts, used, now)?.credential_name ?? null;

  it("are taken in turn", () => {
    const turns = new CredentialTurns();
    expect([1, 2, 3, 4].map(() => taken(turns))).toEqual(["main", "b", "c", "main"]);
  });

  it("rest until their moment, and are passed over", () => {
    const turns = new CredentialTurns();
    turns.rest("org_1", named("b"), 100);
    expect([1, 2, 3, 4].map(() => taken(turns))).toEqual(["main", "c", "main", "c"]);
    expect([1, 2, 3].map(() => taken(turns, NONE, 100))).toContain("b");
  });

  it("are taken again at once under the same name with another secret", () => {
    const turns = new CredentialTurns();
    const accounts = [named("main"), named("b", "another")];
    turns.rest("org_1", named("b"), 100);
    expect([1, 2].map(() => taken(turns, NONE, 0, accounts))).toEqual(["main", "b"]);
  });

  it("are never taken twice for one call, nor while they rest, behind one that failed", () => {
    const turns = new CredentialTurns();
    turns.rest("org_1", named("c"), 100);
    expect(taken(turns, new Set(["main"]))).toBe("b");
    expect(taken(turns, new Set(["main", "b"]))).toBeNull();
  });

  it("that all rest serve a new call by the one that rests the shortest", () => {
    const turns = new CredentialTurns();
    for (const [place, until] of [300, 100, 200].entries()) turns.rest("org_1", ACCOUNTS[place] ?? ACCOUNT, until);
    expect(taken(turns)).toBe("b");
  });

  it("of one org say nothing of another's", () => {
    const turns = new CredentialTurns();
    turns.rest("org_2", named("main"), 100);
    expect(taken(turns)).toBe("main");
  });
});
