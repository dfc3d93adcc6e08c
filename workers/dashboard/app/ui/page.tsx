import { ChevronRight } from "lucide-react";
import { Fragment, type ReactNode, useEffect, useRef } from "react";
import { announce } from "./announce.ts";
import { Link } from "./link.tsx";

export interface Crumb {
  readonly text: string;
  readonly to: string;
}

export interface PageProps {
  /** The heading, and the document's title. */
  readonly title: string;
  readonly description?: ReactNode;
  /** The way to here, this page left out. */
  readonly crumbs?: readonly Crumb[];
  /** Beside the heading, such as a badge. */
  readonly beside?: ReactNode;
  /** Buttons at the right. */
  readonly actions?: ReactNode;
  /** Still being read: the heading is there, the content is a skeleton. */
  readonly busy?: boolean;
  readonly width?: "full" | "wide" | "form";
  readonly children: ReactNode;
}

const WIDTHS = {
  full: "flex flex-col gap-5",
  wide: "mx-auto flex max-w-5xl flex-col gap-5",
  form: "mx-auto flex max-w-2xl flex-col gap-5",
} as const;

/** A page of the console: heading, actions, content. It names the document and says where one has come to. */
export function Page({
  title,
  description,
  crumbs = [],
  beside,
  actions,
  busy = false,
  width = "full",
  children,
}: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · AI Orchestrator`;
    announce(title);
    // Whoever came by a link goes on from the heading, unless something on the page has taken the focus already.
    if (document.activeElement === document.body) heading.current?.focus({ preventScroll: true });
  }, [title]);
  return (
    <div aria-busy={busy || undefined} className={WIDTHS[width]}>
      <div className="flex flex-col gap-1">
        {crumbs.length === 0 ? null : (
          <nav aria-label="Breadcrumbs" className="flex flex-wrap items-center gap-1 text-xs text-ink-3">
            {crumbs.map(({ text, to }, index) => (
              <Fragment key={to}>
                {index === 0 ? null : <ChevronRight size={12} aria-hidden="true" />}
                <Link to={to} className="rounded-sm hover:text-ink hover:underline">
                  {text}
                </Link>
              </Fragment>
            ))}
          </nav>
        )}
        <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
          <div className="flex min-w-0 flex-wrap items-center gap-2.5">
            <h1 ref={heading} tabIndex={-1} className="min-w-0 text-xl font-semibold tracking-tight wrap-anywhere">
              {title}
            </h1>
            {beside}
          </div>
          {actions === undefined ? null : <div className="flex flex-wrap items-center gap-2">{actions}</div>}
        </div>
        {description === undefined ? null : <div className="max-w-3xl text-sm text-ink-2">{description}</div>}
      </div>
      {children}
    </div>
  );
}
