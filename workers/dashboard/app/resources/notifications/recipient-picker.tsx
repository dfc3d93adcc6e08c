import { Plus, X } from "lucide-react";
import { textIn } from "../../lib/json.ts";
import { Button } from "../../ui/button.tsx";
import { Menu } from "../../ui/menu.tsx";
import { type Names, rowLabel } from "../names.ts";
import { GROUPS, type Group, recipientLabel } from "./recipients.ts";

/** Who is told: groups of people and channels, as chips with a menu of the others. `label` says of what, `more` whom it also offers. */
export function RecipientPicker({
  label,
  value,
  onChange,
  names,
  more = [],
  empty = "Nobody is told",
}: {
  readonly label: string;
  readonly value: readonly string[];
  readonly onChange: (value: readonly string[]) => void;
  readonly names: Names;
  readonly more?: readonly Group[];
  readonly empty?: string;
}) {
  const groups = [...GROUPS, ...more].filter((group) => !value.includes(group.value));
  const channels = names.rows("channel").filter((row) => !value.includes(textIn(row, "id")));
  const add = (recipient: string) => () => onChange([...value, recipient]);
  return (
    <fieldset className="flex min-w-0 flex-wrap items-center gap-1.5">
      <legend className="sr-only">{label}</legend>
      {value.length === 0 ? <span className="text-sm text-ink-3">{empty}</span> : null}
      {value.map((recipient) => {
        const name = recipientLabel(names, recipient);
        return (
          <span
            key={recipient}
            className="inline-flex h-7 max-w-56 items-center gap-1 rounded-md border border-line-strong bg-raised pr-1 pl-2 text-sm"
          >
            <span className="truncate">{name}</span>
            <button
              type="button"
              aria-label={`Remove ${name}: ${label}`}
              onClick={() => onChange(value.filter((one) => one !== recipient))}
              className="flex size-5 shrink-0 items-center justify-center rounded-sm text-ink-3 hover:bg-hover hover:text-ink"
            >
              <X size={13} aria-hidden="true" />
            </button>
          </span>
        );
      })}
      {groups.length + channels.length === 0 ? null : (
        <Menu
          align="start"
          trigger={
            <Button size="sm" look="quiet" icon={Plus} aria-label={`Add somebody: ${label}`}>
              Add
            </Button>
          }
          items={[
            ...groups.map((group) => ({
              text: (
                <span className="flex flex-col py-0.5" title={group.hint}>
                  {group.label}
                  <span className="text-xs whitespace-normal text-ink-3">{group.hint}</span>
                </span>
              ),
              onSelect: add(group.value),
            })),
            ...(channels.length === 0 ? [] : [{ kind: "heading" as const, text: "One channel" }]),
            ...channels.map((row) => ({ text: rowLabel(row), onSelect: add(textIn(row, "id")) })),
          ]}
        />
      )}
    </fieldset>
  );
}
