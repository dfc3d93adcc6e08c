declare namespace Cloudflare {
  interface Env {
    readonly VECTORS: DurableObjectNamespace<import("../../../workers/sandbox/vectorize/vector-store.ts").VectorStore>;
  }

  interface GlobalProps {
    mainModule: typeof import("../../../workers/sandbox/index.ts");
  }
}
