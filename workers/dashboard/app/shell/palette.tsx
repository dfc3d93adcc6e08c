import { Autocomplete } from "@base-ui/react/autocomplete";
import { Dialog } from "@base-ui/react/dialog";
import { useQuery } from "@tanstack/react-query";
import { ArrowRight, FileText, Plus, Search } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import { ID_PREFIXES } from "../../../../schema/kernel/ids.ts";
import { queryKey } from "../api/hooks.ts";
import { send } from "../api/send.ts";
import { cx } from "../lib/class-names.ts";
import { rowOf, rowsIn, textIn } from "../lib/json.ts";
import { idsIn } from "../lib/pasted-ids.ts";
import { hrefTo } from "../lib/paths.ts";
import { rowLabel } from "../resources/names.ts";
import { useAccess } from "../session/access.tsx";
import type { Access } from "../session/session.ts";
import { useNavigate } from "../ui/link.tsx";
import { navigation } from "./navigation.ts";
import { setTheme } from "./theme.ts";

interface Command {
  readonly id: string;
  readonly text: string;
  readonly group: string;
  readonly icon: "page" | "create" | "thing";
  readonly run: (navigate: (to: string) => void) => void;
}

/** Resources whose things are found by their name here. */
const SEARCHED = ["wallet", "key", "provider", "team", "member", "experiment"];

/** Everything by a few letters: pages, actions, things by name or ID. */
export default function Palette({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const access = useAccess();
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const things = useThings(access, open);
  // What was pasted with an ID in it, such as an error, is about that ID and is no name to look for.
  const pasted = useMemo(() => byIds(access, text), [access, text]);
  const named = useMemo(() => [...pagesAndActions(access), ...things], [access, things]);
  const left = useRef(false);
  const run = (command: Command): void => {
    onClose();
    setText("");
    command.run((to) => {
      left.current = true;
      navigate(to);
    });
  };
  // What had the focus before is gone with its page: who went to another one goes on from its heading.
  const finalFocus = (): HTMLElement | true => {
    const heading = left.current ? document.querySelector<HTMLElement>("main h1") : null;
    left.current = false;
    return heading ?? true;
  };
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-black/40" />
        <Dialog.Popup
          aria-label="Search and commands"
          finalFocus={finalFocus}
          className="fixed top-[12vh] left-1/2 z-40 w-[calc(100vw-2rem)] max-w-xl -translate-x-1/2 overflow-hidden rounded-xl border border-line-strong bg-raised text-ink shadow-pop outline-none"
        >
          <Autocomplete.Root
            open
            inline
            items={pasted.length > 0 ? pasted : named}
            {...(pasted.length > 0 ? { filter: null } : {})}
            value={text}
            onValueChange={setText}
            autoHighlight="always"
            itemToStringValue={(command: Command) => command.text}
          >
            <div className="flex items-center gap-2.5 border-b border-line px-4">
              <Search size={16} aria-hidden="true" className="shrink-0 text-ink-3" />
              <Autocomplete.Input
                aria-label="Search pages, actions and things"
                placeholder="Go to a page, do something, find a name or an ID…"
                className="h-12 w-full bg-transparent text-base outline-none"
              />
            </div>
            <Autocomplete.Empty>
              <p className="px-4 py-6 text-center text-sm text-ink-3">Nothing is called that.</p>
            </Autocomplete.Empty>
            <Autocomplete.List className="max-h-[min(24rem,60vh)] overflow-y-auto p-1.5 outline-none data-empty:p-0">
              {(command: Command) => (
                <Autocomplete.Item
                  key={command.id}
                  value={command}
                  onClick={() => run(command)}
                  className={cx(
                    "flex h-9 cursor-default items-center gap-2.5 rounded-md px-2.5 text-sm outline-none data-highlighted:bg-hover",
                  )}
                >
                  <CommandIcon kind={command.icon} />
                  <span className="min-w-0 truncate">{command.text}</span>
                  <span className="ml-auto shrink-0 text-xs text-ink-3">{command.group}</span>
                </Autocomplete.Item>
              )}
            </Autocomplete.List>
          </Autocomplete.Root>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

const ICONS = { page: ArrowRight, create: Plus, thing: FileText } as const;

function CommandIcon({ kind }: { readonly kind: Command["icon"] }) {
  const Icon = ICONS[kind];
  return <Icon size={15} aria-hidden="true" className="shrink-0 text-ink-3" />;
}

function pagesAndActions(access: Access): readonly Command[] {
  const to = (path: string) => (navigate: (to: string) => void) => navigate(path);
  const pages = navigation(access).flatMap(({ title, items }) =>
    items.map(
      (item): Command => ({ id: item.to, text: item.text, group: title ?? "Page", icon: "page", run: to(item.to) }),
    ),
  );
  const creates = access.resources
    .filter((resource) => resource.can("create") && access.may(resource.write))
    .map((resource): Command => {
      const path = `/${resource.slug}/new`;
      return { id: path, text: `Create ${resource.one}`, group: "Action", icon: "create", run: to(path) };
    });
  const themes = (["light", "dark", "system"] as const).map(
    (theme): Command => ({
      id: `theme-${theme}`,
      text: `Theme: ${theme}`,
      group: "Action",
      icon: "page",
      run: () => setTheme(theme),
    }),
  );
  return [...pages, ...creates, ...themes];
}

/** The newest hundred of each searched resource, by their names. */
function useThings(access: Access, enabled: boolean): readonly Command[] {
  const resources = access.resources.filter(({ name, read }) => SEARCHED.includes(name) && access.may(read));
  const { data = NOTHING } = useQuery({
    queryKey: [...queryKey("palette"), access.org.org_id],
    enabled,
    // What was known is shown at once; what has been made since is there a moment later.
    staleTime: 0,
    queryFn: async ({ signal }) => {
      const lists = await Promise.all(
        resources.map(async (resource) => {
          const answer = await send("GET", resource.path, { query: { limit: "100" }, signal }).catch(() => null);
          return rowsIn(rowOf(answer?.body), "data").map((row): Command => {
            const path = hrefTo([resource.slug, textIn(row, "id")]);
            return {
              id: path,
              text: rowLabel(row),
              group: resource.one,
              icon: "thing",
              run: (navigate) => navigate(path),
            };
          });
        }),
      );
      return lists.flat();
    },
  });
  return data;
}

const NOTHING: readonly Command[] = [];

/** Whatever has an ID somewhere in the text, by its prefix: `wal_01…` is a wallet, wherever it was copied from. */
function byIds(access: Access, text: string): readonly Command[] {
  return idsIn(text).flatMap(({ prefix, id }) => {
    const place = placeOf(access, PREFIXES[prefix] ?? "");
    if (place === null) return [];
    const path = hrefTo([place.slug, id]);
    return [
      { id: `id-${path}`, text: id, group: `Open ${place.one}`, icon: "thing", run: (navigate) => navigate(path) },
    ];
  });
}

/** Things with a page that are no resource. */
const PLACES: Readonly<Record<string, { readonly slug: string; readonly one: string; readonly permission: string }>> = {
  request: { slug: "requests", one: "request", permission: "requests:read" },
  reconciliation: { slug: "bills", one: "bill", permission: "reconciliations:read" },
};

function placeOf(access: Access, name: string): { readonly slug: string; readonly one: string } | null {
  const place = PLACES[name];
  if (place !== undefined) return access.may(place.permission) ? place : null;
  const resource = access.resources.find((candidate) => candidate.name === name);
  return resource !== undefined && access.may(resource.read) ? resource : null;
}

const PREFIXES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(ID_PREFIXES).map(([resource, prefix]) => [prefix, resource]),
);
