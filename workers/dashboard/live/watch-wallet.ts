import { objectNamed } from "../../../schema/clients/object-named.ts";
import type { WalletNamespace } from "../../../schema/clients/wallet-client.ts";
import { log } from "../../../schema/kernel/log.ts";
import { LIVE_URL, type LiveMessage, liveMessageSchema } from "../../../schema/wire/live.ts";

/** A wallet object's other door: its `fetch`. */
interface WatchedObject {
  fetch(url: string, init: { readonly headers: Readonly<Record<string, string>> }): Promise<Response>;
}

/** How watching an object ended: it closed the connection, too many watch it, or it did not answer. */
export type WatchEnd = "closed" | "too_many" | "unavailable";

/**
 * Watches one wallet object until `until` fires or the object closes: `tell` gets what it says.
 * @param object_id a wallet's id, or that of one of its shards
 */
export async function watchWallet(
  namespace: WalletNamespace,
  object_id: string,
  until: AbortSignal,
  tell: (message: LiveMessage) => void,
): Promise<WatchEnd> {
  const socket = await connect(namespace, object_id).catch((error: unknown) => {
    log("warn", "wallet_not_watched", { wallet_id: object_id, reason: String(error) });
    return "unavailable" as const;
  });
  if (typeof socket === "string") return socket;
  const { promise, resolve } = Promise.withResolvers<WatchEnd>();
  const stop = (): void => {
    socket.close(1000);
    resolve("closed");
  };
  socket.addEventListener("message", ({ data }) => {
    const message = typeof data === "string" ? liveMessageSchema.safeParse(JSON.parse(data)) : null;
    // An object of another version may say what is not known here.
    if (message?.success === true) tell(message.data);
  });
  socket.addEventListener("close", () => resolve("closed"));
  socket.addEventListener("error", () => resolve("unavailable"));
  socket.accept();
  if (until.aborted) stop();
  else until.addEventListener("abort", stop);
  const end = await promise;
  until.removeEventListener("abort", stop);
  return end;
}

async function connect(namespace: WalletNamespace, object_id: string): Promise<WebSocket | WatchEnd> {
  const object = objectNamed(namespace, object_id) as unknown as WatchedObject;
  const answer = await object.fetch(LIVE_URL, { headers: { upgrade: "websocket" } });
  if (answer.status === 429) return "too_many";
  return answer.webSocket ?? "unavailable";
}
