import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { WalletSettings } from "../../../schema/wire/wallet-settings.ts";
import { admit, release, settings, settle } from "../../unit/wallet/make.ts";
import { type Stub, withEffects } from "./in-wallet.ts";

/**
 * Money that was held below when an administrator stopped a wallet above becomes free again when those requests end. It
 * must not pay for further ones.
 */

const DIME = 100_000_000;
const LIMIT = 100 * 10 * DIME;
let trees = 0;

/** An org, a team below it and a key below that, with requests of the key's in flight. */
async function treeInFlight() {
  trees += 1;
  const ids = { org: `stopped-${trees}/org`, team: `stopped-${trees}/team`, key: `stopped-${trees}/key` };
  const at = (wallet_id: string): Stub => env.WALLET.get(env.WALLET.idFromName(wallet_id));
  const common = { period: "none", limit_nano_usd: LIMIT } as const;
  await at(ids.org).configure(settings({ wallet_id: ids.org, ...common }));
  await at(ids.team).configure(settings({ wallet_id: ids.team, parent_id: ids.org, ...common }));
  await at(ids.key).configure(settings({ wallet_id: ids.key, parent_id: ids.team, ...common }));
  const key = at(ids.key);
  for (const id of ["r1", "r2", "r3", "r4"]) expect((await key.admit(admit(id, DIME))).status).toBe("held");
  let version = 1;
  const set = async (name: "org" | "team", change: Partial<WalletSettings>) => {
    version += 1;
    const parent_id = name === "org" ? null : ids.org;
    await at(ids[name]).configure(settings({ wallet_id: ids[name], parent_id, ...common, version, ...change }));
  };
  const books = async () => {
    for (const id of Object.values(ids)) expect(await at(id).audit()).toEqual({ ok: true, problems: [] });
  };
  return { ids, key, set, books };
}

describe.each(["org", "team"] as const)("after the %s was stopped while requests below were in flight", (stopped) => {
  test.each<[string, Partial<WalletSettings>, string]>([
    ["frozen", { frozen: true }, "frozen"],
    ["a limit of 0", { limit_nano_usd: 0 }, "exhausted"],
  ])("%s: what they give back pays for no other", async (_what, change, status) => {
    const { ids, key, set, books } = await treeInFlight();
    await set(stopped, change);
    await key.release(release("r1"));
    await key.settle(settle("r2", 1_000));
    expect(await key.admit(admit("next", DIME))).toMatchObject({ status, wallet_id: ids[stopped] });
    // Also when the object has been away in between.
    await key.release(release("r3"));
    await evictDurableObject(key);
    expect(await key.admit(admit("later", DIME))).toMatchObject({ status, wallet_id: ids[stopped] });
    await set(stopped, {});
    expect((await key.admit(admit("again", DIME))).status).toBe("held");
    await books();
  });

  test("the request itself goes on, and is charged", async () => {
    const { key, set, books } = await treeInFlight();
    await set(stopped, { frozen: true });
    expect((await key.settle(settle("r1", DIME))).status).toBe("settled");
    await books();
  });
});

test("what was called back for a sibling is asked for again, not refused", async () => {
  trees += 1;
  const name = (path: string) => `stopped-${trees}/${path}`;
  const at = (path: string): Stub => env.WALLET.get(env.WALLET.idFromName(name(path)));
  const common = { period: "none", limit_nano_usd: 10 * DIME } as const;
  await at("org").configure(settings({ wallet_id: name("org"), ...common }));
  for (const leaf of ["a", "b"])
    await at(leaf).configure(settings({ wallet_id: name(leaf), parent_id: name("org"), ...common }));
  for (let index = 0; index < 5; index += 1) await at("a").admit(admit(`a${index}`, DIME));
  // Takes all that is left, so that `a` is called back.
  for (let index = 0; index < 5; index += 1) {
    expect((await at("b").admit(admit(`b${index}`, DIME))).status).toBe("held");
  }
  await at("a").release(release("a0"));
  expect((await at("a").admit(admit("again", DIME))).status).toBe("held");
  expect((await at("a").admit(admit("more", DIME))).status).toBe("held_by_others");
});

test.each(["org", "team"] as const)("a freeze that does not get past the %s is not answered as done", async (where) => {
  const { ids, key, set, books } = await treeInFlight();
  const gate = env.WALLET.get(env.WALLET.idFromName(ids[where]));
  let reachable = false;
  await withEffects(gate, (effects) => {
    const real = effects.wallet;
    effects.wallet = (id) => ({
      lease: (message) => real(id).lease(message),
      rate: (message) => real(id).rate(message),
      transferIn: (request) => real(id).transferIn(request),
      recall: async (stop) => {
        if (!reachable) throw new Error("no way down");
        return await real(id).recall(stop);
      },
    });
  });
  await expect(set("org", { frozen: true })).rejects.toThrow("could not be stopped");
  reachable = true;
  await set("org", { frozen: true });
  await key.release(release("r1"));
  expect(await key.admit(admit("next", DIME))).toMatchObject({ status: "frozen", wallet_id: ids.org });
  await books();
});
