import type { Effects } from "../kernel/effects.ts";
import { log } from "../kernel/log.ts";
import type { WalletRpc, WalletState } from "../wire/wallet-rpc.ts";
import { type ObjectNamespace, objectNamed } from "./object-named.ts";
import { loadWalletSettings } from "./wallet-settings-row.ts";

/** The wallet objects as other workers see them: a namespace of stubs with the wallet's RPC. */
export type WalletNamespace = ObjectNamespace<WalletRpc>;

/** Where a wallet's object and its settings are. */
export interface WalletBindings {
  readonly WALLET: WalletNamespace;
  readonly DB: D1Database;
}

/** How often one call is made in all while a caller waits. Every method is idempotent, so repeating one is safe. */
const ATTEMPTS = 3;
/** The end of a hold is repeated for about six seconds: nobody waits for it, and a lost one is settled by a guess. */
const ENDING_ATTEMPTS = 9;
const BACK_OFF_MS = 25;

/** The wallet did not answer, or there is no such wallet. Whether a call took effect is unknown. */
export class WalletUnavailable extends Error {}

/**
 * One wallet object as its callers see it: a new stub for each attempt (a stub that failed by a reset keeps failing),
 * retries where the runtime says that one helps, and settings brought from D1 when the object is new.
 */
export interface WalletClient {
  /** Runs one RPC. Throws WalletUnavailable when it stays unanswered. */
  call<Answer extends { readonly status: string }>(run: (wallet: WalletRpc) => Promise<Answer>): Promise<Answer>;
  /** The same for what ends a hold, behind the answer: repeated for longer. */
  end<Answer extends { readonly status: string }>(run: (wallet: WalletRpc) => Promise<Answer>): Promise<Answer>;
  /** The state now; configures a new object first. */
  state(): Promise<WalletState>;
}

/** What of a worker's effects the client uses. `wait` takes the place of a timer where time is simulated. */
type ClientEffects = Pick<Effects, "randomBytes"> & { wait?(ms: number): Promise<unknown> };

export function walletClient(env: WalletBindings, effects: ClientEffects, wallet_id: string): WalletClient {
  type Run<Answer> = (wallet: WalletRpc) => Promise<Answer>;
  const attempt = <Answer>(run: Run<Answer>, attempts = ATTEMPTS) =>
    withRetries(env.WALLET, effects, wallet_id, run, attempts);
  const configure = (id: string) => configureWallet(env, effects, id);
  const configured = async <Answer extends { readonly status: string }>(run: Run<Answer>, attempts: number) => {
    // Each wallet up to the top of the tree may be new: each is configured once.
    const done = new Set<string>();
    for (;;) {
      const answer = await attempt(run, attempts);
      if (answer.status !== "not_configured") return answer;
      const id = unconfiguredWallet(answer) ?? wallet_id;
      if (done.has(id)) return answer;
      done.add(id);
      await configure(id);
    }
  };
  return {
    call: (run) => configured(run, ATTEMPTS),
    end: (run) => configured(run, ENDING_ATTEMPTS),
    state: async () => (await attempt((wallet) => wallet.state())) ?? (await configure(wallet_id)),
  };
}

/** Which wallet has no settings yet, when the answer says so: one above the one that was asked. */
function unconfiguredWallet(answer: object): string | null {
  return "wallet_id" in answer && typeof answer.wallet_id === "string" && answer.wallet_id !== ""
    ? answer.wallet_id
    : null;
}

async function configureWallet(env: WalletBindings, effects: ClientEffects, wallet_id: string): Promise<WalletState> {
  const settings = await loadWalletSettings(env.DB, wallet_id).catch((error: unknown) => {
    throw new WalletUnavailable(`settings of ${wallet_id} do not load: ${String(error)}`);
  });
  if (settings === null) throw new WalletUnavailable(`there is no wallet ${wallet_id}`);
  return await withRetries(env.WALLET, effects, wallet_id, (wallet) => wallet.configure(settings), ATTEMPTS);
}

async function withRetries<Answer>(
  namespace: WalletNamespace,
  effects: ClientEffects,
  wallet_id: string,
  run: (wallet: WalletRpc) => Promise<Answer>,
  attempts: number,
): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run(objectNamed(namespace, wallet_id));
    } catch (error) {
      if (attempt >= attempts || !helpsToRepeat(error)) {
        log("error", "wallet_unavailable", { wallet_id, attempt, reason: String(error) });
        throw new WalletUnavailable(String(error));
      }
      // The byte of randomness keeps the callers of a restarted wallet from coming back in step.
      const [jitter = 0] = effects.randomBytes(1);
      const pause_ms = BACK_OFF_MS * 2 ** (attempt - 1) + (jitter / 255) * BACK_OFF_MS;
      await (effects.wait?.(pause_ms) ?? new Promise((resolve) => setTimeout(resolve, pause_ms)));
    }
  }
}

/** An overloaded object must not be asked again; anything else may be, because every method is idempotent. */
function helpsToRepeat(error: unknown): boolean {
  return !(typeof error === "object" && error !== null && "overloaded" in error && error.overloaded === true);
}
