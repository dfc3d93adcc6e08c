import type { AnswerOf } from "../../api/types.ts";
import { nanoOf } from "../../lib/amounts.ts";
import { type Row, textIn, textOrNull } from "../../lib/json.ts";

/** Wallets as a tree: which stand below which, and which of them are seen. Pure. */

export type Standing = AnswerOf<"/v1/forecasts", "get">["data"][number];

export interface WalletNode {
  readonly id: string;
  readonly name: string;
  readonly row: Row;
  /** Its figures; null while they are asked for, or where it does not answer. */
  readonly standing: Standing | null;
  readonly children: readonly WalletNode[];
}

/** A row of the tree as it is shown. */
export interface TreeRow {
  readonly node: WalletNode;
  /** From 1 on. */
  readonly level: number;
  readonly position: number;
  readonly siblings: number;
  readonly parent_id: string | null;
  readonly open: boolean;
}

/** Those whose parent is not among them are roots. Siblings by name. */
export function forestOf(rows: readonly Row[], standings: readonly Standing[]): readonly WalletNode[] {
  const known = new Set(rows.map((row) => textIn(row, "id")));
  const figures = new Map(standings.map((standing) => [standing.wallet_id, standing]));
  const below = new Map<string | null, Row[]>();
  for (const row of rows) {
    const parent = textOrNull(row, "parent_id");
    const place = parent !== null && known.has(parent) ? parent : null;
    below.set(place, [...(below.get(place) ?? []), row]);
  }
  const nodesOf = (parent: string | null): readonly WalletNode[] =>
    (below.get(parent) ?? [])
      .map((row) => {
        const id = textIn(row, "id");
        return { id, name: textIn(row, "name"), row, standing: figures.get(id) ?? null, children: nodesOf(id) };
      })
      .sort((a, b) => a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1));
  return nodesOf(null);
}

/** What fits, with everything above it, so that one sees where it is. */
export function pruned(forest: readonly WalletNode[], fits: (node: WalletNode) => boolean): readonly WalletNode[] {
  return forest.flatMap((node) => {
    const children = pruned(node.children, fits);
    return children.length > 0 || fits(node) ? [{ ...node, children }] : [];
  });
}

/** The rows that are seen, from the top down. */
export function treeRows(
  forest: readonly WalletNode[],
  closed: ReadonlySet<string>,
  level = 1,
  parent_id: string | null = null,
): readonly TreeRow[] {
  return forest.flatMap((node, index) => {
    const open = !closed.has(node.id);
    const row = { node, level, position: index + 1, siblings: forest.length, parent_id, open };
    return open ? [row, ...treeRows(node.children, closed, level + 1, node.id)] : [row];
  });
}

export const standingOf = ({ row, standing }: WalletNode): string => {
  if (textOrNull(row, "archived_at") !== null) return "archived";
  return row.frozen === true ? "frozen" : (standing?.standing ?? "ok");
};

/** How many stand how. */
export function countStandings(rows: readonly WalletNode[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const node of rows) counts.set(standingOf(node), (counts.get(standingOf(node)) ?? 0) + 1);
  return counts;
}

export const allNodes = (forest: readonly WalletNode[]): readonly WalletNode[] =>
  forest.flatMap((node) => [node, ...allNodes(node.children)]);

/** Corrections may have given back more than was spent; a bar has no less than nothing. */
export const atLeastNothing = (usd: string): string => ((nanoOf(usd) ?? 0n) < 0n ? "0" : usd);

/** Where a key leads from a row, as in any tree: to another row, or to its being open or closed. */
export function pressed(
  key: string,
  rows: readonly TreeRow[],
  id: string,
): { readonly focus: string } | { readonly toggle: string } | null {
  const at = rows.findIndex(({ node }) => node.id === id);
  const row = rows[at];
  if (row === undefined) return null;
  const goTo = (index: number) => {
    const to = rows[index];
    return to === undefined ? null : { focus: to.node.id };
  };
  const parent = row.node.children.length > 0;
  switch (key) {
    case "ArrowDown":
      return goTo(at + 1);
    case "ArrowUp":
      return goTo(at - 1);
    case "Home":
      return goTo(0);
    case "End":
      return goTo(rows.length - 1);
    case "ArrowRight":
      if (!parent) return null;
      return row.open ? goTo(at + 1) : { toggle: id };
    case "ArrowLeft":
      if (parent && row.open) return { toggle: id };
      return row.parent_id === null ? null : { focus: row.parent_id };
    default:
      return null;
  }
}
