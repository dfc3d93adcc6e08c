declare namespace Cloudflare {
  interface Env {
    readonly WALLET: DurableObjectNamespace<import("../../../workers/wallet-do/wallet-object.ts").WalletObject>;
    readonly EVENTS: Queue<import("../../../schema/wire/events.ts").Event>;
  }

  interface GlobalProps {
    mainModule: typeof import("../../../workers/wallet-do/index.ts");
  }
}
