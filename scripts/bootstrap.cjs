"use strict";
// Runs one of the project's commands: `node scripts/bootstrap.cjs <command> [arguments]`. Old syntax throughout, so that
// an old Node can read this file far enough to say what it lacks.

var childProcess = require("child_process");
var fs = require("fs");
var path = require("path");

var ROOT = path.join(__dirname, "..");
var OLDEST_NODE = 20;

/** Script that Node 24 runs by itself, or a program of node_modules/.bin with its first arguments. */
var COMMANDS = {
  start: ["scripts/start.ts"],
  test: ["scripts/test.ts"],
  check: ["scripts/check.ts"],
  lint: ["scripts/lint.ts"],
  build: ["scripts/build.ts"],
  migrate: ["scripts/migrate.ts"],
  provider: ["scripts/provider.ts"],
  dev: ["scripts/dev.ts"],
  deploy: ["scripts/deploy.ts"],
  bench: ["bench/run.ts"],
};

main(process.argv[2], process.argv.slice(3));

function main(command, args) {
  if (Number(process.versions.node.split(".")[0]) < OLDEST_NODE) {
    fail("This needs Node " + OLDEST_NODE + " or newer, and this is Node " + process.versions.node + ".");
  }
  if (!Object.prototype.hasOwnProperty.call(COMMANDS, command)) {
    fail("There is no command " + JSON.stringify(command) + ". Choose one of: " + Object.keys(COMMANDS).join(", ") + ".");
  }
  install();
  run(command, args);
}

/** Installs exactly what package-lock.json names, unless that is what is installed. */
function install() {
  if (installed()) return;
  console.error("Installing dependencies with npm ci, as package-lock.json is not what node_modules holds.");
  var npm = npmCommand();
  var result = childProcess.spawnSync(npm.file, npm.args.concat(["ci", "--no-audit", "--no-fund"]), {
    cwd: ROOT,
    // Standard output stays free for what the command itself prints.
    stdio: ["ignore", 2, 2],
    shell: npm.shell,
  });
  if (result.status !== 0) fail("npm ci failed, so nothing was started. Its own message is above.");
  if (!fs.existsSync(nodeBinary())) {
    fail("npm ci ran no install scripts, so Node 24 is missing. Run `npm ci` with install scripts allowed.");
  }
}

/** Compares package-lock.json with npm's own record of what it put into node_modules. */
function installed() {
  var wanted = readPackages(path.join(ROOT, "package-lock.json"));
  var present = readPackages(path.join(ROOT, "node_modules", ".package-lock.json"));
  if (wanted === null || present === null || !fs.existsSync(nodeBinary())) return false;
  return Object.keys(wanted).every(function (name) {
    if (name === "") return true;
    var found = present[name];
    // Optional packages are those of other platforms.
    if (found === undefined) return wanted[name].optional === true;
    return found.version === wanted[name].version && found.integrity === wanted[name].integrity;
  });
}

/** The npm that started this, or the one on the path. */
function npmCommand() {
  var script = process.env.npm_execpath;
  if (script && /npm-cli\.js$/.test(script)) return { file: process.execPath, args: [script], shell: false };
  return { file: "npm", args: [], shell: process.platform === "win32" };
}

function nodeBinary() {
  return path.join(ROOT, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
}

/** Runs the command under the pinned Node 24, passes signals on and ends as it ends. */
function run(command, args) {
  var env = Object.assign({}, process.env);
  var bin = path.join(ROOT, "node_modules", ".bin");
  env.PATH = bin + path.delimiter + (env.PATH || "");
  var child = childProcess.spawn(nodeBinary(), COMMANDS[command].concat(args), {
    cwd: ROOT,
    env: env,
    // The channel closes when this process dies by whatever means: `start` then stops what it started.
    stdio: command === "start" ? ["inherit", "inherit", "inherit", "ipc"] : "inherit",
  });
  ["SIGINT", "SIGTERM", "SIGHUP"].forEach(function (signal) {
    process.on(signal, function () {
      child.kill(signal);
    });
  });
  child.on("error", function (error) {
    fail("Node 24 could not be started: " + error.message);
  });
  child.on("exit", function (code, signal) {
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
