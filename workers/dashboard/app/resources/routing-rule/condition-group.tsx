import { FolderInput, FolderOutput, X } from "lucide-react";
import { Button, IconButton } from "../../ui/button.tsx";
import { Select } from "../../ui/select.tsx";
import { CONDITION_FIELDS } from "./condition-fields.ts";
import { ConditionRowInput, fieldLabel } from "./condition-row.tsx";
import { newCondition, newGroup, unwrapped, withChild, withHow, withRow, wrapped } from "./conditions-edit.ts";
import { type Condition, emptyRow, type Group, type How, type Ids, type Node } from "./conditions-form.ts";
import type { Suggestions } from "./suggestions.tsx";

export interface TreeProps {
  readonly ids: Ids;
  /**
   * Changes the tree as it is by then, which may be further than what is drawn. `focus` is the node that has the focus
   * afterwards, or null where it stays.
   */
  readonly onChange: (edit: (root: Group) => Group, focus: string | null) => void;
  /** Takes a node away; its neighbour has the focus. */
  readonly onRemove: (id: string) => void;
  readonly pathOf: (id: string) => string;
  readonly problemOf: (param: string) => string | null;
  readonly problemIn: (param: string) => string | null;
  readonly suggestions: Suggestions;
  readonly listId: string;
}

const HOW_WORDS: Readonly<Record<How, string>> = {
  all: "All of these",
  any: "Any of these",
  none: "None of these",
};
const HOWS = (["all", "any", "none"] as const).map((value) => ({ value, label: HOW_WORDS[value] }));
const FIELDS = CONDITION_FIELDS.map(({ name }) => ({ value: name, label: fieldLabel(name) }));
const isHow = (text: string): text is How => text in HOW_WORDS;

/** What is in a group, and what can be added to it. `place` is how it is counted: "2.1", and "" for the root. */
export function GroupMembers({ group, place, ...tree }: TreeProps & { readonly group: Group; readonly place: string }) {
  const { ids, onChange } = tree;
  const to = place === "" ? "" : ` to group ${place}`;
  return (
    <>
      {group.children.length === 0 ? null : (
        <ul aria-label={place === "" ? "Conditions" : `Conditions of group ${place}`} className="flex flex-col gap-2">
          {group.children.map((child, at) => (
            <li
              key={child.id}
              className="min-w-0 not-first:max-sm:border-t not-first:max-sm:border-line not-first:max-sm:pt-2"
            >
              <Member node={child} place={place === "" ? `${at + 1}` : `${place}.${at + 1}`} {...tree} />
            </li>
          ))}
        </ul>
      )}
      <div data-adds={group.id} className="flex flex-wrap items-center gap-2">
        <span className="w-44">
          <Select
            label={`Add a condition${to}`}
            size="sm"
            placeholder="Add a condition"
            value=""
            keepsFocus={false}
            onChange={(field) => {
              const added = newCondition(field, ids);
              onChange((root) => withChild(root, group.id, added), added.id);
            }}
            options={FIELDS}
          />
        </span>
        <Button
          size="sm"
          look="quiet"
          aria-label={`Add a group${to}`}
          onClick={() => {
            const added = newGroup([], ids());
            onChange((root) => withChild(root, group.id, added), added.id);
          }}
        >
          Add a group
        </Button>
      </div>
    </>
  );
}

function Member({ node, place, ...tree }: TreeProps & { readonly node: Node; readonly place: string }) {
  return node.node === "group" ? (
    <NestedGroup group={node} place={place} {...tree} />
  ) : (
    <ConditionOfGroup condition={node} place={place} {...tree} />
  );
}

function NestedGroup({ group, place, ...tree }: TreeProps & { readonly group: Group; readonly place: string }) {
  const { onChange, onRemove, pathOf, problemIn } = tree;
  const problem = problemIn(pathOf(group.id));
  // What is wrong with a member is said there.
  const own = group.children.some((child) => problemIn(pathOf(child.id)) !== null) ? null : problem;
  const name = `group ${place}`;
  return (
    <fieldset
      data-node={group.id}
      className="flex min-w-0 flex-col gap-2 rounded-md border border-line bg-sunken/50 p-2 sm:p-3"
    >
      <legend className="sr-only">
        Group {place}: {HOW_WORDS[group.how].toLowerCase()}
      </legend>
      <div className="flex items-center gap-1">
        <span className="mr-auto w-36">
          <Select
            label={`Which of group ${place} must hold`}
            value={group.how}
            onChange={(how) => {
              if (isHow(how)) onChange((root) => withHow(root, group.id, how), null);
            }}
            options={HOWS}
          />
        </span>
        <Wrap id={group.id} name={name} {...tree} />
        <IconButton
          icon={FolderOutput}
          label={`Dissolve ${name}`}
          disabled={group.children.length === 0}
          onClick={() => onChange((root) => unwrapped(root, group.id), group.children[0]?.id ?? null)}
        />
        <IconButton icon={X} label={`Remove ${name}`} onClick={() => onRemove(group.id)} />
      </div>
      {own === null ? null : (
        <p role="alert" className="text-xs font-medium text-bad-ink">
          {own}
        </p>
      )}
      <GroupMembers group={group} place={place} {...tree} />
    </fieldset>
  );
}

/** One condition: its field, its inputs, and what can be done with it. */
function ConditionOfGroup({
  condition,
  place,
  ...tree
}: TreeProps & { readonly condition: Condition; readonly place: string }) {
  const { onChange, onRemove, pathOf, problemOf, problemIn, suggestions, listId } = tree;
  const { id, row } = condition;
  const path = pathOf(id);
  const called = row.field === null ? "as JSON" : fieldLabel(row.field);
  // A field that the API does not know is refused at what it stands in, by its name.
  const refused = problemOf(path.slice(0, path.lastIndexOf(".")));
  // Two bounds of a field are two rows: what is wrong with one of them is not said at the other.
  const bound = "sign" in row && row.sign !== "is" ? `${path}.${row.sign}` : null;
  const whole = bound === null ? problemIn(path) : (problemIn(bound) ?? problemOf(path));
  const unknown = row.kind === "raw" && refused?.includes(`"${row.field}"`) === true ? refused : null;
  return (
    <fieldset data-node={id} className="flex min-w-0 flex-wrap items-start gap-2">
      <legend className="sr-only">
        Condition {place}: {called}
      </legend>
      {row.kind === "raw" ? (
        <span className="flex h-8 min-w-0 flex-1 items-center text-sm text-ink-2 sm:w-44 sm:flex-none">{called}</span>
      ) : (
        <span className="min-w-0 flex-1 sm:w-44 sm:flex-none">
          <Select
            label={`Field of condition ${place}`}
            value={row.field}
            onChange={(field) => {
              if (field !== row.field) onChange((root) => withRow(root, id, emptyRow(field)), null);
            }}
            options={FIELDS}
          />
        </span>
      )}
      <span className="flex gap-1 sm:order-last">
        <Wrap id={id} name={`the condition ${called}`} {...tree} />
        <IconButton icon={X} label={`Remove the condition ${called}`} onClick={() => onRemove(id)} />
      </span>
      <div data-inputs className="flex min-w-0 basis-full flex-wrap items-start gap-2 sm:flex-1 sm:basis-0">
        <ConditionRowInput
          row={row}
          onChange={(next) => onChange((root) => withRow(root, id, next), null)}
          problemIn={(part) => unknown ?? (part === undefined ? whole : problemIn(`${path}.${part}`))}
          suggestions={suggestions}
          listId={listId}
        />
      </div>
    </fieldset>
  );
}

/** Puts it into a group of its own, which then says how it is meant. */
function Wrap({ id, name, ids, onChange }: TreeProps & { readonly id: string; readonly name: string }) {
  return (
    <IconButton
      icon={FolderInput}
      label={`Put ${name} into a group`}
      onClick={() => {
        const group = ids();
        onChange((root) => wrapped(root, id, group), group);
      }}
    />
  );
}
