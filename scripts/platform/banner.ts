import type { DemoKeys } from "../seed.ts";

export interface BannerContent {
  readonly url: string;
  /** Null when nothing was seeded. */
  readonly demo: DemoKeys | null;
  readonly data: string;
}

const LABEL_CHARS = 12;

/** What is printed once the platform is ready: one line each, label, spaces, value; then a first request to copy. */
export function banner({ url, demo, data }: BannerContent): string {
  const line = (label: string, value: string): string => `${label.padEnd(LABEL_CHARS)}${value}`;
  const keys = demo === null ? [] : [line("app key", demo.app_key), line("admin key", demo.admin_key)];
  const first = demo === null ? [] : ["", "A first request:", "", firstRequest(url, demo.app_key)];
  return ["", line("url", url), ...keys, line("data", data), ...first, "", "Stop with Ctrl-C.", ""].join("\n");
}

function firstRequest(url: string, key: string): string {
  const body = JSON.stringify({ model: "sandbox/echo", messages: [{ role: "user", content: "Hello!" }] });
  return [
    `curl ${url}/v1/chat/completions \\`,
    `  -H 'authorization: Bearer ${key}' \\`,
    "  -H 'content-type: application/json' \\",
    `  -d '${body}'`,
  ].join("\n");
}
