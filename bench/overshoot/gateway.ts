import { NANO_PER_USD } from "../../schema/kernel/money.ts";
import { type ChatAnswer, chat } from "../harness/chat.ts";
import type { Rig } from "../harness/platform.ts";
import type { Violations } from "../harness/violations.ts";
import { type MadeKey, type MadeWallet, makeKey, makeWallet } from "../harness/wallets.ts";
import type { Cell, Level } from "./table.ts";

/** The same through the gateway: keys of 2 dollars, below a team of 3, below an org of 5, and requests of 10 cents. */

/** Costs 5,000 tokens of answer and nothing for the prompt, so that each request holds 10 cents exactly. */
export async function makeDimeModel({ admin }: Rig): Promise<void> {
  await admin.make("/v1/prices", {
    provider_id: "sandbox",
    model: "dime",
    upstream_id: "slow",
    rates: { input_usd_per_million: "0", cached_read_usd_per_million: "0", output_usd_per_million: "20" },
    max_output_tokens: 10_000,
  });
}

const MAX_TOKENS = 5_000;
/** Answers begin after this, so that all are decided about while the money of those admitted is held. */
const FIRST_BYTE_MS = { least: 3_000, per_request: 20, most: 60_000 };

interface Made {
  readonly wallets: readonly MadeWallet[];
  readonly keys: readonly MadeKey[];
}

async function makeTree({ admin }: Rig, { name }: Level): Promise<Made> {
  const org = await makeWallet(admin, "org", "5");
  const team = await makeWallet(admin, "team", "3", org);
  const key = await makeWallet(admin, "key", "2", team);
  const other = await makeWallet(admin, "other key", "2", team);
  const side = await makeWallet(admin, "side", "5", org);
  const spending = { key: [key], team: [key, other], org: [key, other, side] }[name];
  return {
    wallets: [org, team, key, other, side],
    keys: await Promise.all(spending.map((wallet) => makeKey(admin, wallet))),
  };
}

/** One burst on a tree of its own. Null when the machine was too slow to decide about all before the first had ended. */
export async function gatewayCell(rig: Rig, level: Level, count: number, violations: Violations): Promise<Cell | null> {
  const { wallets, keys } = await makeTree(rig, level);
  const first_byte_ms = Math.min(FIRST_BYTE_MS.most, FIRST_BYTE_MS.least + count * FIRST_BYTE_MS.per_request);
  const begun = performance.now();
  const timed = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const answer = await chat({
        url: rig.platform.url,
        key: keys[index % keys.length]?.key ?? "",
        body: bodyOf(first_byte_ms),
      });
      return { answer, at_ms: performance.now() - begun };
    }),
  );
  for (const { answer } of timed) expectOneOfTwo(answer, violations);
  await expectWithinLimits(rig, wallets, violations);
  const admitted = timed.filter(({ answer }) => answer.status === 200);
  const refused_at = Math.max(0, ...timed.filter(({ answer }) => answer.status === 402).map(({ at_ms }) => at_ms));
  const freed_at = Math.min(...admitted.map(({ at_ms }) => at_ms));
  if (refused_at > freed_at) return null;
  return { level, warmth: "cold", count, admitted: admitted.length };
}

const bodyOf = (first_byte_ms: number) => ({
  model: "sandbox/dime",
  messages: [{ role: "user", content: "go" }],
  max_tokens: MAX_TOKENS,
  metadata: { first_byte_ms: String(first_byte_ms) },
});

const expectOneOfTwo = ({ status, error }: ChatAnswer, violations: Violations): void =>
  violations.expect(status === 200 || status === 402, () => `${status} ${error?.code}: ${error?.message}`);

async function expectWithinLimits(rig: Rig, wallets: readonly MadeWallet[], violations: Violations): Promise<void> {
  for (const { id, name, limit_usd } of wallets) {
    const figures = await rig.admin.figures(id);
    if (figures === null) continue;
    const promised = figures.spent_nano_usd + figures.held_nano_usd + figures.leased_nano_usd;
    violations.expect(promised <= Number(limit_usd) * NANO_PER_USD, () => `${name} has promised ${promised}`);
  }
}
