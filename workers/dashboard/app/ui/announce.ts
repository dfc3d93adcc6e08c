/** Says something to those who hear the page: the live region of the shell speaks it. */
export function announce(text: string): void {
  for (const listener of listeners) listener(text);
}

const listeners = new Set<(text: string) => void>();

export function onAnnounce(listener: (text: string) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
