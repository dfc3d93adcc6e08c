import type { Host } from "../world/host.ts";
import type { Delta } from "./books.ts";
import type { Fail } from "./local.ts";

/** By then an alarm has come that was late, and what it called back has been given. */
const GRACE_MS = 10 * 60_000;

/** From a decision to its commit it is never so long. */
const COMMIT_MS = 1_000;

/** Nothing begins or grows in a wallet whose time is over, by its own clock. */
export function checkEnded(host: Host, delta: Delta, fail: Fail): void {
  const ends_at = host.books.settings?.ends_at ?? null;
  // Settings of the same commit may be younger than the hold.
  if (ends_at === null || delta.settings) return;
  for (const { before, after } of delta.holds) {
    if (before === null && after !== null && after.created_at >= ends_at) {
      fail("I2", `${host.wallet_id} ended at ${ends_at} and held ${after.request_id} at ${after.created_at}`);
    }
    if (before !== null && after !== null && after.hold > before.hold && host.now >= ends_at + COMMIT_MS) {
      fail("I2", `${host.wallet_id} ended at ${ends_at} and extended ${after.request_id} at ${host.now}`);
    }
  }
}

/** What it does not need is back in the wallet above. */
export function checkEndedQuiet({ wallet_id, books, now }: Host, fail: Fail): void {
  const ends_at = books.settings?.ends_at ?? null;
  if (ends_at === null || ends_at + GRACE_MS > now) return;
  if (books.leased_out > 0) fail("I7", `${wallet_id} has ended, and ${books.leased_out} is leased to those below`);
  const idle = (books.upstream?.leased ?? 0) - books.held - books.leased_out;
  if (idle > 0) fail("I7", `${wallet_id} has ended and still has ${idle} of what it was leased`);
}
