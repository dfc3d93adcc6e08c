import type { Seeded } from "../seed.ts";

export interface BannerContent {
  readonly url: string;
  readonly seeded: Seeded;
  readonly data: string;
}

const LABEL_CHARS = 12;

/** What is printed once the platform is ready: one line each, label, spaces, value; then a first request to copy. */
export function banner({ url, seeded, data }: BannerContent): string {
  const { keys, owner } = seeded;
  const line = (label: string, value: string): string => `${label.padEnd(LABEL_CHARS)}${value}`;
  const keyLines = keys === null ? [] : [line("app key", keys.app_key), line("admin key", keys.admin_key)];
  const first = keys === null ? [] : ["", "A first request:", "", firstRequest(url, keys.app_key)];
  return [
    "",
    line("url", url),
    ...keyLines,
    line("owner", `${owner.email} / ${owner.password}`),
    line("data", data),
    ...first,
    "",
    "Stop with Ctrl-C.",
    "",
  ].join("\n");
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
