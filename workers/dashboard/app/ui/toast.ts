export interface ToastMessage {
  readonly id: number;
  readonly text: string;
  readonly tone: "good" | "bad";
}

const listeners = new Set<(message: ToastMessage) => void>();
let next = 0;

/** Says that something was done, or was not, beside the page. What must be acted on belongs on the page itself. */
export function toast(text: string, tone: ToastMessage["tone"] = "good"): void {
  next += 1;
  for (const listener of listeners) listener({ id: next, text, tone });
}

export function onToast(listener: (message: ToastMessage) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
