import type { Api } from "./api.ts";
import { type Row, rowsIn, textIn, textOrNull } from "./json.ts";
import type { ResourceInfo } from "./resource-info.ts";

/** What ids are called: every reference is shown by the name of what it refers to. */
export interface Names {
  /** Reads the lists of these resources, unless they have been read on this page already. */
  prepare(resources: readonly string[]): Promise<void>;
  /** The rows of a resource that was prepared. */
  rows(resource: string): readonly Row[];
  /** The name of one; its id when that is all that is known. */
  label(resource: string, id: string): string;
  /** Forgets everything: a new page shows what is there now. */
  clear(): void;
}

const PAGE = "100";
/** A thousand things have a name here; more are shown by their id. */
const PAGES_MAX = 10;

export function createNames(api: Api, resources: readonly ResourceInfo[], may: (permission: string) => boolean): Names {
  const loading = new Map<string, Promise<void>>();
  const loaded = new Map<string, readonly Row[]>();

  async function load(name: string): Promise<void> {
    const resource = resources.find((candidate) => candidate.name === name);
    if (resource === undefined || !may(resource.read)) return;
    const rows: Row[] = [];
    let cursor: string | null = null;
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const query: Record<string, string> = { limit: PAGE, ...(cursor === null ? {} : { cursor }) };
      const answer = await api.call("GET", resource.path, { query });
      if (answer.status === "refused") break;
      rows.push(...rowsIn(answer.body, "data"));
      cursor = textOrNull(answer.body, "next_cursor");
      if (cursor === null) break;
    }
    loaded.set(name, rows);
  }

  const rows = (resource: string): readonly Row[] => loaded.get(resource) ?? [];

  return {
    async prepare(wanted) {
      for (const name of wanted) if (!loading.has(name)) loading.set(name, load(name));
      await Promise.all(wanted.map((name) => loading.get(name)));
    },
    rows,
    label(resource, id) {
      const row = rows(resource).find((candidate) => candidate.id === id);
      return row === undefined ? id : rowLabel(row);
    },
    clear() {
      loading.clear();
      loaded.clear();
    },
  };
}

/** What one thing is called: its name, a person's name and address, or its id. */
export function rowLabel(row: Row): string {
  const [name, email] = [textOrNull(row, "name"), textOrNull(row, "email")];
  if (name !== null && email !== null) return `${name} (${email})`;
  return name ?? email ?? textOrNull(row, "model") ?? textIn(row, "id");
}

/** Who did something, by the id of a user or of a key. Members and keys must have been prepared. */
export function actorLabel(names: Names, id: string): string {
  const member = names.rows("member").find((row) => row.user_id === id);
  return member === undefined ? names.label("key", id) : rowLabel(member);
}
