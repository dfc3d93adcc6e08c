import { CircleAlert, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cx } from "../lib/class-names.ts";

/** What went wrong, in a form or a dialog. Nothing when nothing did. */
export function Problem({
  message,
  children,
}: {
  readonly message: string | null | undefined;
  readonly children?: ReactNode;
}) {
  if (!message) return null;
  return (
    <div role="alert" className="flex items-start gap-2 rounded-md bg-bad-soft px-3 py-2 text-sm text-bad-ink">
      <CircleAlert size={16} aria-hidden="true" className="mt-0.5 shrink-0" />
      <div className="min-w-0 wrap-anywhere">
        {message}
        {children}
      </div>
    </div>
  );
}

const TONES = {
  info: { className: "bg-info-soft text-info-ink", icon: Info },
  warn: { className: "bg-warn-soft text-warn-ink", icon: TriangleAlert },
  bad: { className: "bg-bad-soft text-bad-ink", icon: CircleAlert },
} as const;

/** Something that one should know on this page. */
export function Notice({
  tone = "info",
  children,
  action,
}: {
  readonly tone?: keyof typeof TONES;
  readonly children: ReactNode;
  readonly action?: ReactNode;
}) {
  const { className, icon: Icon } = TONES[tone];
  return (
    <div className={cx("flex items-start gap-2 rounded-md px-3 py-2 text-sm", className)}>
      <Icon size={16} aria-hidden="true" className="mt-0.5 shrink-0" />
      <div className="min-w-0 flex-1">{children}</div>
      {action}
    </div>
  );
}
