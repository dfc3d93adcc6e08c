/**
 * The fewest of these items for which `fails` is still true, as delta debugging finds them: halves, quarters and so on
 * are left out, down to single items, until no item can be spared. `budget` bounds how often `fails` is asked.
 */
export async function shrink<Item>(
  items: readonly Item[],
  fails: (items: readonly Item[]) => Promise<boolean>,
  budget: number,
): Promise<readonly Item[]> {
  let kept = items;
  let asked = 0;
  let size = Math.ceil(kept.length / 2);
  while (size >= 1 && asked < budget) {
    let spared = false;
    for (let from = 0; from < kept.length && asked < budget; ) {
      const without = [...kept.slice(0, from), ...kept.slice(from + size)];
      asked += 1;
      if (without.length < kept.length && (await fails(without))) {
        kept = without;
        spared = true;
      } else from += size;
    }
    if (size === 1 && !spared) break;
    size = size === 1 ? 1 : Math.ceil(size / 2);
  }
  return kept;
}
