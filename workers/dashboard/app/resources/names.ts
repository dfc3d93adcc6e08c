import { useQuery } from "@tanstack/react-query";
import { queryKey } from "../api/hooks.ts";
import { send } from "../api/send.ts";
import { type Row, rowOf, rowsIn, textIn, textOrNull } from "../lib/json.ts";
import { useAccess } from "../session/access.tsx";
import type { Option } from "../ui/select.tsx";
import type { ResourceInfo } from "./resource-info.ts";

/** What ids are called: every reference is shown by the name of what it refers to. */
export interface Names {
  readonly loading: boolean;
  /** The rows of a resource that was asked for. */
  rows(resource: string): readonly Row[];
  /** The same as choices, by id and name. */
  options(resource: string): readonly Option[];
  /** The name of one; its id when that is all that is known. */
  label(resource: string, id: string): string;
}

const PAGE = "100";
/** A thousand things have a name here; more are shown by their id. */
const PAGES_MAX = 10;
const NONE: Readonly<Record<string, readonly Row[]>> = {};

/** Reads the lists of these resources, as far as one may. */
export function useNames(wanted: readonly string[]): Names {
  const access = useAccess();
  const resources = access.resources
    .filter(({ name, read }) => wanted.includes(name) && access.may(read))
    .sort((a, b) => a.name.localeCompare(b.name));
  const { data = NONE, isPending } = useQuery({
    queryKey: [...queryKey("names"), access.org.org_id, resources.map(({ name }) => name)],
    enabled: resources.length > 0,
    staleTime: 30_000,
    queryFn: async ({ signal }) =>
      Object.fromEntries(
        await Promise.all(resources.map(async (resource) => [resource.name, await readAll(resource, signal)] as const)),
      ),
  });
  const rows = (resource: string): readonly Row[] => data[resource] ?? [];
  return {
    loading: isPending && resources.length > 0,
    rows,
    options: (resource) => rows(resource).map(optionOf),
    label(resource, id) {
      const row = rows(resource).find((candidate) => candidate.id === id);
      return row === undefined ? id : rowLabel(row);
    },
  };
}

/** Every row of a list, as far as a thousand. */
export async function readAll(resource: ResourceInfo, signal: AbortSignal): Promise<readonly Row[]> {
  const rows: Row[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const { body } = await send("GET", resource.path, { query: { limit: PAGE, cursor }, signal });
    rows.push(...rowsIn(rowOf(body), "data"));
    cursor = textOrNull(rowOf(body), "next_cursor");
    if (cursor === null) break;
  }
  return rows;
}

/** What one thing is called: its name, a person's name and address, or its id. */
export function rowLabel(row: Row): string {
  const [name, email] = [textOrNull(row, "name"), textOrNull(row, "email")];
  if (name !== null && email !== null) return `${name} (${email})`;
  return name ?? email ?? textOrNull(row, "model") ?? textIn(row, "id");
}

/** A thing as a choice. */
export const optionOf = (row: Row): Option => ({ value: textIn(row, "id"), label: rowLabel(row) });

/** Who did something, by the id of a user or of a key. Members and keys must have been asked for. */
export function actorLabel(names: Names, id: string): string {
  const member = names.rows("member").find((row) => row.user_id === id);
  return member === undefined ? names.label("key", id) : rowLabel(member);
}
