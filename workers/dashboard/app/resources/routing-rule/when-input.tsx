import { useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import type { FieldInputProps } from "../extras.tsx";
import { GroupMembers } from "./condition-group.tsx";
import { neighbourOf, replaced } from "./conditions-edit.ts";
import { buildConditions, type Group, readConditions } from "./conditions-form.ts";
import { JsonSwitch } from "./json-switch.tsx";
import { Datalist, useSuggestions } from "./suggestions.tsx";

/** When a rule applies: rows and groups of them, or the same as JSON. */
export default function WhenInput({ name, value, onChange, problemOf, problemIn }: FieldInputProps) {
  const place = useRef<HTMLDivElement>(null);
  const [focus, setFocus] = useState<string | null>(null);
  const [tree, change] = useTree(name, value, onChange);
  const { root, paths } = tree;
  const suggestions = useSuggestions();
  const listId = useId();

  useEffect(() => {
    if (focus === null) return;
    setFocus(null);
    const node = place.current?.querySelector(`[data-node="${focus}"], [data-adds="${focus}"]`);
    // In a row the inputs are what one goes on with; the field stands there already.
    const inputs = node?.querySelector(":scope > [data-inputs]");
    (inputs?.querySelector<HTMLElement>(FOCUSABLE) ?? node?.querySelector<HTMLElement>(FOCUSABLE))?.focus();
  }, [focus]);

  const pathOf = (id: string): string => paths.get(id) ?? name;
  return (
    <JsonSwitch
      legend="When"
      hint="Every condition must hold; without one the rule applies to every request. * in a text stands for any run of characters, and several texts are alternatives."
      value={value ?? {}}
      onChange={onChange}
      problem={(asJson) =>
        !asJson && root.children.some(({ id }) => problemIn(pathOf(id)) !== null) ? null : problemOf(name)
      }
    >
      <div ref={place} className="flex min-w-0 flex-col gap-3">
        <Datalist id={listId} values={suggestions.targets} />
        <GroupMembers
          group={root}
          place=""
          ids={nextId}
          onChange={(edit, focused) => {
            change(edit);
            setFocus(focused);
          }}
          onRemove={(id) => {
            setFocus(neighbourOf(root, id));
            change((before) => replaced(before, id, () => []));
          }}
          pathOf={pathOf}
          problemOf={problemOf}
          problemIn={problemIn}
          suggestions={suggestions}
          listId={listId}
        />
      </div>
    </JsonSwitch>
  );
}

const FOCUSABLE = "button:not([disabled]), input:not([disabled])";

let made = 0;
/** Names rows for as long as the page is open. */
const nextId = (): string => {
  made += 1;
  return `condition-${made}`;
};

/** The tree of the value, read anew where something else than the tree has changed it: the JSON. */
function useTree(name: string, value: unknown, onChange: (value: unknown) => void) {
  const [kept, keep] = useState(() => treeOf(name, value));
  const current = kept.value === value ? kept : treeOf(name, value);
  // As it is by now, also where a change is not drawn yet: the next one must not undo it.
  const latest = useRef(current);
  useLayoutEffect(() => {
    latest.current = current;
    keep(current);
  }, [current]);
  // Without a condition it is an empty object, which is sent, too.
  const unset = value === undefined;
  useEffect(() => {
    if (unset) onChange({});
  });
  const change = (edit: (root: Group) => Group): void => {
    const root = edit(latest.current.root);
    const { when, paths } = buildConditions(root, name);
    latest.current = { value: when, root, paths };
    keep(latest.current);
    onChange(when);
  };
  return [current, change] as const;
}

function treeOf(name: string, value: unknown) {
  const root = readConditions(value, nextId);
  return { value, root, paths: buildConditions(root, name).paths };
}
