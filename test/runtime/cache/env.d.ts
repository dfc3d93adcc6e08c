declare namespace Cloudflare {
  interface Env {
    readonly CACHE: DurableObjectNamespace<import("../../../workers/cache/cache-object.ts").CacheObject>;
  }

  interface GlobalProps {
    mainModule: typeof import("../../../workers/cache/index.ts");
  }
}
