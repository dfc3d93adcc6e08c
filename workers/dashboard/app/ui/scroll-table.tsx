import type { ReactNode } from "react";
import { cx } from "../lib/class-names.ts";

/** A small table that is scrolled sideways where it is too wide. `DataTable` is for lists of things. */
export const ScrollTable = ({
  label,
  seen = false,
  className,
  children,
}: {
  readonly label: string;
  /** The label is a caption for everybody, and not for those who hear it only. */
  readonly seen?: boolean;
  readonly className?: string;
  readonly children: ReactNode;
}) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no pointer scrolls it by its focus
  <section aria-label={label} tabIndex={0} className={cx("relative min-w-0 overflow-x-auto", className)}>
    <table className="w-full text-sm">
      <caption className={seen ? "pb-1 text-left text-xs font-medium text-ink-3" : "sr-only"}>{label}</caption>
      {children}
    </table>
  </section>
);
