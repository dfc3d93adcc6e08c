import { Plus } from "lucide-react";
import { useState } from "react";
import { useApiQuery } from "../../api/hooks.ts";
import { useApiMutation } from "../../api/mutation.ts";
import type { AnswerOf } from "../../api/types.ts";
import { useNames } from "../../resources/names.ts";
import { useAccess } from "../../session/access.tsx";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { ConfirmDialog } from "../../ui/confirm-dialog.tsx";
import { type Column, DataTable } from "../../ui/data-table.tsx";
import { TableSkeleton } from "../../ui/skeleton.tsx";
import { EmptyState, ErrorState } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { toast } from "../../ui/toast.ts";
import { useUrlState } from "../../ui/url-state.ts";
import { SettingDialog } from "./setting-dialog.tsx";
import { lifetimeText } from "./setting-draft.ts";

export type Setting = AnswerOf<"/v1/cache/settings", "get">["data"][number];

/** For whom answers are kept, and how: of those that fit a request the narrowest counts as a whole. */
export function SettingsTab() {
  const access = useAccess();
  const url = useUrlState();
  const names = useNames(["team", "key"]);
  const list = useApiQuery("/v1/cache/settings");
  const remove = useApiMutation("delete", "/v1/cache/settings/{id}", { invalidates: ["/v1/cache"] });
  // Whoever comes from the shadow report with a threshold makes a setting of it.
  const [editing, edit] = useState<Setting | "new" | null>(url.get("threshold") === null ? null : "new");
  const [asking, ask] = useState<Setting | null>(null);
  const may = access.may("cache:write");
  if (list.isError) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  if (list.isPending || names.loading) return <TableSkeleton rows={3} columns={6} />;
  const nameOf = ({ scope, team_id, key_id }: Setting): string =>
    scope === "org"
      ? "The organisation"
      : scope === "team"
        ? names.label("team", team_id ?? "")
        : names.label("key", key_id ?? "");
  const columns: readonly Column<Setting>[] = [
    {
      id: "for",
      header: "For",
      cell: (row) => (
        <span className="inline-flex items-center gap-2">
          {nameOf(row)} <Badge>{row.scope}</Badge>
        </span>
      ),
    },
    {
      id: "mode",
      header: "Mode",
      cell: ({ mode }) => <Badge tone={mode === "off" ? "neutral" : mode === "shadow" ? "info" : "good"}>{mode}</Badge>,
    },
    {
      id: "threshold",
      header: "Threshold",
      align: "end",
      cell: ({ threshold, mode }) =>
        mode === "exact" || mode === "off" ? "–" : <span className="figure">{threshold.toFixed(2)}</span>,
    },
    { id: "ttl", header: "Kept for", align: "end", cell: ({ ttl_ms }) => lifetimeText(ttl_ms) },
    { id: "models", header: "Models", cell: ({ models }) => models?.join(", ") ?? "all" },
    {
      id: "price",
      header: "A hit costs",
      align: "end",
      cell: ({ hit_price_percent }) => <span className="figure">{hit_price_percent} %</span>,
    },
    { id: "changed", header: "Changed", cell: ({ updated_at }) => <Time iso={updated_at} /> },
    ...(may
      ? [
          {
            id: "remove",
            header: "Remove",
            cell: (row: Setting) => (
              <Button size="sm" look="quiet" onClick={() => ask(row)}>
                Remove<span className="sr-only"> the setting for {nameOf(row)}</span>
              </Button>
            ),
          },
        ]
      : []),
  ];
  const add = may ? (
    <Button look="primary" icon={Plus} onClick={() => edit("new")}>
      Make a setting
    </Button>
  ) : null;
  return (
    <div className="flex flex-col gap-3">
      {list.data.data.length === 0 ? (
        <EmptyState title="Nothing is cached: there is no setting" actions={add}>
          <p>
            A setting is for the organisation, a team or a key. Of those that fit a request the key's counts before the
            team's, and that before the organisation's.
          </p>
        </EmptyState>
      ) : (
        <>
          <div className="flex justify-end">{add}</div>
          <DataTable
            label="Settings of the cache"
            columns={columns}
            rows={list.data.data}
            rowId={({ id }) => id}
            {...(may ? { onRow: edit } : {})}
          />
        </>
      )}
      {editing === null ? null : (
        <SettingDialog
          setting={editing === "new" ? null : editing}
          threshold={editing === "new" ? url.get("threshold") : null}
          names={names}
          onClose={() => {
            edit(null);
            url.set({ threshold: null });
          }}
        />
      )}
      <ConfirmDialog
        open={asking !== null}
        onClose={() => ask(null)}
        title={`Remove the setting for “${asking === null ? "" : nameOf(asking)}”?`}
        verb="Remove"
        danger
        onConfirm={async () => {
          if (asking === null) return;
          await remove.mutateAsync({ parameters: { path: { id: asking.id } } });
          toast("It is gone.");
        }}
      >
        A wider setting holds again; without one nothing is cached. Answers that are kept stay until their time is over.
      </ConfirmDialog>
    </div>
  );
}
