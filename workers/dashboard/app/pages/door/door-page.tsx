import { type ReactNode, useEffect } from "react";
import { announce } from "../../ui/announce.ts";

/** A page before one is inside. */
export function DoorPage({
  title,
  lead,
  children,
  below,
}: {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly children: ReactNode;
  readonly below?: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · AI Orchestrator`;
    announce(title);
  }, [title]);
  return (
    <>
      <div className="rounded-xl border border-line bg-surface px-6 py-6">
        <h1 tabIndex={-1} className="text-xl font-semibold tracking-tight">
          {title}
        </h1>
        {lead === undefined ? null : <div className="mt-1 text-sm text-ink-2">{lead}</div>}
        <div className="mt-5 flex flex-col gap-5">{children}</div>
      </div>
      {below === undefined ? null : <p className="mt-4 text-center text-sm text-ink-2">{below}</p>}
    </>
  );
}
