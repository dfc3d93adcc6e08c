import { createHash } from "node:crypto";

/**
 * Runs with a `crypto.subtle.digest` that is done at once. The runtime's own works on another thread, and is done whenever
 * that gets round to it: the same seed would not be the same run.
 */
export async function withDigestAtOnce<Result>(run: () => Promise<Result>): Promise<Result> {
  const digest = async (algorithm: string, data: Uint8Array): Promise<ArrayBuffer> =>
    new Uint8Array(createHash(algorithm.replace("-", "")).update(data).digest()).buffer;
  // An own property in front of the prototype's.
  Object.defineProperty(crypto.subtle, "digest", { value: digest, configurable: true });
  try {
    return await run();
  } finally {
    Reflect.deleteProperty(crypto.subtle, "digest");
  }
}
