import type { BodyOf } from "../../api/types.ts";
import type { Setting } from "./settings-tab.tsx";

export type SettingBody = NonNullable<BodyOf<"/v1/cache/settings", "put">>;

/** What stands in the form of a setting, as it was typed. */
export interface SettingDraft {
  readonly scope: string;
  readonly team_id: string;
  readonly key_id: string;
  readonly mode: string;
  readonly threshold: string;
  readonly ttl: string;
  readonly unit: keyof typeof UNITS;
  readonly models: string;
  readonly hit_price_percent: string;
  readonly embedding_model: string;
  readonly tool_calls: boolean;
}

export const UNITS = { minutes: 60_000, hours: 3_600_000, days: 86_400_000 } as const;

/** The largest unit in which a lifetime is a whole number. */
export function lifetimeOf(ttl_ms: number): { readonly ttl: string; readonly unit: keyof typeof UNITS } {
  const unit =
    (["days", "hours"] as const).find((one) => ttl_ms >= UNITS[one] && ttl_ms % UNITS[one] === 0) ?? "minutes";
  return { ttl: String(ttl_ms / UNITS[unit]), unit };
}

/** "2 days", "1 hour". */
export function lifetimeText(ttl_ms: number): string {
  const { ttl, unit } = lifetimeOf(ttl_ms);
  const rounded = Math.round(Number(ttl) * 100) / 100;
  return `${rounded} ${rounded === 1 ? unit.slice(0, -1) : unit}`;
}

export function draftOf(setting: Setting | null, threshold: string | null): SettingDraft {
  return {
    scope: setting?.scope ?? "org",
    team_id: setting?.team_id ?? "",
    key_id: setting?.key_id ?? "",
    mode: setting?.mode ?? (threshold === null ? "shadow" : "both"),
    threshold: threshold ?? String(setting?.threshold ?? 0.92),
    ...lifetimeOf(setting?.ttl_ms ?? UNITS.days),
    models: setting?.models?.join("\n") ?? "",
    hit_price_percent: String(setting?.hit_price_percent ?? 0),
    embedding_model: setting?.embedding_model ?? "",
    tool_calls: setting?.tool_calls ?? false,
  };
}

/** What is sent: the setting as a whole. What the form has no field for stays as it was. */
export function bodyOf(draft: SettingDraft, before: Setting | null): SettingBody {
  const models = draft.models
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
  const kept =
    before === null ? {} : { model_ttls: before.model_ttls, routes: before.routes, max_bytes: before.max_bytes };
  return {
    ...kept,
    scope: draft.scope,
    ...(draft.scope === "team" ? { team_id: draft.team_id } : {}),
    ...(draft.scope === "key" ? { key_id: draft.key_id } : {}),
    mode: draft.mode,
    threshold: Number(draft.threshold),
    ttl_ms: Math.round(Number(draft.ttl) * UNITS[draft.unit]),
    models: models.length === 0 ? null : models,
    hit_price_percent: Number(draft.hit_price_percent),
    embedding_model: draft.embedding_model.trim() === "" ? null : draft.embedding_model.trim(),
    tool_calls: draft.tool_calls,
  } as SettingBody;
}
