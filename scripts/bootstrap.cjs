"use strict";
// Runs one of the project's commands: `node scripts/bootstrap.cjs <command> [arguments]`. Nothing here is newer than what
// Node 10 can read, so that an old Node gets as far as saying that it is one.

const childProcess = require("child_process");
const fs = require("fs");
const path = require("path");

const ROOT = path.join(__dirname, "..");
const OLDEST_NODE = 20;

/** The script of each command, and its first arguments. Node 24 runs TypeScript as it is. */
const COMMANDS = {
  start: ["scripts/start.ts"],
  test: ["scripts/test.ts"],
  check: ["scripts/check.ts"],
  lint: ["scripts/lint.ts"],
  build: ["scripts/build.ts"],
  migrate: ["scripts/migrate.ts"],
  provider: ["scripts/provider.ts"],
  "audit:verify": ["scripts/audit-verify.ts"],
  "dead-letters": ["--no-warnings", "scripts/dead-letters.ts"],
  "rollup:check": ["--no-warnings", "scripts/rollup-check.ts"],
  dev: ["scripts/start.ts", "--watch"],
  deploy: ["scripts/deploy.ts"],
  bench: ["bench/run.ts"],
  sim: ["--no-warnings", "sim/run.ts"],
  mutants: ["test/mutants/run.ts"],
  selftest: ["conformance/run.ts"],
  screenshots: ["--no-warnings", "test/browser/take-screenshots.ts"],
};

main(process.argv[2], process.argv.slice(3));

function main(command, args) {
  if (Number(process.versions.node.split(".")[0]) < OLDEST_NODE) {
    fail(`This needs Node ${OLDEST_NODE} or newer, and this is Node ${process.versions.node}.`);
  }
  if (!Object.hasOwn(COMMANDS, command)) {
    fail(`There is no command ${JSON.stringify(command)}. Choose one of: ${Object.keys(COMMANDS).join(", ")}.`);
  }
  install();
  run(command, args);
}

/** Installs exactly what package-lock.json names, unless that is what is installed. */
function install() {
  if (installed()) return;
  console.error("Installing dependencies with npm ci, as package-lock.json is not what node_modules holds.");
  const npm = npmCommand();
  const result = childProcess.spawnSync(
    npm.file,
    npm.args.concat(["ci", "--loglevel=error", "--no-audit", "--no-fund"]),
    {
      cwd: ROOT,
      // Standard output stays free for what the command itself prints.
      stdio: ["ignore", 2, 2],
      shell: npm.shell,
    },
  );
  if (result.status !== 0) fail("npm ci failed, so nothing was started. Its own message is above.");
  if (!fs.existsSync(nodeBinary())) {
    fail("npm ci ran no install scripts, so Node 24 is missing. Run `npm ci` with install scripts allowed.");
  }
}

/** Compares package-lock.json with npm's own record of what it put into node_modules. */
function installed() {
  const wanted = readPackages(path.join(ROOT, "package-lock.json"));
  const present = readPackages(path.join(ROOT, "node_modules", ".package-lock.json"));
  if (wanted === null || present === null || !fs.existsSync(nodeBinary())) return false;
  return Object.keys(wanted).every((name) => {
    if (name === "") return true;
    const found = present[name];
    // Optional packages are those of other platforms.
    if (found === undefined) return wanted[name].optional === true;
    return found.version === wanted[name].version && found.integrity === wanted[name].integrity;
  });
}

/** The npm that started this, or the one on the path. */
function npmCommand() {
  const script = process.env.npm_execpath;
  if (script && /npm-cli\.js$/.test(script)) return { file: process.execPath, args: [script], shell: false };
  return { file: "npm", args: [], shell: process.platform === "win32" };
}

function nodeBinary() {
  return path.join(ROOT, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
}

/** Runs the command under the pinned Node 24, passes signals on and ends as it ends. */
function run(command, args) {
  const stays = COMMANDS[command][0] === "scripts/start.ts";
  const env = Object.assign({}, process.env);
  const bin = path.join(ROOT, "node_modules", ".bin");
  env.PATH = bin + path.delimiter + (env.PATH || "");
  // What was compiled once is not compiled at every start. `npm ci` deletes it with everything else.
  env.NODE_COMPILE_CACHE = env.NODE_COMPILE_CACHE || path.join(ROOT, "node_modules", ".cache", "node");
  const child = childProcess.spawn(nodeBinary(), COMMANDS[command].concat(args), {
    cwd: ROOT,
    env: env,
    // The channel closes when this process dies by whatever means: the platform then stops too.
    stdio: stays ? ["inherit", "inherit", "inherit", "ipc"] : "inherit",
  });
  ["SIGINT", "SIGTERM", "SIGHUP"].forEach((signal) => {
    process.on(signal, () => {
      child.kill(signal);
    });
  });
  // npm passes SIGTERM to the shell between it and this process, and the shell does not pass it on: it is just gone.
  if (stays && process.env.npm_lifecycle_event) {
    const parent = process.ppid;
    setInterval(() => {
      if (process.ppid !== parent) child.kill("SIGTERM");
    }, 1000);
  }
  child.on("error", (error) => {
    fail(`Node 24 could not be started: ${error.message}`);
  });
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

function readPackages(file) {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8")).packages;
  } catch (_) {
    return null;
  }
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
