import type { ReactNode } from "react";
import { type Change, listChange } from "./diff.ts";
import { EntryValue, Items } from "./value.tsx";

/** What was before and what is after, beside each other; of a new thing what it was made with. */
export function Changes({ changes }: { readonly changes: readonly Change[] }) {
  const made = changes.every(({ before }) => before === undefined);
  const removed = changes.every(({ after }) => after === undefined);
  return (
    <table className="w-full table-fixed border-collapse text-sm">
      <caption className="sr-only">{made ? "What it was made with" : "What changed"}</caption>
      <thead>
        <tr className="border-b border-line text-left text-xs text-ink-3">
          <th scope="col" className="w-[34%] py-1.5 pr-3 font-medium">
            Field
          </th>
          {made ? null : (
            <th scope="col" className="py-1.5 pr-3 font-medium">
              {removed ? "Was" : "Before"}
            </th>
          )}
          {removed ? null : (
            <th scope="col" className="py-1.5 font-medium">
              {made ? "Value" : "After"}
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {changes.map(({ path, name, before, after }) => (
          <tr key={path} className="border-b border-line align-top last:border-b-0">
            <th scope="row" title={path} className="py-2 pr-3 text-left font-normal text-ink-2 wrap-anywhere">
              {name}
            </th>
            {made ? null : (
              <td className="py-2 pr-3">
                <Side tone="gone">{sideOf(path, before, after, "gone")}</Side>
              </td>
            )}
            {removed ? null : (
              <td className="py-2">
                {made ? (
                  <EntryValue name={path} value={after} />
                ) : (
                  <Side tone="new">{sideOf(path, before, after, "added")}</Side>
                )}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Of long lists that changed a little, what came and what went: the rest is counted. */
function sideOf(path: string, before: unknown, after: unknown, side: "gone" | "added"): ReactNode {
  const lists = listChange(before, after);
  if (lists === null || lists.kept === 0) return <EntryValue name={path} value={side === "gone" ? before : after} />;
  return (
    <>
      {lists[side].length === 0 ? <span className="text-ink-3">nothing</span> : <Items values={lists[side]} />}
      <span className="ml-1.5 text-xs whitespace-nowrap text-ink-3">beside {lists.kept} that stayed</span>
    </>
  );
}

const Side = ({ tone, children }: { readonly tone: "gone" | "new"; readonly children: ReactNode }) => (
  <span
    className={
      tone === "gone"
        ? "inline-block rounded-sm bg-bad-soft box-decoration-clone px-1.5 py-0.5 text-bad-ink"
        : "inline-block rounded-sm bg-good-soft box-decoration-clone px-1.5 py-0.5 text-good-ink"
    }
  >
    {children}
  </span>
);
