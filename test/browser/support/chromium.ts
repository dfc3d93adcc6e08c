import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Where a Chromium is on a machine that has one. Debian's comes first: it is what is installed here. */
const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
] as const;

const COMMANDS = [
  ["apt-get", "update"],
  ["apt-get", "install", "-y", "--no-install-recommends", "chromium"],
] as const;

const found = (): string | undefined => PLACES.find((path) => existsSync(path));

/** The path of a Chromium; installs Debian's where there is none and that may be done. Fails with what to do otherwise. */
export function chromiumPath(): string {
  const path = found();
  if (path !== undefined) return path;
  if (process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) install();
  const installed = found();
  if (installed !== undefined) return installed;
  throw new Error(
    `The browser tests need Chromium, and there is none at ${PLACES.join(", ")}. ` +
      "Install it, on Debian with `sudo apt-get install chromium`, and run them again.",
  );
}

function install(): void {
  for (const [command, ...args] of COMMANDS) {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const { status, stderr } = spawnSync(command, args, { env, encoding: "utf8" });
    if (status !== 0) throw new Error(`\`${[command, ...args].join(" ")}\` failed:\n${stderr}`);
  }
}
