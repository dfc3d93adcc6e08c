import { describe, expect, it } from "vitest";
import { runtimeEffects } from "../../../schema/kernel/effects.ts";
import { formatId, ID_PREFIXES, type IdKind, timeOfId } from "../../../schema/kernel/ids.ts";
import { jurisdictionOf } from "../../../schema/kernel/jurisdiction.ts";
import { shardId, spendingIds } from "../../../schema/wire/shards.ts";

const UUID = Uint8Array.from({ length: 16 }, (_, index) => index);
const KINDS = Object.keys(ID_PREFIXES).filter((kind): kind is IdKind => kind in ID_PREFIXES);

describe("the jurisdiction of a name", () => {
  it("is in the ids of orgs and wallets that are made with one", () => {
    expect(formatId("org", UUID, "eu")).toBe(`org_eu_${formatId("org", UUID).slice(4)}`);
    expect(jurisdictionOf(formatId("org", UUID, "eu"))).toBe("eu");
    expect(jurisdictionOf(formatId("wallet", UUID, "eu"))).toBe("eu");
    expect(jurisdictionOf(runtimeEffects().newId("wallet", "eu"))).toBe("eu");
  });

  it("is none for every id that is made without one, whatever its digits are", () => {
    for (const kind of KINDS) expect(jurisdictionOf(runtimeEffects().newId(kind))).toBeNull();
    expect(jurisdictionOf(runtimeEffects().newId("wallet", null))).toBeNull();
    for (const byte of [0, 0x71, 0x0f, 0xff]) {
      expect(jurisdictionOf(formatId("wallet", new Uint8Array(16).fill(byte)))).toBeNull();
    }
  });

  it("is inherited by shards and by what is named after an org", () => {
    const wallet_id = formatId("wallet", UUID, "eu");
    expect(spendingIds(wallet_id, 3).map(jurisdictionOf)).toEqual(["eu", "eu", "eu"]);
    expect(jurisdictionOf(shardId(formatId("wallet", UUID), 1))).toBeNull();
    expect(jurisdictionOf(`${formatId("org", UUID, "eu")}/openai`)).toBe("eu");
  });

  it.each([
    "readiness-probe",
    "org_1/org_eu_1",
    "org_01/eu_",
    "wal_euro",
    "wal_eu",
    "WAL_EU_1",
    "wal_us_1",
    "key_eu_1",
    " wal_eu_1",
    "x\nwal_eu_1",
    "",
  ])("is not in %j", (name) => {
    expect(jurisdictionOf(name)).toBeNull();
  });
});

describe("the time of an id", () => {
  it("is the same with a jurisdiction", () => {
    const uuid = new Uint8Array(16);
    new DataView(uuid.buffer).setUint16(0, 0x0199);
    new DataView(uuid.buffer).setUint32(2, 0x89abcdef);
    expect(timeOfId(formatId("org", uuid))).toBe(0x019989abcdef);
    expect(timeOfId(formatId("org", uuid, "eu"))).toBe(0x019989abcdef);
  });
});
