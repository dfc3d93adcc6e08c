import { DurableObject } from "cloudflare:workers";

/** A wallet object that counts how often it was woken and fails when its name says so. */
export class WalletObject extends DurableObject {
  async state() {
    if (this.ctx.id.name?.includes("broken")) throw new Error("this wallet is broken");
    const woken = ((await this.ctx.storage.get("woken")) ?? 0) + 1;
    await this.ctx.storage.put("woken", woken);
    return { outbox_pending: this.ctx.id.name?.includes("pending") ? 1 : 0, woken };
  }

  /** For tests: how often this wallet was woken. */
  async woken() {
    return (await this.ctx.storage.get("woken")) ?? 0;
  }
}

export default { fetch: () => new Response(null, { status: 404 }) };
