import { CircleAlert, CircleCheck, X } from "lucide-react";
import { useEffect, useState } from "react";
import { onAnnounce } from "./announce.ts";
import { onToast, type ToastMessage } from "./toast.ts";

const SHOWN_MS = 6_000;

/** Where toasts are seen and announcements are heard: once in the page. */
export function Toaster() {
  const [toasts, setToasts] = useState<readonly ToastMessage[]>([]);
  const [said, say] = useState("");
  useEffect(() => onAnnounce(say), []);
  useEffect(
    () =>
      onToast((message) => {
        setToasts((before) => [...before.slice(-2), message]);
        setTimeout(() => setToasts((before) => before.filter(({ id }) => id !== message.id)), SHOWN_MS);
      }),
    [],
  );
  return (
    <>
      <p role="status" className="sr-only">
        {said}
      </p>
      <div
        role="status"
        className="pointer-events-none fixed right-4 bottom-4 left-4 z-50 flex flex-col items-end gap-2"
      >
        {toasts.map(({ id, text, tone }) => (
          <div
            key={id}
            className="pointer-events-auto flex max-w-sm items-start gap-2 rounded-lg border border-line-strong bg-raised py-2.5 pr-2 pl-3 text-sm shadow-pop"
          >
            {tone === "good" ? (
              <CircleCheck size={16} aria-hidden="true" className="mt-0.5 shrink-0 text-good-ink" />
            ) : (
              <CircleAlert size={16} aria-hidden="true" className="mt-0.5 shrink-0 text-bad-ink" />
            )}
            <span className="min-w-0 wrap-anywhere">{text}</span>
            <button
              type="button"
              aria-label="Dismiss"
              onClick={() => setToasts((before) => before.filter((other) => other.id !== id))}
              className="flex size-5 shrink-0 items-center justify-center rounded-sm text-ink-3 hover:text-ink"
            >
              <X size={14} aria-hidden="true" />
            </button>
          </div>
        ))}
      </div>
    </>
  );
}
