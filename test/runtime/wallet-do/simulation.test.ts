import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import type { WalletObject } from "../../../workers/wallet-do/wallet-object.ts";
import { type Subject, simulate } from "../../unit/wallet/simulate.ts";
import { failWrite, freshWallet, START, type Stub, withEffects } from "./in-wallet.ts";

const SEED = 20_260_310;
const STEPS = 400;

/** A real object, driven through its RPC; evicted on restart and made to fail at its next write. */
async function subject(): Promise<Subject> {
  const stub: Stub = await freshWallet(null);
  let now = 0;
  let failing: ReturnType<typeof failWrite> | undefined;
  const hold = () =>
    withEffects(stub, (effects) => {
      effects.now = () => now;
      effects.send = () => Promise.resolve();
    });
  return {
    setNow: (next) => {
      now = next;
      return hold();
    },
    failNext: () =>
      runInDurableObject(stub, (_object: WalletObject, state) => {
        failing = failWrite(state.storage, 1);
      }),
    heal: () => runInDurableObject(stub, () => failing?.undo()),
    restart: async () => {
      await evictDurableObject(stub);
      await hold();
    },
    configure: (settings) => stub.configure(settings),
    admit: (request) => stub.admit(request),
    extend: (request) => stub.extend(request),
    checkpoint: (request) => stub.checkpoint(request),
    chargeAttempt: (request) => stub.chargeAttempt(request),
    settle: (request) => stub.settle(request),
    release: (request) => stub.release(request),
    revokeKey: (key_id) => stub.revokeKey(key_id),
    read: () => stub.state(),
    ring: () => runInDurableObject(stub, (object: WalletObject) => object.alarm()),
    problems: async () => (await stub.audit()).problems,
  };
}

test(`a random life of a real object, with evictions and failing writes, agrees with the model (seed ${SEED})`, async () => {
  const seen = await simulate(await subject(), SEED, STEPS, START);
  expect(seen.held).toBeGreaterThan(0);
  expect(seen["attempt held"]).toBeGreaterThan(0);
  expect(seen["commit failed"]).toBeGreaterThan(0);
}, 60_000);
