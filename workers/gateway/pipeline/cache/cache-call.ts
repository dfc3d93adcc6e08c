import type { CacheSetting } from "../../../../schema/caching/cache-setting.ts";

/** That a request may be answered from the cache, and how. Made where the request is planned. */
export interface CacheCall {
  readonly setting: CacheSetting;
  readonly org_id: string;
  readonly team_id: string | null;
  /** Of both, see schema/caching/namespace.ts. */
  readonly namespace: string;
  /**
   * The vector of a text by the setting's embedding model, paid for by the request's own wallet; null where it could not be
   * had. Absent: the platform's embedder is used, beside the admission.
   */
  embed?(text: string): Promise<readonly number[] | null>;
}
