import { type ObjectNamespace, objectNamed } from "../../schema/clients/object-named.ts";
import type { AdmitAnswer, WalletRpc } from "../../schema/wire/wallet-rpc.ts";
import { type ReadWallet, type Task, taskSchema } from "../rig/wallets-contract.ts";
import { admitRequest, releaseRequest, settleRequest } from "./requests.ts";

/** Stands where the gateway does and calls the real wallet objects, without anything else of a request. */

interface Env {
  readonly WALLET: ObjectNamespace<WalletRpc>;
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    return Response.json(await perform(env, taskSchema.parse(await request.json())));
  },
  /** The wallets' events: what becomes of them is another benchmark's. */
  async queue(batch: MessageBatch): Promise<void> {
    batch.ackAll();
  },
};

function perform(env: Env, task: Task): Promise<object> {
  switch (task.kind) {
    case "loop":
      return loop(env, task);
    case "burst":
      return burst(env, task);
    case "warm":
      return warm(env, task);
    case "configure":
      return configure(env, task);
    case "read":
      return read(env, task);
  }
}

type Of<Kind extends Task["kind"]> = Extract<Task, { kind: Kind }>;

const walletOf = (env: Env, wallet_id: string): WalletRpc => objectNamed(env.WALLET, wallet_id);

async function loop(env: Env, task: Of<"loop">) {
  const run_id = crypto.randomUUID();
  const begun = Date.now();
  const counts = { admits: 0, refusals: 0 };
  const lane = async (index: number): Promise<void> => {
    const wallet = walletOf(env, task.wallet_ids[index % task.wallet_ids.length] ?? "");
    for (let turn = 0; Date.now() - begun < task.duration_ms; turn += 1) {
      const request_id = `${run_id}:${index}:${turn}`;
      const answer = await wallet.admit(admitRequest(request_id, task.hold_nano_usd, begun));
      if (answer.status !== "held") {
        counts.refusals += 1;
        continue;
      }
      await wallet.settle(settleRequest(request_id, task.cost_nano_usd, begun));
      counts.admits += 1;
    }
  };
  await Promise.all(Array.from({ length: task.lanes }, (_, index) => lane(index)));
  return { ...counts, elapsed_ms: Date.now() - begun };
}

async function burst(env: Env, { bursts, hold_nano_usd }: Of<"burst">) {
  const run_id = crypto.randomUUID();
  const now = Date.now();
  const asked: Promise<AdmitAnswer>[] = [];
  for (const { wallet_id, count } of bursts) {
    const wallet = walletOf(env, wallet_id);
    for (let index = 0; index < count; index += 1) {
      asked.push(wallet.admit(admitRequest(`${run_id}:${wallet_id}:${index}`, hold_nano_usd, now)));
    }
  }
  const statuses: Record<string, number> = {};
  for (const { status } of await Promise.all(asked)) statuses[status] = (statuses[status] ?? 0) + 1;
  return { statuses };
}

async function warm(env: Env, { wallet_ids, hold_nano_usd }: Of<"warm">) {
  const now = Date.now();
  for (const wallet_id of wallet_ids) {
    const request_id = crypto.randomUUID();
    await walletOf(env, wallet_id).admit(admitRequest(request_id, hold_nano_usd, now));
    await walletOf(env, wallet_id).release(releaseRequest(request_id, now));
  }
  return {};
}

async function configure(env: Env, { settings }: Of<"configure">) {
  for (const one of settings) await walletOf(env, one.wallet_id).configure(one);
  return {};
}

async function read(env: Env, { wallet_ids }: Of<"read">) {
  const wallets: ReadWallet[] = [];
  for (const wallet_id of wallet_ids) {
    const wallet = walletOf(env, wallet_id);
    const { problems } = await wallet.audit();
    const state = await wallet.state();
    wallets.push({
      wallet_id,
      problems: [...problems],
      spent_nano_usd: state?.spent_nano_usd ?? 0,
      held_nano_usd: state?.held_nano_usd ?? 0,
      leased_nano_usd: state?.leased_nano_usd ?? 0,
      limit_nano_usd: state?.settings.limit_nano_usd ?? null,
      messages: await messagesOf(wallet),
    });
  }
  return { wallets };
}

const PAGE = 1_000;

/** A row of what a wallet below told is named `<wallet>:<lane>:<sequence>`: the last of each lane says how many there were. */
async function messagesOf(wallet: WalletRpc): Promise<number> {
  const last = new Map<string, number>();
  for (let before_seq = Number.MAX_SAFE_INTEGER; before_seq > 1; ) {
    const { rows, end } = await wallet.ledgerPage({ limit: PAGE, before_seq });
    for (const { kind, ref } of rows) {
      const [, lane = "", sequence = ""] = /^(.*):(\d+)$/.exec(ref) ?? [];
      if (kind === "child" && !last.has(lane)) last.set(lane, Number(sequence));
    }
    before_seq = end?.seq ?? 0;
  }
  return [...last.values()].reduce((total, sequence) => total + sequence, 0);
}
