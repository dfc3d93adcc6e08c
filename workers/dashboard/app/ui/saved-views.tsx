import { Popover } from "@base-ui/react/popover";
import { Bookmark, Trash2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import { cx } from "../lib/class-names.ts";
import { isRow, parseJson } from "../lib/json.ts";
import { remember, remembered } from "../lib/storage.ts";
import { Button, IconButton } from "./button.tsx";
import { Field } from "./field.tsx";
import { Input } from "./input.tsx";
import { POPUP, POPUP_ITEM, POPUP_LAYER } from "./popup.ts";
import { useUrlState } from "./url-state.ts";

export interface SavedView {
  readonly name: string;
  /** The parameters of the address. */
  readonly query: Readonly<Record<string, string>>;
}

export interface SavedViewsProps {
  /** Where this browser remembers them. */
  readonly storageKey: string;
  /** Those that are always there. */
  readonly usual: readonly SavedView[];
  /** The parameters that a view consists of: all of them are set when one is chosen. */
  readonly parameters: readonly string[];
}

/** Filters by a name: the usual ones, and those that somebody has saved in this browser. */
export function SavedViews({ storageKey, usual, parameters }: SavedViewsProps) {
  const url = useUrlState();
  const [open, setOpen] = useState(false);
  const [name, setName] = useState("");
  const [saved, setSaved] = useState(() => readViews(storageKey));
  const current = Object.fromEntries(
    parameters.flatMap((parameter) => {
      const value = url.get(parameter);
      return value === null ? [] : [[parameter, value]];
    }),
  );
  const keep = (views: readonly SavedView[]): void => {
    setSaved(views);
    remember(storageKey, JSON.stringify(views));
  };
  const choose = ({ query }: SavedView): void => {
    url.set({ ...Object.fromEntries(parameters.map((parameter) => [parameter, null])), ...query });
    setOpen(false);
  };
  const save = (event: FormEvent): void => {
    event.preventDefault();
    const called = name.trim();
    if (called === "") return;
    keep([...saved.filter((view) => view.name !== called), { name: called, query: current }]);
    setName("");
    setOpen(false);
  };
  const isCurrent = ({ query }: SavedView): boolean => same(query, current);
  const chosen = [...usual, ...saved].find((view) => isCurrent(view) && Object.keys(view.query).length > 0);
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger
        render={
          <Button size="sm" icon={Bookmark}>
            {chosen?.name ?? "Views"}
          </Button>
        }
      />
      <Popover.Portal>
        <Popover.Positioner sideOffset={4} align="start" className={POPUP_LAYER}>
          <Popover.Popup aria-label="Views" className={cx(POPUP, "w-72")}>
            <ul className="flex max-h-72 flex-col overflow-y-auto p-1">
              {[...usual, ...saved].map((view, index) => (
                <li key={view.name} className="flex items-center gap-1">
                  <button
                    type="button"
                    aria-pressed={isCurrent(view)}
                    onClick={() => choose(view)}
                    className={cx(POPUP_ITEM, "min-w-0 flex-1 hover:bg-hover aria-pressed:font-semibold")}
                  >
                    <span className="truncate">{view.name}</span>
                  </button>
                  {index < usual.length ? null : (
                    <IconButton
                      size="sm"
                      icon={Trash2}
                      label={`Forget the view ${view.name}`}
                      onClick={() => keep(saved.filter(({ name: other }) => other !== view.name))}
                    />
                  )}
                </li>
              ))}
            </ul>
            <form onSubmit={save} className="flex items-end gap-2 border-t border-line p-3">
              <Field label="Save what is shown as" className="flex-1">
                <Input value={name} maxLength={60} onChange={(event) => setName(event.target.value)} />
              </Field>
              <Button type="submit" disabled={name.trim() === ""}>
                Save
              </Button>
            </form>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

const same = (a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean =>
  Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([name, value]) => b[name] === value);

function readViews(key: string): readonly SavedView[] {
  const value = parseJson(remembered(key) ?? "");
  if (!Array.isArray(value)) return [];
  return value.filter(
    (view): view is SavedView =>
      isRow(view) &&
      typeof view.name === "string" &&
      isRow(view.query) &&
      Object.values(view.query).every((one) => typeof one === "string"),
  );
}
