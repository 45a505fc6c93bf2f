// Installs dunnage from this action's own checkout, starts its daemon, and tells later steps how to use it.
//
// The daemon gets the token of the cache service from this process, in its own environment. Later steps and their
// containers get a socket and nothing else: what they run cannot read a token that they do not have.

"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { capture, command, fail, input, notice, run, setEnvironment, setOutput, saveState } = require("./runner.js");

const checkout = path.dirname(__dirname);

function main() {
  const base = path.join(process.env.RUNNER_TEMP, "dunnage");
  fs.mkdirSync(base, { recursive: true, mode: 0o700 });
  const bin = install(base);
  const environment = settings(base);
  const dunnage = path.join(bin, "dunnage");
  saveState("dunnage", dunnage);
  saveState("directory", environment.DUNNAGE_DIR);
  saveState("summary", input("summary"));

  const started = capture(dunnage, ["start"], environment);
  process.stdout.write(started.stdout);
  for (const line of started.stderr.split("\n").filter(Boolean)) notice("warning", line);
  if (started.status !== 0) throw new Error("The daemon could not be started.");

  // Later steps may start a daemon, too, if this one is gone: it has the settings, and not the token.
  const shared = { DUNNAGE_DIR: environment.DUNNAGE_DIR, DUNNAGE_CONFIG: environment.DUNNAGE_CONFIG };
  const switched = capture(dunnage, ["env", "--cross", "--format", "json", "--no-start"], { ...process.env, ...shared });
  if (switched.status !== 0) throw new Error(switched.stderr);
  for (const line of switched.stderr.split("\n").filter(Boolean)) notice("warning", line);
  // A unit that rustc compiles incrementally is left to it, and on a fresh machine there is nothing to go on from.
  const whole = process.env.CARGO_INCREMENTAL ? {} : { CARGO_INCREMENTAL: "0" };
  setEnvironment({ ...shared, ...whole, ...JSON.parse(switched.stdout).env });
  fs.appendFileSync(process.env.GITHUB_PATH, `${bin}\n`);
  setOutput("directory", environment.DUNNAGE_DIR);
}

/** A virtual environment with dunnage in it; the directory of its programs. */
function install(base) {
  const environment = path.join(base, "venv");
  const bin = path.join(environment, "bin");
  const python = path.join(bin, "python");
  if (fs.existsSync(path.join(bin, "dunnage"))) return bin;
  command("group", "Installing dunnage");
  run(input("python"), ["-c", "import sys; sys.exit(sys.version_info < (3, 11))"], "dunnage needs Python 3.11 or newer.");
  run(input("python"), ["-m", "venv", environment]);
  const pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
  const extras = `[${[...new Set(needed())].join(",")}]`;
  // A checkout that was never built has no clients: then they are built for this machine, beside its sources.
  if (!fs.existsSync(path.join(checkout, "src", "dunnage", "clients", architecture(), "dunnage"))) {
    run(pip[0], [...pip.slice(1), "ziglang"]);
    run(pip[0], [...pip.slice(1), "--editable", `${checkout}${extras}`]);
    run(python, [path.join(checkout, "tools", "build_client.py")]);
  } else {
    run(pip[0], [...pip.slice(1), `${checkout}${extras}`]);
  }
  command("endgroup", "");
  return bin;
}

/** The extras of the package that this job's remotes and keys need (src/dunnage/remote/registry.py). */
function needed() {
  const byScheme = {
    az: "azure", file: "", gha: "gha", grpc: "reapi", grpcs: "reapi", gs: "gcs", http: "http", "http+dav": "http",
    https: "http", "https+dav": "http", redis: "redis", "redis+unix": "redis", rediss: "redis", s3: "s3",
  };
  const schemes = input("remotes").split(/\s+/).map((url) => url.split("://")[0]);
  const extras = schemes.map((scheme) => byScheme[scheme] || "");
  return [...extras, input("trusted-key") || input("seal-key") ? "signing" : ""].filter(Boolean);
}

function architecture() {
  return { x64: "x86_64", arm64: "aarch64", arm: "armv7", ia32: "i686", riscv64: "riscv64" }[process.arch] || process.arch;
}

/** The environment of the daemon: the runner's, with our settings in a file of their own. */
function settings(base) {
  const quote = JSON.stringify; // TOML's basic strings are JSON's
  const file = path.join(base, "dunnage.toml");
  const lines = [
    `remotes = [${remotes().map(quote).join(", ")}]`,
    `remote_write = ${quote(input("write"))}`,
    `size_max = ${quote(input("size-max"))}`,
  ];
  for (const [name, setting] of [["trusted-key", "trusted_key_file"], ["seal-key", "seal_key_file"]]) {
    if (!input(name)) continue;
    const key = path.join(base, `${name}.pem`);
    fs.writeFileSync(key, `${input(name)}\n`, { mode: 0o600 });
    lines.push(`${setting} = ${quote(key)}`);
  }
  fs.writeFileSync(file, `${lines.join("\n")}\n`);
  return { ...process.env, DUNNAGE_DIR: path.join(base, "home"), DUNNAGE_CONFIG: file };
}

/** The remotes, GitHub's own with the lanes of this job. */
function remotes() {
  return input("remotes")
    .split(/\s+/)
    .filter(Boolean)
    .map((url) => {
      if (!url.startsWith("gha://")) return url;
      const options = new URLSearchParams(url.slice("gha://".length).replace(/^\?/, ""));
      if (!options.has("lane")) options.set("lane", input("lane"));
      if (!options.has("restore") && input("restore-lanes")) options.set("restore", input("restore-lanes"));
      return `gha://?${options}`;
    });
}

try {
  main();
} catch (error) {
  // A cache that cannot begin is no reason for a job to fail: it builds without.
  fail(`dunnage stays out of this job: ${error.message}`);
}
