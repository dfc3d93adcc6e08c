import { DurableObject } from "cloudflare:workers";
import type { UpstreamError } from "../../../schema/canonical/parts.ts";
import { masterKeysOf } from "../../../schema/credential/master-keys.ts";
import { breakerAt } from "../../../schema/health/breaker.ts";
import type { SharedHealth } from "../../../schema/health/shared-health.ts";
import { type Effects, runtimeEffects } from "../../../schema/kernel/effects.ts";
import { log } from "../../../schema/kernel/log.ts";
import { insertAlert } from "../../../schema/notifications/alert.ts";
import type {
  LiveBatch,
  MonitorFailure,
  MonitorRpc,
  ProbeAnswer,
  ProviderHealth,
  SyncAnswer,
} from "../../../schema/wire/monitor-rpc.ts";
import { type Env, type GatewayConfig, readConfig } from "../env.ts";
import { checkedFetch } from "../pipeline/call-provider.ts";
import { adapterOf } from "../providers/registry.ts";
import { loadOrgSnapshot, type ProviderEntry } from "../stores/org-snapshot.ts";
import { healthAlert } from "./health-alert.ts";
import { judgeHealth } from "./health-rule.ts";
import { type Listed, listUpstreamModels } from "./list-upstream-models.ts";
import { ProbePermits } from "./probe-permits.ts";
import { migrate } from "./storage/migrations.ts";
import { type MonitorRecord, readRecord, writeRecord } from "./storage/record.ts";
import { addBatch, figures } from "./storage/windows.ts";
import { syncModels } from "./sync-models.ts";
import { WatchedTargets } from "./watched-targets.ts";

interface Owner {
  readonly org_id: string;
  readonly provider_id: string;
}

type Found =
  | { readonly status: "found"; readonly entry: ProviderEntry }
  | { readonly status: "unusable"; readonly reason: string }
  /** Disabled or deleted. */
  | { readonly status: "none" };

/**
 * The health of one provider of one org: its alarm probes, gateways report, and what is seen becomes a state. It spends
 * nothing: a probe asks for the list of models.
 */
export class ProviderMonitor extends DurableObject<Env> implements MonitorRpc {
  /** Own properties cannot be reached over RPC. */
  readonly effects: Effects = runtimeEffects();
  readonly storage: DurableObjectStorage;
  readonly #targets: WatchedTargets;
  readonly #permits = new ProbePermits();
  /** Calls have come in since figures were published. */
  #news = false;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.storage = ctx.storage;
    migrate(ctx.storage);
    this.#targets = new WatchedTargets(ctx.storage.sql);
  }

  async watch(org_id: string, provider_id: string): Promise<void> {
    this.#remember({ org_id, provider_id });
    await this.#arm();
  }

  async report(org_id: string, provider_id: string, batch: LiveBatch): Promise<SharedHealth> {
    const record = this.#remember({ org_id, provider_id });
    const now = this.effects.now();
    addBatch(this.storage.sql, batch, now);
    this.#targets.report(batch, record.last_probe_ok === false, now, () => this.#chance());
    this.#news = true;
    const last_failure = newer(record.last_failure, batch.last_failure);
    await this.#judge({ ...record, last_failure }, now);
    await this.#arm();
    return this.#shared();
  }

  async probe(model: string): Promise<ProbeAnswer> {
    const now = this.effects.now();
    const targets = this.#targets.halfOpen(model, now);
    return { granted: targets !== null && this.#permits.take(targets, now), shared: this.#shared() };
  }

  async health(): Promise<ProviderHealth> {
    const record = readRecord(this.storage.sql);
    const now = this.effects.now();
    return {
      state: record.state,
      since: record.since,
      probed: record.probed,
      last_probe_at: record.last_probe_at,
      last_probe_ok: record.last_probe_ok,
      failed_probes_in_a_row: record.failed_probes_in_a_row,
      last_failure: record.last_failure,
      synced_at: record.synced_at,
      live_5m: figures(this.storage.sql, 5, now),
      live_60m: figures(this.storage.sql, 60, now),
      shared: this.#shared(),
    };
  }

  #shared(): SharedHealth {
    return this.#targets.shared(readRecord(this.storage.sql).state, this.effects.now());
  }

  /** 0 to before 1. */
  #chance(): number {
    return (this.effects.randomBytes(1)[0] ?? 0) / 256;
  }

  async sync(org_id: string, provider_id: string): Promise<SyncAnswer> {
    const owner = { org_id, provider_id };
    this.#remember(owner);
    try {
      const config = this.#config();
      const found = await this.#find(config, owner, provider_id);
      if (found.status === "none") return { status: "unknown_provider" };
      const now = this.effects.now();
      if (found.status === "unusable") {
        return { status: "failed", failure: { class: "failed", text: found.reason, at: now } };
      }
      const listed = await this.#list(config, found.entry);
      if (listed.status === "no_list") return { status: "no_list" };
      if (listed.status === "failed") return { status: "failed", failure: failureOf(listed.error, now) };
      return await this.#takeOver(owner, listed.ids, now);
    } catch (error) {
      log("error", "provider_sync_failed", { ...owner, reason: String(error) });
      const text = "The configuration store does not answer. Try again.";
      return { status: "failed", failure: { class: "failed", text, at: this.effects.now() } };
    }
  }

  /** Never throws: an alarm that fails is repeated six times and then never again. */
  override async alarm(): Promise<void> {
    let goes_on = true;
    try {
      goes_on = await this.#probe();
    } catch (error) {
      log("error", "provider_probe_failed", { reason: String(error) });
    }
    if (!goes_on) return;
    try {
      await this.storage.setAlarm(this.effects.now() + this.#interval());
    } catch (error) {
      log("error", "provider_alarm_not_set", { reason: String(error) });
    }
  }

  /** One probe and, when it is time, a sync. False when there is nothing to watch any more. */
  async #probe(): Promise<boolean> {
    const { org_id, provider_id, sync_tried_at } = readRecord(this.storage.sql);
    if (org_id === null || provider_id === null) return false;
    const owner = { org_id, provider_id };
    const config = this.#config();
    const found = await this.#find(config, owner, null);
    if (found.status === "none") return await this.#stop(owner);
    const from = this.effects.now();
    const syncs = sync_tried_at === null || from - sync_tried_at >= config.AO_MODEL_SYNC_MS;
    const listed: Listed =
      found.status === "unusable"
        ? { status: "failed", error: unusable(found.reason) }
        : await this.#list(config, found.entry, syncs ? undefined : 1);
    const now = this.effects.now();
    // Reports may have come in while the provider was asked: the record is read again.
    await this.#judge(withProbe(readRecord(this.storage.sql), listed, now), now, true);
    if (syncs) await this.#syncAfterProbe(owner, listed, now);
    return true;
  }

  async #syncAfterProbe(owner: Owner, listed: Listed, now: number): Promise<void> {
    // Also when it fails: a provider that is down is probed with the first page only until the next turn.
    writeRecord(this.storage.sql, { ...readRecord(this.storage.sql), sync_tried_at: now });
    if (listed.status === "listed") await this.#takeOver(owner, listed.ids, now);
  }

  async #takeOver(owner: Owner, ids: readonly string[], now: number): Promise<SyncAnswer> {
    const counts = await syncModels(this.env.DB, owner, ids, now);
    writeRecord(this.storage.sql, { ...readRecord(this.storage.sql), sync_tried_at: now, synced_at: now });
    if (counts.new > 0 || counts.vanished > 0) log("info", "provider_models_changed", { ...owner, ...counts });
    return { status: "synced", listed: ids.length, ...counts };
  }

  #list(config: GatewayConfig, { account }: ProviderEntry, pages_max?: number): Promise<Listed> {
    const adapter = adapterOf(account.kind);
    if (adapter === null) return Promise.resolve({ status: "no_list" });
    const tools = { now: this.effects.now, fetch: checkedFetch(this.env, config, this.effects) };
    return listUpstreamModels(adapter, account, tools, pages_max);
  }

  async #find(config: GatewayConfig, { org_id, provider_id }: Owner, also: string | null): Promise<Found> {
    const snapshot = await loadOrgSnapshot(this.env.DB, masterKeysOf(config), {
      org_id,
      now: this.effects.now(),
      only: provider_id,
      ...(also === null ? {} : { also }),
    });
    const entry = snapshot.providers.get(provider_id);
    if (entry !== undefined) return { status: "found", entry };
    const reason = snapshot.unusable.get(provider_id);
    return reason === undefined ? { status: "none" } : { status: "unusable", reason };
  }

  /** Nothing is known of a provider that is not watched. */
  async #stop({ org_id, provider_id }: Owner): Promise<false> {
    await this.env.DB.prepare("DELETE FROM provider_health WHERE org_id = ?1 AND provider_id = ?2")
      .bind(org_id, provider_id)
      .run();
    await this.storage.deleteAlarm();
    this.#targets.clear();
    const { last_failure, synced_at } = readRecord(this.storage.sql);
    const unpublished = { published_breakers: "" };
    const blank = { state: "unknown", since: null, published: null, probed: null, sync_tried_at: null } as const;
    const unprobed = { last_probe_at: null, last_probe_ok: null, failed_probes_in_a_row: 0 } as const;
    writeRecord(this.storage.sql, {
      org_id,
      provider_id,
      last_failure,
      synced_at,
      ...blank,
      ...unprobed,
      ...unpublished,
    });
    return false;
  }

  /**
   * Stores the record with the state that follows. D1 is told at once of another state or another breaker, and with the
   * alarm (`figures_too`) of new figures.
   */
  async #judge(record: MonitorRecord, now: number, figures_too = false): Promise<void> {
    const live = this.#targets.shared(record.state, now).provider;
    const { last_probe_ok, failed_probes_in_a_row } = record;
    const state = judgeHealth({
      last_probe_ok,
      failed_probes_in_a_row,
      live_ok: live.ok,
      live_failed: live.failed,
      breaker: breakerAt(live.breaker, now).state,
    });
    const since = state === record.state && record.since !== null ? record.since : now;
    writeRecord(this.storage.sql, { ...record, state, since });
    const changed = state !== record.published || this.#targets.signature() !== record.published_breakers;
    if (changed || (figures_too && this.#news)) await this.#publish(record, state, since);
  }

  async #publish(
    { org_id, provider_id, published }: MonitorRecord,
    state: MonitorRecord["state"],
    since: number,
  ): Promise<void> {
    if (org_id === null || provider_id === null) return;
    const published_breakers = this.#targets.signature();
    const detail = JSON.stringify(this.#targets.shared(state, this.effects.now()));
    this.#news = false;
    try {
      const health = this.env.DB.prepare(
        "INSERT INTO provider_health (org_id, provider_id, state, since, detail) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET state = excluded.state, since = excluded.since, detail = excluded.detail WHERE excluded.since >= provider_health.since",
      ).bind(org_id, provider_id, state, since, detail);
      const alert = state === published ? null : healthAlert({ org_id, provider_id, before: published, state, since });
      const told = alert === null ? [] : [await insertAlert(alert, this.effects.now())];
      await this.env.DB.batch([health, ...told.map(({ sql, params }) => this.env.DB.prepare(sql).bind(...params))]);
      // Others may have changed the record meanwhile, never these fields but in the same way.
      writeRecord(this.storage.sql, { ...readRecord(this.storage.sql), published: state, published_breakers });
      if (state === published) return;
      log(state === "down" ? "warn" : "info", "provider_health", { org_id, provider_id, state, before: published });
    } catch (error) {
      // The next alarm tries again: what is published is then still another state.
      log("error", "provider_health_not_published", { org_id, provider_id, reason: String(error) });
    }
  }

  #remember({ org_id, provider_id }: Owner): MonitorRecord {
    const record = readRecord(this.storage.sql);
    if (record.org_id === org_id && record.provider_id === provider_id) return record;
    const named = { ...record, org_id, provider_id };
    writeRecord(this.storage.sql, named);
    return named;
  }

  async #arm(): Promise<void> {
    const armed = await this.storage.getAlarm();
    // Long overdue is lost.
    const now = this.effects.now();
    if (armed !== null && armed > now - LOST_AFTER_MS) return;
    await this.storage.setAlarm(now);
  }

  #config(): GatewayConfig {
    const result = readConfig(this.env);
    if (!result.ok) throw new Error(result.problem);
    return result.config;
  }

  #interval(): number {
    const result = readConfig(this.env);
    return result.ok ? result.config.AO_HEALTH_MS : UNCONFIGURED_MS;
  }
}

/** An alarm this long overdue was lost: it is set again. */
const LOST_AFTER_MS = 60_000;
/** How often a monitor looks whether its worker is configured by now. */
const UNCONFIGURED_MS = 60_000;

/** A record after a probe. A list that does not exist is no verdict. */
function withProbe(record: MonitorRecord, listed: Listed, now: number): MonitorRecord {
  switch (listed.status) {
    case "no_list":
      return { ...record, probed: false, last_probe_at: now, last_probe_ok: null, failed_probes_in_a_row: 0 };
    case "listed":
      return { ...record, probed: true, last_probe_at: now, last_probe_ok: true, failed_probes_in_a_row: 0 };
    default:
      return {
        ...record,
        probed: true,
        last_probe_at: now,
        last_probe_ok: false,
        failed_probes_in_a_row: record.failed_probes_in_a_row + 1,
        last_failure: failureOf(listed.error, now),
      };
  }
}

const failureOf = (error: UpstreamError, at: number): MonitorFailure => ({
  class: error.class,
  text: error.message,
  at,
});

const unusable = (reason: string): UpstreamError => ({
  class: "auth",
  status: 502,
  message: `The provider's configuration cannot be used: ${reason}.`,
  code: null,
  param: null,
  retry_after_ms: null,
});

const newer = (a: MonitorFailure | null, b: MonitorFailure | null): MonitorFailure | null =>
  a === null || (b !== null && b.at >= a.at) ? b : a;
