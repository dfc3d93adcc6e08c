import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { type ReactNode, useRef } from "react";
import { cx } from "../lib/class-names.ts";

export interface DialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly description?: ReactNode;
  readonly children?: ReactNode;
  /** Buttons, at the bottom. */
  readonly footer?: ReactNode;
  readonly width?: "sm" | "md" | "lg";
  /** Closed by its buttons only: for what is shown once. */
  readonly insists?: boolean;
}

const WIDTHS = { sm: "max-w-md", md: "max-w-lg", lg: "max-w-2xl" } as const;
const BACKDROP =
  "fixed inset-0 z-40 bg-black/40 transition-opacity duration-150 data-starting-style:opacity-0 data-ending-style:opacity-0";
const HEAD = "flex items-start justify-between gap-4 border-b border-line px-5 py-4";

/** A window over the page. The focus stays in it, and goes back when it closes. */
export function Dialog({
  open,
  onClose,
  title,
  description,
  children,
  footer,
  width = "sm",
  insists = false,
}: DialogProps) {
  const body = useRef<HTMLDivElement>(null);
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()} disablePointerDismissal={insists}>
      <Base.Portal>
        <Base.Backdrop className={BACKDROP} />
        <Base.Popup
          initialFocus={(by) => firstField(body.current, by)}
          className={cx(
            "fixed top-1/2 left-1/2 z-40 flex max-h-[calc(100dvh-2rem)] w-[calc(100vw-2rem)] -translate-x-1/2 -translate-y-1/2 flex-col rounded-xl border border-line-strong bg-raised text-ink shadow-pop outline-none transition-[opacity,scale] duration-150 data-starting-style:scale-98 data-starting-style:opacity-0 data-ending-style:opacity-0",
            WIDTHS[width],
          )}
        >
          <div className={HEAD}>
            <div className="min-w-0">
              <Base.Title className="text-lg font-semibold wrap-anywhere">{title}</Base.Title>
              {description === undefined ? null : (
                <Base.Description className="mt-1 text-sm text-ink-2" render={<div />}>
                  {description}
                </Base.Description>
              )}
            </div>
            {insists ? null : <CloseButton />}
          </div>
          {children === undefined ? null : (
            <div ref={body} className="min-h-0 overflow-y-auto px-5 py-4">
              {children}
            </div>
          )}
          {footer === undefined ? null : (
            <div className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3">{footer}</div>
          )}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

const TYPED =
  "input:is([type=text], [type=search], [type=email], [type=password], :not([type])):enabled, textarea:enabled";

/**
 * Where typing begins, in what is still empty; true, which is the first thing of the dialog, where there is nothing to type, or where a keyboard
 * would come up over half of it.
 */
function firstField(body: HTMLElement | null, opened_by: string): HTMLElement | true {
  if (opened_by === "touch") return true;
  const fields = [...(body?.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>(TYPED) ?? [])];
  return fields.find(({ value }) => value === "") ?? fields[0] ?? true;
}

/** A panel from the right edge: details beside the list that they are of. */
export function Drawer({ open, onClose, title, description, children, footer }: DialogProps) {
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className={BACKDROP} />
        <Base.Popup className="fixed inset-y-0 right-0 z-40 flex w-full max-w-xl flex-col border-l border-line-strong bg-raised text-ink shadow-pop outline-none transition-transform duration-200 data-starting-style:translate-x-full data-ending-style:translate-x-full">
          <div className={HEAD}>
            <div className="min-w-0">
              <Base.Title className="text-lg font-semibold wrap-anywhere">{title}</Base.Title>
              {description === undefined ? null : (
                <Base.Description className="mt-1 text-sm text-ink-2" render={<div />}>
                  {description}
                </Base.Description>
              )}
            </div>
            <CloseButton />
          </div>
          <div className="min-h-0 flex-1 overflow-y-auto px-5 py-4">{children}</div>
          {footer === undefined ? null : (
            <div className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3">{footer}</div>
          )}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

const CloseButton = () => (
  <Base.Close
    aria-label="Close"
    className="-mr-1.5 flex size-7 shrink-0 items-center justify-center rounded-md text-ink-3 hover:bg-hover hover:text-ink"
  >
    <X size={16} aria-hidden="true" />
  </Base.Close>
);
