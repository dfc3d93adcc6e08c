import { describe, expect, it } from "vitest";
import { type CacheSetting, settingFor, ttlOf } from "../../../../schema/caching/cache-setting.ts";
import { cacheSetting } from "./make.ts";

const setting = (id: string, change: Partial<CacheSetting>): CacheSetting =>
  cacheSetting({ id, mode: "exact", ...change });
const facts = { team_id: "team_1", key_id: "key_1", model: "openai/gpt-5", route: "/v1/chat/completions" };
const found = (settings: readonly CacheSetting[], change: Partial<typeof facts> = {}): string | null =>
  settingFor(settings, { ...facts, ...change })?.id ?? null;

describe("the setting of a request", () => {
  const org = setting("org", {});
  const team = setting("team", { scope: "team", team_id: "team_1" });
  const key = setting("key", { scope: "key", key_id: "key_1" });

  it("is none unless one was made", () => expect(found([])).toBeNull());

  it("is the key's before the team's before the org's, in whatever order they are read", () => {
    expect(found([org, team, key])).toBe("key");
    expect(found([key, org, team], { key_id: "key_2" })).toBe("team");
    expect(found([team, key, org], { key_id: "key_2", team_id: "team_2" })).toBe("org");
  });

  it("is the next wider one where its filters do not fit", () => {
    const narrow = { ...key, models: ["anthropic/*"] };
    expect(found([org, narrow])).toBe("org");
    expect(found([org, { ...key, routes: ["/v1/embeddings"] }])).toBe("org");
    expect(found([org, { ...key, models: ["openai/*"], routes: [facts.route] }])).toBe("key");
  });

  it("is none where the one that fits says off: a wider one does not come in again", () => {
    expect(found([org, { ...team, mode: "off" }])).toBeNull();
  });

  it("of a team is not that of wallets without one", () => {
    const odd = { ...team, team_id: null };
    expect(settingFor([odd], { ...facts, team_id: null })).toBeNull();
  });
});

it("an answer lives as long as the first pattern for its model says, else as the setting does", () => {
  const model_ttls = [
    { model: "openai/gpt-5-*", ttl_ms: 1 },
    { model: "openai/*", ttl_ms: 2 },
  ];
  const made = setting("s", { model_ttls, ttl_ms: 3 });
  expect([ttlOf(made, "openai/gpt-5-mini"), ttlOf(made, "openai/gpt-5"), ttlOf(made, "acme/m")]).toEqual([1, 2, 3]);
});
