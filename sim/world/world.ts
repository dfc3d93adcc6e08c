import type { WalletNamespace } from "../../schema/clients/wallet-client.ts";
import { loadWalletSettings } from "../../schema/clients/wallet-settings-row.ts";
import { eventSchema } from "../../schema/wire/events.ts";
import type { WalletRpc } from "../../schema/wire/wallet-rpc.ts";
import type { WalletSettings } from "../../schema/wire/wallet-settings.ts";
import { replayDeadLetters } from "../../workers/cron/dead-letters/replay.ts";
import { dice, seedOf } from "../dice.ts";
import { type Profile, profileOf } from "../faults/profile.ts";
import { START } from "../history/start.ts";
import type { Step } from "../history/step.ts";
import { CallLog } from "../invariants/call-log.ts";
import { checkEnded } from "../invariants/ends.ts";
import { IdempotencyChecks } from "../invariants/idempotency.ts";
import { LocalChecks } from "../invariants/local.ts";
import { checkQuiescence } from "../invariants/quiescence.ts";
import { RateChecks } from "../invariants/rates.ts";
import { RefusalChecks } from "../invariants/refusals.ts";
import { TransferChecks } from "../invariants/transfers.ts";
import { TreeChecks } from "../invariants/tree.ts";
import type { Invariant, Violation } from "../invariants/violation.ts";
import { Visits } from "../invariants/visits.ts";
import { runPost, runTransfer } from "./console.ts";
import { type Fate, SimDatabase } from "./database.ts";
import { runRequest, runRpc } from "./gateway.ts";
import { Host } from "./host.ts";
import { Network, type Visit } from "./network.ts";
import { SimQueue } from "./queue.ts";
import { Scheduler } from "./scheduler.ts";
import { standIn } from "./stand-in.ts";

const MINUTE_MS = 60_000;
/** Longer than any hold lives, and than any pause after failures. */
const CALM_MS = 100 * MINUTE_MS;

/** Whether a wallet has something to send or to tell. */
function isBusy({ books, disk }: Host): boolean {
  if (books.settings === null) return false;
  const sent = "SELECT count(*) AS count FROM outbox WHERE seq > (SELECT sent_seq FROM outbox_mark)";
  return Number(disk.rows(sent)[0]?.count ?? 0) > 0 || (books.upstream?.unreported ?? 0) !== 0;
}

/** Wallets, gateways, the queue, its consumer and the database, in one virtual time. */
export class World {
  readonly scheduler = new Scheduler(START);
  violation: Violation | null = null;
  readonly visits: Visits;
  private readonly seed: number;
  private readonly hosts = new Map<string, Host>();
  private readonly database: SimDatabase;
  private readonly queue: SimQueue;
  private readonly network: Network;
  private readonly local: LocalChecks;
  private readonly tree: TreeChecks;
  private readonly rates: RateChecks;
  private readonly refusals: RefusalChecks;
  private readonly transfers: TransferChecks;
  private readonly idempotency: IdempotencyChecks;
  private profile: Profile;
  private database_down_until = 0;
  private database_calls = 0;
  private died_at = Number.NEGATIVE_INFINITY;
  private steps = 0;
  private readonly forgetful: boolean;

  constructor(seed: number, wallets: readonly WalletSettings[], migrations: readonly string[], forgetful: boolean) {
    this.seed = seed;
    this.forgetful = forgetful;
    this.profile = profileOf(seed);
    const profile = (): Profile => this.profile;
    const { scheduler } = this;
    this.database = new SimDatabase(
      migrations,
      () => this.databaseFate(),
      () => scheduler.wait(1),
    );
    this.network = new Network(seed, scheduler, profile, (problem) => this.fail("I0", problem));
    this.queue = new SimQueue(seed, scheduler, profile, this.database.db);
    const fail = (invariant: Invariant, problem: string): void => this.fail(invariant, problem);
    const calls = new CallLog();
    this.local = new LocalChecks(calls, fail);
    this.idempotency = new IdempotencyChecks(calls, fail);
    for (const { wallet_id } of wallets) this.hosts.set(wallet_id, new Host(this.hostWorld(), wallet_id));
    const parents = new Map(wallets.map(({ wallet_id, parent_id }) => [wallet_id, parent_id]));
    this.tree = new TreeChecks(this.hosts, parents, this.local, fail);
    this.rates = new RateChecks(this.tree, this.profile.clocks, fail);
    this.refusals = new RefusalChecks(this.tree, fail);
    const trouble = { now: () => scheduler.now, last_at: () => Math.max(this.died_at, this.network.failed_at) };
    this.transfers = new TransferChecks({
      hosts: this.hosts,
      refusals: this.refusals,
      trouble,
      count: (what) => this.visits.count(what),
      fail,
    });
    this.visits = new Visits({
      calls,
      tree: this.tree,
      refusals: this.refusals,
      trouble,
      idempotency: this.idempotency,
      fail,
    });
    for (const settings of wallets) this.insertSettings(settings);
  }

  /**
   * Plays the steps, with faults up to `faults_until_ms` from the beginning. Then lets faults stop and time pass, and looks
   * whether all has come to rest.
   */
  async play(steps: readonly Step[], faults_until_ms: number): Promise<void> {
    const stop = (): boolean => this.violation !== null;
    for (const step of steps) {
      await this.scheduler.runUntil(START + step.at_ms, stop);
      if (stop()) return;
      this.steps += 1;
      this.begin(step);
      await this.scheduler.runUntil(START + step.at_ms, stop);
    }
    await this.scheduler.runUntil(START + faults_until_ms, stop);
    if (stop()) return;
    this.calm();
    await this.scheduler.runUntil(this.scheduler.now + CALM_MS, stop);
    if (stop()) return;
    if ([...this.hosts.values()].some((host) => host.lost_alarm)) await this.sweepUntilQuiet(stop);
    await this.replayDeadLetters(stop);
    // A period may just have turned, and what it posted be on its way.
    for (let more = 0; more < 3 && !stop() && this.isBusy(); more += 1) {
      await this.scheduler.runUntil(this.scheduler.now + MINUTE_MS, stop);
    }
    if (!stop()) checkQuiescence(this.parts());
  }

  get trace(): readonly string[] {
    return this.network.trace;
  }

  get answers(): readonly string[] {
    return this.network.answers;
  }

  close(): void {
    for (const host of this.hosts.values()) host.close();
    this.database.close();
  }

  fail(invariant: Invariant, problem: string): void {
    this.violation ??= { invariant, problem, step: this.steps, at: this.scheduler.now };
  }

  private parts() {
    const { hosts, tree, transfers, queue, database } = this;
    const fail = (invariant: Invariant, problem: string): void => this.fail(invariant, problem);
    return { hosts, tree, transfers, queue, database, fail };
  }

  private calm(): void {
    this.profile = { ...profileOf(this.seed + 5 - (this.seed % 5)), overages: false };
    this.queue.down_until = 0;
    this.database_down_until = 0;
    for (const host of this.hosts.values()) host.unreachable_until = 0;
  }

  private isBusy(): boolean {
    return !this.queue.is_idle || [...this.hosts.values()].some(isBusy);
  }

  /** What an operator does after an outage of the database. */
  private async replayDeadLetters(stop: () => boolean): Promise<void> {
    const [row] = this.database.rows("SELECT count(*) AS count FROM dead_letters");
    if (Number(row?.count ?? 0) === 0) return;
    const queue = {
      sendBatch: async (messages: Iterable<MessageSendRequest<unknown>>) => {
        await this.queue.send([...messages].map(({ body }) => eventSchema.parse(body)));
        return standIn<QueueSendBatchResponse>({});
      },
    };
    const replayed = replayDeadLetters(this.database.db, queue, "all", this.scheduler.now);
    replayed.catch((error: unknown) => this.fail("I0", `dead letters are not replayed: ${String(error)}`));
    await this.scheduler.runUntil(this.scheduler.now + MINUTE_MS, stop);
  }

  /** The cron worker wakes every wallet each minute, and objects that nobody calls are evicted in between. */
  private async sweepUntilQuiet(stop: () => boolean): Promise<void> {
    for (let round = 0; round < 100 && !stop(); round += 1) {
      this.sweep();
      await this.scheduler.runUntil(this.scheduler.now + MINUTE_MS, stop);
      if (round % 2 === 1) for (const host of this.hosts.values()) host.evict("nobody called");
    }
  }

  private begin(step: Step): void {
    const run = this.start(step);
    run?.catch((error: unknown) => this.fail("I0", `step ${this.steps} (${step.kind}) threw ${String(error)}`));
  }

  private start(step: Step): Promise<unknown> | undefined {
    const world = { bindings: { WALLET: this.namespace(), DB: this.database.db }, scheduler: this.scheduler };
    const { now } = this.scheduler;
    switch (step.kind) {
      case "request":
        return runRequest(world, step);
      case "rpc":
        return runRpc(world, step);
      case "transfer":
        return runTransfer(world, step);
      case "post":
        return runPost(world, step);
      case "configure":
        return this.configure(step.wallet, step.change);
      case "revoke":
        return this.stub("console", step.wallet)
          .revokeKey(step.key_id)
          .catch(() => null);
      case "audit":
        return this.stub("operator", step.wallet)
          .audit()
          .catch(() => null);
      case "sweep":
        this.sweep();
        return;
      case "evict":
        this.host(step.wallet).evict("evicted");
        return;
      case "clock":
        this.host(step.wallet).setClock(step.offset_ms);
        return;
      case "unreachable":
        this.host(step.wallet).unreachable_until = now + step.for_ms;
        return;
      case "queue_down":
        this.queue.down_until = now + step.for_ms;
        return;
      case "database_down":
        this.database_down_until = now + step.for_ms;
        return;
    }
  }

  /** As the console does it: D1 first, then the object, which takes only what is newer. */
  private async configure(wallet: string, change: Partial<WalletSettings>): Promise<void> {
    const [row] = this.database.rows("SELECT * FROM wallets WHERE id = ?", wallet);
    const version = Number(row?.version ?? 0) + 1;
    const { rate_limits, ...columns } = change;
    for (const [name, value] of Object.entries({ ...columns, ...rate_limits, version })) {
      const stored = Array.isArray(value) ? JSON.stringify(value) : typeof value === "boolean" ? Number(value) : value;
      this.database.rows(`UPDATE wallets SET ${name} = ? WHERE id = ?`, stored, wallet);
    }
    for (let attempt = 0; attempt < 3; attempt += 1) {
      try {
        const settings = await loadWalletSettings(this.database.db, wallet);
        if (settings !== null) await this.stub("console", wallet).configure(settings);
        return;
      } catch {
        await this.scheduler.wait(50);
      }
    }
  }

  private sweep(): void {
    for (const id of this.hosts.keys()) {
      void this.stub("cron", id)
        .state()
        .catch(() => null);
    }
  }

  private insertSettings(settings: WalletSettings): void {
    const { wallet_id: id, hard, carry_over, thresholds, frozen, rate_limits, ...rest } = settings;
    const row = {
      ...rest,
      ...rate_limits,
      id,
      hard: Number(hard),
      carry_over: Number(carry_over),
      frozen: Number(frozen),
      thresholds: JSON.stringify(thresholds),
      created_at: 0,
    };
    const names = Object.keys(row);
    const places = names.map(() => "?").join(", ");
    this.database.rows(`INSERT INTO wallets (${names.join(", ")}) VALUES (${places})`, ...Object.values(row));
  }

  private databaseFate(): Fate {
    const { now } = this.scheduler;
    if (now < this.database_down_until) return "fails";
    this.database_calls += 1;
    const roll = dice(seedOf(this.seed, "database", now, this.database_calls % 100));
    if (!roll.chance(this.profile.database_fails)) return "well";
    return roll.chance(0.5) ? "fails" : "answer_lost";
  }

  private host(wallet_id: string): Host {
    const host = this.hosts.get(wallet_id);
    if (host === undefined) throw new Error(`there is no wallet ${wallet_id}`);
    return host;
  }

  private hostWorld() {
    return {
      seed: this.seed,
      forgetful: this.forgetful,
      scheduler: this.scheduler,
      profile: () => this.profile,
      wallet: (from: Host, to: string) => this.stub(from.wallet_id, to),
      send: (_from: Host, events: Parameters<SimQueue["send"]>[0]) => this.queue.send(events),
      wrote: (host: Host, sql: string) => {
        if (/\b(UPDATE|FROM|REPLACE INTO) ledger\b/.test(sql)) this.fail("I12", `${host.wallet_id} ran ${sql}`);
        if (/\btransfer\b/.test(sql)) this.transfers.wrote(host);
        if (/\b(hold|transfer)\b/.test(sql)) this.refusals.changed(host);
      },
      transacted: (host: Host) => {
        const delta = host.books.takeDelta();
        for (const { before, after } of delta.holds) {
          if (before === null && after !== null) this.idempotency.placed(host, after);
        }
        this.local.transaction(host, delta);
        this.transfers.transaction(host, delta.rows);
        checkEnded(host, delta, (invariant, problem) => this.fail(invariant, problem));
        this.rates.transaction(host, delta);
        this.tree.after(host);
        this.refusals.changed(host);
      },
      reloaded: (host: Host) => {
        this.local.reloaded(host);
        this.transfers.reloaded(host);
        this.idempotency.reloaded(host);
        this.refusals.changed(host);
      },
      died: () => {
        this.died_at = this.scheduler.now;
      },
      unexpected: (host: Host, problem: string) => this.fail("I0", `${host.wallet_id}: ${problem}`),
      spins: (host: Host, problem: string) => this.fail("I21", `${host.wallet_id}: ${problem}`),
    };
  }

  private namespace(): WalletNamespace {
    return {
      idFromName: (id) =>
        standIn<DurableObjectId>({ name: id, toString: () => id, equals: (other) => other.toString() === id }),
      get: (id) => this.stub("gateway", id.toString()),
    };
  }

  /** A wallet as another party reaches it: over the network, under the eyes of the checks. */
  private stub(from: string, to: string): WalletRpc {
    const host = this.host(to);
    const call = <Answer>(method: string, key: string, arrives: () => Visit<Answer>, what = {}): Promise<Answer> =>
      this.network.call({ from, to: host, method, key, arrives, what });
    const { transfers, visits } = this;
    return standIn<WalletRpc>({
      configure: (settings) => call("configure", String(settings.version), () => visits.configure(host, settings)),
      admit: (request) => call("admit", request.request_id, () => visits.admit(host, structuredClone(request))),
      extend: (request) => call("extend", request.request_id, () => visits.extend(host, structuredClone(request))),
      chargeAttempt: (request) =>
        call("chargeAttempt", request.request_id, () => visits.chargeAttempt(host, structuredClone(request))),
      checkpoint: (request) => call("checkpoint", request.request_id, () => visits.checkpoint(host, request)),
      settle: (request) => call("settle", request.request_id, () => visits.settle(host, structuredClone(request))),
      release: (request) => call("release", request.request_id, () => visits.release(host, structuredClone(request))),
      lease: (message) =>
        call("lease", `${message.lane} ${message.seq}`, () => visits.lease(host, structuredClone(message)), message),
      recall: (stop) => call("recall", "", () => visits.recall(stop), stop),
      rate: (message) => call("rate", message.kind, () => visits.rate(message), message),
      post: (request) => call("post", request.ref, () => transfers.post(host, structuredClone(request)), request),
      transferOut: (request) =>
        call("transferOut", request.transfer_id, () => transfers.out(host, structuredClone(request)), request),
      transferIn: (request) =>
        call("transferIn", request.transfer_id, () => transfers.in(host, structuredClone(request)), request),
      state: () => call("state", "", () => visits.state()),
      revokeKey: (key_id) => call("revoke", key_id, () => visits.revokeKey(host, key_id)),
      audit: () => call("audit", "", () => visits.audit(host)),
    });
  }
}
