import { type ConditionRow, emptyRow, type Group, type How, type Ids, type Node } from "./conditions-form.ts";

/** Changes of a tree of conditions. Pure: each answers another tree. */

/** Replaces a node by none, one or several. The root itself stays. */
export function replaced(root: Group, id: string, by: (node: Node) => readonly Node[]): Group {
  return {
    ...root,
    children: root.children.flatMap((child): readonly Node[] => {
      if (child.id === id) return by(child);
      return child.node === "group" ? [replaced(child, id, by)] : [child];
    }),
  };
}

/** With a further child at the end of a group, which may be the root. */
export function withChild(root: Group, group: string, child: Node): Group {
  if (root.id === group) return { ...root, children: [...root.children, child] };
  return {
    ...root,
    children: root.children.map((one) => (one.node === "group" ? withChild(one, group, child) : one)),
  };
}

export const newCondition = (field: string, ids: Ids): Node => ({ node: "condition", id: ids(), row: emptyRow(field) });

/** One of these, until it is said to be meant otherwise. */
export const newGroup = (children: readonly Node[], id: string): Group => ({
  node: "group",
  id,
  how: "any",
  list: false,
  children,
});

/** Another row in its place, which is no longer what was read. */
export const withRow = (root: Group, id: string, row: ConditionRow): Group =>
  replaced(root, id, () => [{ node: "condition", id, row }]);

export const withHow = (root: Group, id: string, how: How): Group =>
  replaced(root, id, (node) => (node.node === "group" ? [{ ...node, how, list: false }] : [node]));

/** In a group of its own, which has this id. */
export const wrapped = (root: Group, id: string, group: string): Group =>
  replaced(root, id, (node) => [newGroup([node], group)]);

/** What was in a group stands in its place. */
export const unwrapped = (root: Group, id: string): Group =>
  replaced(root, id, (node) => (node.node === "group" ? node.children : [node]));

/** What has the focus once a node is gone: what follows it, or what is before it, or its group. */
export function neighbourOf(group: Group, id: string): string {
  const at = group.children.findIndex((child) => child.id === id);
  if (at < 0) {
    const inside = group.children.flatMap((child) => (child.node === "group" && holds(child, id) ? [child] : []));
    return inside[0] === undefined ? group.id : neighbourOf(inside[0], id);
  }
  return (group.children[at + 1] ?? group.children[at - 1] ?? group).id;
}

const holds = (group: Group, id: string): boolean =>
  group.children.some((child) => child.id === id || (child.node === "group" && holds(child, id)));
