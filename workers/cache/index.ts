export { CacheObject } from "./cache-object.ts";

export default {
  /** Nothing is served here: the objects are reached by the other workers. */
  fetch(): Response {
    return new Response(null, { status: 404 });
  },
};
