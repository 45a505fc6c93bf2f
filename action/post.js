// After the job's last step: sends what was stored, stops the daemon, and says how it went.

"use strict";

const fs = require("node:fs");
const { capture, getState, notice } = require("./runner.js");

function main() {
  const dunnage = getState("dunnage");
  if (!dunnage) return; // the first half did not come that far, and has said so
  const environment = { ...process.env, DUNNAGE_DIR: getState("directory") };
  const summary = capture(dunnage, ["stats", "--summary"], environment);
  const stopped = capture(dunnage, ["stop"], environment);
  process.stdout.write(stopped.stdout);
  for (const line of stopped.stderr.split("\n").filter(Boolean)) notice("warning", line);
  if (getState("summary") !== "true" || !process.env.GITHUB_STEP_SUMMARY) return;
  const sent = (stopped.stdout + stopped.stderr).split("\n").filter((line) => / (went|go) to /.test(line));
  const text = [summary.stdout, ...sent.map((line) => `* ${line.replace(/^dunnage: /, "")}`), ""].join("\n");
  fs.appendFileSync(process.env.GITHUB_STEP_SUMMARY, text);
}

try {
  main();
} catch (error) {
  notice("warning", `dunnage could not end well: ${error.message}`);
}
