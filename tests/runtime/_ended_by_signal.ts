// Started by program_contract.ts: when it is told on its input, it ends by the signal of its first
// argument. The second tells whether something of ours still listens ("listening") or something of
// the program's ("handled"); either exits with a code that tells what it got.
import process from "node:process";
import { detectRuntime } from "../../lib/runtime/mod.ts";

const signal = process.argv[2] as "SIGINT" | "SIGTERM" | "SIGHUP";
const listener = process.argv[3];
const runtime = await detectRuntime();
const stop = runtime.onInterrupt(() => {});
if (listener === "listening") {
  runtime.onInterrupt((got) => process.exit(got === "SIGHUP" ? 5 : 6));
}
if (listener === "handled") process.once(signal, () => process.exit(7));
setInterval(() => {}, 60_000);
process.stdin.once("data", () => {
  stop();
  runtime.endBySignal(signal);
  if (listener === "listening") process.kill(process.pid, "SIGHUP");
});
process.stdin.resume();
