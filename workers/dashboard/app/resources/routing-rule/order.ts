/** Rules in the order in which they are tried, and what to change so that one has another place. */

export interface Placed {
  readonly id: string;
  readonly priority: number;
}

const STEP = 10;

/**
 * What priorities to set so that the rule at `from` comes to stand at `to`. One is enough where there is room between its
 * new neighbours; otherwise all are numbered anew in steps of ten, and those that change are answered.
 */
export function moved(rules: readonly Placed[], from: number, to: number): readonly Placed[] {
  const rule = rules[from];
  if (rule === undefined || from === to || to < 0 || to >= rules.length) return [];
  const others = rules.filter((_, place) => place !== from);
  const [before, after] = [others[to - 1], others[to]];
  const low = before?.priority ?? -1;
  const high = after?.priority ?? low + 2 * STEP;
  const middle = Math.floor((low + high) / 2);
  if (middle > low && middle < high && middle >= 0) return [{ id: rule.id, priority: middle }];
  const next = [...others.slice(0, to), rule, ...others.slice(to)];
  return next
    .map(({ id }, place) => ({ id, priority: (place + 1) * STEP }))
    .filter(({ id, priority }) => rules.find((one) => one.id === id)?.priority !== priority);
}
