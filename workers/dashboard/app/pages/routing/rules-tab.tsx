import { Route } from "lucide-react";
import { useState } from "react";
import { apiErrorOf } from "../../api/api-error.ts";
import { useApiQuery, useRefresh } from "../../api/hooks.ts";
import { send } from "../../api/send.ts";
import { moved } from "../../resources/routing-rule/order.ts";
import { useAccess } from "../../session/access.tsx";
import { announce } from "../../ui/announce.ts";
import { ButtonLink } from "../../ui/button.tsx";
import { TableSkeleton } from "../../ui/skeleton.tsx";
import { EmptyState, ErrorState } from "../../ui/states.tsx";
import { toast } from "../../ui/toast.ts";
import { type Rule, RuleRow } from "./rule-row.tsx";

const PATH = "/v1/routing/rules";

/** The rules in the order in which they are tried, moved by dragging or by their buttons. */
export function RulesTab() {
  const access = useAccess();
  const refresh = useRefresh();
  const list = useApiQuery(PATH, { query: { sort: "priority", limit: "100" } });
  const [dragged, drag] = useState<number | null>(null);
  const [busy, setBusy] = useState(false);
  const may = access.may("routing:write");
  if (list.isError) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  if (list.isPending) return <TableSkeleton rows={5} columns={4} />;
  const rules = list.data.data as readonly Rule[];
  if (rules.length === 0) {
    return (
      <EmptyState
        icon={Route}
        title="There is no routing rule yet"
        actions={
          may ? (
            <ButtonLink look="primary" to="/rules/new">
              Create rule
            </ButtonLink>
          ) : null
        }
      >
        <p>Each request goes to the model that its caller names. A rule can decide otherwise, for example:</p>
        <ul className="list-disc space-y-1 pl-5 text-left">
          <li>send short questions to a smaller model,</li>
          <li>go to another provider where one fails,</li>
          <li>take a cheaper model once most of a wallet is used.</li>
        </ul>
      </EmptyState>
    );
  }
  const change = async (run: () => Promise<unknown>, done: string): Promise<void> => {
    setBusy(true);
    try {
      await run();
      announce(done);
    } catch (error) {
      toast(apiErrorOf(error).message, "bad");
    } finally {
      await refresh([PATH]);
      setBusy(false);
    }
  };
  const patch = (id: string, body: object): Promise<unknown> =>
    send("PATCH", `${PATH}/${encodeURIComponent(id)}`, { body });
  const move = (from: number, to: number): void => {
    const changes = moved(rules, from, to);
    if (changes.length === 0) return;
    void change(
      async () => {
        // One after the other: between two of them every rule still has a place.
        for (const { id, priority } of changes) await patch(id, { priority });
      },
      `${rules[from]?.name} is number ${to + 1} of ${rules.length} now.`,
    );
  };
  return (
    <div className="flex flex-col gap-3">
      <ol
        aria-label="Rules"
        aria-busy={busy || undefined}
        className="flex flex-col rounded-lg border border-line bg-surface"
      >
        {rules.map((rule, at) => (
          <RuleRow
            key={rule.id}
            rule={rule}
            place={at}
            count={rules.length}
            editable={may && !busy}
            onMove={(to) => move(at, to)}
            onEnable={(enabled) =>
              void change(() => patch(rule.id, { enabled }), `${rule.name} is ${enabled ? "on" : "off"}.`)
            }
            onDrag={() => drag(at)}
            onDrop={() => {
              if (dragged !== null) move(dragged, at);
              drag(null);
            }}
          />
        ))}
      </ol>
      <p className="text-xs text-ink-3">
        What no rule applies to goes to the model that its caller names. A change works within ten seconds.
        {list.data.next_cursor === null ? null : " The first hundred are shown."}
      </p>
    </div>
  );
}
