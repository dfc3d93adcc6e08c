/** Bytes: an ArrayBuffer where wrangler bundles, a Uint8Array where esbuild does. */
declare module "*.bin" {
  const bytes: ArrayBuffer | Uint8Array;
  export default bytes;
}
