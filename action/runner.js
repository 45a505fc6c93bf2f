// How an action speaks to GitHub's runner: inputs and state come in the environment, commands go to stdout or to files.
// Source: docs.github.com, "Workflow commands for GitHub Actions".

"use strict";

const { spawnSync } = require("node:child_process");
const { randomUUID } = require("node:crypto");
const fs = require("node:fs");

/** An input, without blanks around it. */
function input(name) {
  return (process.env[`INPUT_${name.replace(/ /g, "_").toUpperCase()}`] || "").trim();
}

/** A command on stdout; what it says is escaped as the runner wants it. */
function command(name, text) {
  const escaped = text.replace(/%/g, "%25").replace(/\r/g, "%0D").replace(/\n/g, "%0A");
  process.stdout.write(`::${name}::${escaped}\n`);
}

/** An annotation: `notice`, `warning` or `error`. */
function notice(kind, text) {
  command(`${kind} title=dunnage`, text.replace(/^dunnage: /, ""));
}

/** Say why we stay out of the job, which goes on. */
function fail(text) {
  notice("warning", text);
}

/** A line, or several, for one of the runner's files. */
function tell(file, name, value) {
  const mark = `dunnage-${randomUUID()}`;
  fs.appendFileSync(file, `${name}<<${mark}\n${value}\n${mark}\n`);
}

function setEnvironment(variables) {
  for (const [name, value] of Object.entries(variables)) tell(process.env.GITHUB_ENV, name, value);
}

function setOutput(name, value) {
  if (process.env.GITHUB_OUTPUT) tell(process.env.GITHUB_OUTPUT, name, value);
}

/** Kept for the second half of this action. */
function saveState(name, value) {
  tell(process.env.GITHUB_STATE, name, value);
}

function getState(name) {
  return process.env[`STATE_${name}`] || "";
}

/** Run a program to its end; what it says is returned. */
function capture(program, words, environment) {
  const done = spawnSync(program, words, { env: environment, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  if (done.error) throw done.error;
  return done;
}

/** Run a program that must succeed; what it says is passed on. */
function run(program, words, otherwise) {
  const done = spawnSync(program, words, { stdio: ["ignore", "inherit", "inherit"] });
  if (done.error) throw done.error;
  if (done.status !== 0) throw new Error(otherwise || `${program} ${words.join(" ")} ends with ${done.status}.`);
}

module.exports = { capture, command, fail, getState, input, notice, run, saveState, setEnvironment, setOutput };
