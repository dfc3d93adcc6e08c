import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import { objectNamed } from "../../../schema/clients/object-named.ts";
import { admit, settings, usd } from "../../unit/wallet/make.ts";

/** The runtime that tests run in knows no jurisdictions: what it says instead is what the fallback goes by. */
it("is refused by the open-source runtime with the message that the fallback knows", () => {
  expect(() => env.WALLET.jurisdiction("eu")).toThrow(
    expect.objectContaining({ message: "Jurisdiction restrictions are not implemented in workerd." }),
  );
});

it("is where a wallet and the one above it find each other", async () => {
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
  const above = objectNamed(env.WALLET, "wal_eu_above");
  const below = objectNamed(env.WALLET, "wal_eu_below");
  await above.configure(settings({ wallet_id: "wal_eu_above", period: "none", limit_nano_usd: 1_000 }));
  await below.configure(settings({ wallet_id: "wal_eu_below", parent_id: "wal_eu_above", period: "none" }));
  const answer = await below.admit(admit("r1", usd(600)));
  expect(answer.status).toBe("held");
});
