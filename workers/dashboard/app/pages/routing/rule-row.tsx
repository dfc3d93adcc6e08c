import { ArrowDown, ArrowUp, GripVertical } from "lucide-react";
import type { AnswerOf } from "../../api/types.ts";
import { cx } from "../../lib/class-names.ts";
import { effects } from "../../lib/effects.ts";
import { formatDateTime } from "../../lib/format.ts";
import { hrefTo } from "../../lib/paths.ts";
import { actionText, conditionsText } from "../../resources/routing-rule/words.ts";
import { Badge } from "../../ui/badge.tsx";
import { IconButton } from "../../ui/button.tsx";
import { Link } from "../../ui/link.tsx";
import { Switch } from "../../ui/switch.tsx";

export type Rule = AnswerOf<"/v1/routing/rules", "get">["data"][number];

/** One rule of the list: its place, when it applies, what it does, and whether it is on. */
export function RuleRow({
  rule,
  place,
  count,
  editable,
  onMove,
  onEnable,
  onDrag,
  onDrop,
}: {
  readonly rule: Rule;
  readonly place: number;
  readonly count: number;
  readonly editable: boolean;
  readonly onMove: (to: number) => void;
  readonly onEnable: (enabled: boolean) => void;
  readonly onDrag: () => void;
  readonly onDrop: () => void;
}) {
  const { id, name, enabled, when, then } = rule;
  const conditions = conditionsText(when);
  return (
    <li
      draggable={editable}
      onDragStart={(event) => {
        event.dataTransfer.effectAllowed = "move";
        onDrag();
      }}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        onDrop();
      }}
      className={cx(
        "flex items-start gap-3 border-b border-line px-3 py-3 last:border-b-0 max-md:flex-wrap",
        !enabled && "bg-sunken/40",
      )}
    >
      <span className="flex items-center gap-1 pt-0.5 text-ink-3">
        {editable ? <GripVertical size={15} aria-hidden="true" className="cursor-grab max-md:hidden" /> : null}
        <span className="figure w-5 text-right text-sm">{place + 1}</span>
      </span>
      <div className="grid min-w-0 flex-1 gap-x-6 gap-y-1 lg:grid-cols-[minmax(0,4fr)_minmax(0,5fr)_minmax(0,5fr)]">
        <div className="min-w-0">
          <Link to={hrefTo(["rules", id])} className="font-medium wrap-anywhere hover:underline">
            {name}
          </Link>
          <Schedule rule={rule} />
        </div>
        <p className="flex min-w-0 flex-wrap content-start gap-1 text-sm">
          {conditions.length === 0 ? (
            <span className="text-ink-3">Every request</span>
          ) : (
            conditions.map((text) => (
              <code key={text} className="rounded-sm bg-sunken px-1.5 font-mono text-xs leading-5 wrap-anywhere">
                {text}
              </code>
            ))
          )}
        </p>
        <p className="min-w-0 text-sm text-ink-2 wrap-anywhere">
          <span aria-hidden="true">→ </span>
          {actionText(then)}
        </p>
      </div>
      <span className="flex shrink-0 items-center gap-1">
        {editable ? (
          <>
            <IconButton
              size="sm"
              icon={ArrowUp}
              label={`Move ${name} up`}
              disabled={place === 0}
              onClick={() => onMove(place - 1)}
            />
            <IconButton
              size="sm"
              icon={ArrowDown}
              label={`Move ${name} down`}
              disabled={place === count - 1}
              onClick={() => onMove(place + 1)}
            />
          </>
        ) : null}
        <Switch
          checked={enabled}
          disabled={!editable}
          onChange={onEnable}
          label={<span className="sr-only">{name} is on</span>}
        />
      </span>
    </li>
  );
}

/** When it is tried at all, if not always. */
function Schedule({ rule: { starts_at, ends_at } }: { readonly rule: Rule }) {
  const now = effects.now();
  const [start, end] = [starts_at, ends_at].map((iso) => (typeof iso === "string" ? Date.parse(iso) : null));
  if (start == null && end == null) return null;
  if (end != null && end <= now) return <Badge>Ended {formatDateTime(end)}</Badge>;
  if (start != null && start > now) return <Badge tone="info">From {formatDateTime(start)}</Badge>;
  return end == null ? null : <Badge tone="info">Until {formatDateTime(end)}</Badge>;
}
