import { useId, useState } from "react";
import { cx } from "../lib/class-names.ts";
import { formatNumber } from "../lib/format.ts";
import { beginningOf } from "../lib/long-text.ts";

/** Text that somebody else wrote, as text, with its own lines. A long one is folded. `code` is for what is no prose. */
export function LongText({ text, code = false }: { readonly text: string; readonly code?: boolean }) {
  const id = useId();
  const [open, setOpen] = useState(false);
  const beginning = beginningOf(text);
  return (
    <div className="min-w-0">
      <div
        id={id}
        dir={code ? undefined : "auto"}
        className={cx("whitespace-pre-wrap wrap-anywhere text-ink", code ? "font-mono text-xs leading-5" : "text-sm")}
      >
        {open || beginning === null ? text : `${beginning}…`}
      </div>
      {beginning === null ? null : (
        <button
          type="button"
          aria-expanded={open}
          aria-controls={id}
          onClick={() => setOpen(!open)}
          className="mt-1 rounded-sm text-xs font-medium text-accent-ink underline underline-offset-2"
        >
          {open ? "Show less" : `Show all ${formatNumber(text.length)} characters`}
        </button>
      )}
    </div>
  );
}
