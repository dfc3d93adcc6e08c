import type { JsonObject } from "../../../../schema/kernel/json.ts";
import type { TextsCaching } from "./caching.ts";

/** Embeddings and rankings as the cache sees them: the whole request is the key, the answer is kept as it was sent. */
export function textsCaching(kind: TextsCaching["kind"], parsed: object): TextsCaching {
  const { model: _model, user: _user, ...request }: JsonObject = JSON.parse(JSON.stringify(parsed));
  return { kind, unfit: null, request, replay: null };
}
