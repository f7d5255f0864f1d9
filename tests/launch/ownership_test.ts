import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import process from "node:process";
import { describe, it } from "node:test";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import { temporaryIn } from "../_support/temporary_in.ts";
import { eventually, isAlive } from "../testing/_processes.ts";
import { launchOffline } from "./_support.ts";

interface Launched {
  readonly pid: number;
  readonly dataDirectory: string;
}

/** Runs `body` with a program of its own that has launched a Tor; TMPDIR is `directory`. */
async function withProgram(
  args: (directory: string) => readonly string[],
  body: (program: ChildProcess, launched: Launched, directory: string) => Promise<void>,
): Promise<void> {
  const runtime = await detectRuntime();
  if (runtime.platform === "win32") return; // it has no such signals
  const directory = mkdtempSync(`${tmpdir()}/torcon-test-`);
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const { pathname } = new URL(`./_owner.${extension}`, import.meta.url);
  const own = runtime.name === "deno" ? ["run", "-A", "--no-check", pathname] : [pathname];
  const program = spawn(process.execPath, [...own, ...args(directory)], {
    env: { ...process.env, TMPDIR: directory },
    stdio: ["pipe", "pipe", "inherit"],
  });
  try {
    const launched = await new Promise<Launched>((resolve, reject) => {
      program.stdout!.once("data", (data) => resolve(JSON.parse(String(data))));
      program.once("exit", (code) => reject(new Error(`The program ended with code ${code}`)));
    });
    await body(program, launched, directory);
  } finally {
    program.kill("SIGKILL");
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Sends a signal, or tells the program to exit, and gives the signal that it ended by. */
function end(
  program: ChildProcess,
  how: NodeJS.Signals | "exit",
): Promise<NodeJS.Signals | null> {
  return new Promise((resolve) => {
    program.once("exit", (_code, by) => resolve(by));
    if (how === "exit") program.stdin!.write("exit\n");
    else program.kill(how);
  });
}

describe("a launched Tor", () => {
  const ends = [
    ["is killed", "SIGKILL", "SIGKILL"],
    ["exits without a word", "exit", null],
  ] as const;
  for (const [how, signal, by] of ends) {
    it(
      `ends when the program ${how}, and the next launch removes its files`,
      { timeout: 60_000 },
      () =>
        withProgram(() => [], async (program, { pid }, directory) => {
          assert.ok(isAlive(pid));
          assert.equal(await end(program, signal), by);
          // Not by its own look-out, which takes it up to 15 s.
          await eventually(() => !isAlive(pid), 5000);
          {
            using _temporary = temporaryIn(directory);
            const tor = await launchOffline();
            await tor.quit();
          }
          assert.deepEqual(readdirSync(directory), []);
        }),
    );
  }

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    it(
      `leaves nothing when the program is interrupted by ${signal}`,
      { timeout: 30_000 },
      () =>
        withProgram(() => [], async (program, { pid }, directory) => {
          assert.equal(await end(program, signal), signal);
          assert.equal(isAlive(pid), false);
          assert.deepEqual(readdirSync(directory), []);
        }),
    );
  }

  it(
    "leaves the signals alone where its directory is the user's",
    { timeout: 30_000 },
    () =>
      withProgram((directory) => [`${directory}/kept`], async (program, launched) => {
        assert.equal(await end(program, "SIGINT"), "SIGINT");
        await eventually(() => !isAlive(launched.pid), 5000);
        assert.ok(readdirSync(launched.dataDirectory).includes("state"));
      }),
  );

  it(
    "ends with the program without a control port too, when it looks for it",
    { timeout: 60_000 },
    () =>
      withProgram(() => ["uncontrolled"], async (program, { pid }) => {
        assert.equal(await end(program, "SIGKILL"), "SIGKILL");
        await eventually(() => !isAlive(pid), 40_000); // it looks every 15 s
      }),
  );
});
