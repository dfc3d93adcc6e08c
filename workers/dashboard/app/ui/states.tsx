import { CircleAlert, type LucideIcon, RotateCw } from "lucide-react";
import type { ReactNode } from "react";
import { apiErrorOf } from "../api/api-error.ts";
import { Button } from "./button.tsx";
import { CopyButton } from "./copy-button.tsx";

/** Nothing is there yet: what it would be, and what to do next. */
export function EmptyState({
  icon: Icon,
  title,
  children,
  actions,
}: {
  readonly icon?: LucideIcon;
  readonly title: string;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
}) {
  return (
    <div className="flex flex-col items-center gap-3 rounded-lg border border-dashed border-line-strong px-6 py-12 text-center">
      {Icon === undefined ? null : (
        <span className="flex size-10 items-center justify-center rounded-lg bg-sunken text-ink-2">
          <Icon size={20} aria-hidden="true" />
        </span>
      )}
      <h2 className="text-lg font-semibold">{title}</h2>
      {children === undefined ? null : (
        <div className="flex max-w-xl flex-col gap-2 text-sm text-ink-2">{children}</div>
      )}
      {actions === undefined ? null : <div className="mt-1 flex flex-wrap justify-center gap-2">{actions}</div>}
    </div>
  );
}

/** What happened, what to do about it, and what the platform's log knows it by. */
export function ErrorState({
  error,
  onRetry,
  title,
}: {
  readonly error: unknown;
  readonly onRetry?: (() => void) | undefined;
  readonly title?: string;
}) {
  const { status, message, request_id } = apiErrorOf(error);
  return (
    <div role="alert" className="flex flex-col items-start gap-3 rounded-lg border border-line bg-surface px-5 py-4">
      <div className="flex items-start gap-2.5">
        <CircleAlert size={18} aria-hidden="true" className="mt-0.5 shrink-0 text-bad-ink" />
        <div className="min-w-0">
          <h2 className="font-semibold">{title ?? TITLES[status] ?? "That did not work"}</h2>
          <p className="text-sm text-ink-2 wrap-anywhere">{message}</p>
          {status === 403 ? (
            <p className="mt-1 text-sm text-ink-2">
              An owner or admin of your organisation can give you the permission.
            </p>
          ) : null}
        </div>
      </div>
      <div className="flex flex-wrap items-center gap-3 pl-7">
        {onRetry === undefined ? null : (
          <Button size="sm" icon={RotateCw} onClick={onRetry}>
            Try again
          </Button>
        )}
        {request_id === null ? null : (
          <span className="flex items-center gap-1 text-xs text-ink-3">
            Request <code className="font-mono">{request_id}</code>
            <CopyButton text={request_id} label="Copy the request's ID" />
          </span>
        )}
      </div>
    </div>
  );
}

const TITLES: Readonly<Record<number, string>> = {
  0: "The platform does not answer",
  403: "You may not see this",
  404: "There is no such thing here",
  503: "The platform is not ready",
};
