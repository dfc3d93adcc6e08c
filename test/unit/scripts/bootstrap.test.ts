import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { transformSync } from "esbuild";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../../scripts/platform/paths.ts";

const BOOTSTRAP = join(ROOT, "scripts", "bootstrap.cjs");

/** Runs the script under a Node that claims to be another version. */
function run(version: string, ...args: readonly string[]) {
  const pretend = `Object.defineProperty(process.versions, "node", { value: ${JSON.stringify(version)} });`;
  const load = `${pretend} process.argv = ["node", ${JSON.stringify(BOOTSTRAP)}, ...process.argv.slice(1)]; require(${JSON.stringify(BOOTSTRAP)});`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ["-e", load, "--", ...args], { encoding: "utf8" });
  return { status, stdout, stderr };
}

describe("the first script that every command runs", () => {
  it("is nothing that an old Node cannot read", () => {
    const source = readFileSync(BOOTSTRAP, "utf8");
    const { code } = transformSync(source, { target: "node10", minifyWhitespace: true });
    // What the target lacks would have been rewritten.
    expect(code).toBe(transformSync(source, { target: "esnext", minifyWhitespace: true }).code);
    expect(source).not.toContain('require("node:');
  });

  it("tells an old Node in one sentence what it takes", () => {
    expect(run("12.22.0", "start")).toEqual({
      status: 1,
      stdout: "",
      stderr: "This needs Node 20 or newer, and this is Node 12.22.0.\n",
    });
  });

  it("names the commands when there is none of that name", () => {
    const { status, stderr } = run("24.0.0", "strat");
    expect(status).toBe(1);
    expect(stderr).toMatch(/^There is no command "strat"\. Choose one of: start, .*deploy.*\n$/);
  });

  it("passes arguments and the exit status on", () => {
    const { status, stderr } = run("24.0.0", "start", "--port", "nonsense");
    expect(status).toBe(1);
    expect(stderr).toBe('"nonsense" is not a port: give a number from 0 to 65535.\n');
  });
});
