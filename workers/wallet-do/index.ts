export { WalletObject } from "./wallet-object.ts";

/** Wallets are reached through their Durable Object binding only. */
export default {
  fetch: () => new Response(null, { status: 404 }),
} satisfies ExportedHandler;
