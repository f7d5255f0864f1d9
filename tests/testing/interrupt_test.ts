import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import process from "node:process";
import { describe, it } from "node:test";
import { startLoneTor } from "../../lib/testing/lone_tor.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import type { Runtime } from "../../lib/runtime/types.ts";
import { temporaryIn } from "../_support/temporary_in.ts";
import { eventually, torsIn } from "./_processes.ts";

/** Starts `_interrupted.ts` on this runtime; what it makes is in `directory`. */
function startProgram(runtime: Runtime, what: string, directory: string): ChildProcess {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const { pathname } = new URL(`./_interrupted.${extension}`, import.meta.url);
  const args = runtime.name === "deno" ? ["run", "-A", "--no-check", pathname] : [pathname];
  return spawn(process.execPath, [...args, what], {
    env: { ...process.env, TMPDIR: directory },
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** Runs `body` with a program that has told that it started. */
async function withProgram(
  what: string,
  body: (program: ChildProcess, directory: string) => Promise<void>,
): Promise<void> {
  const runtime = await detectRuntime();
  if (runtime.platform === "win32") return; // it has no such signals
  const directory = mkdtempSync(`${tmpdir()}/torcon-test-`);
  const program = startProgram(runtime, what, directory);
  try {
    await new Promise<void>((resolve, reject) => {
      program.stdout!.once("data", () => resolve());
      program.once("exit", (code) => reject(new Error(`The program ended with code ${code}`)));
    });
    await body(program, directory);
  } finally {
    program.kill("SIGKILL");
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Sends a signal and gives the signal that the program ended by. */
function end(program: ChildProcess, signal: NodeJS.Signals): Promise<NodeJS.Signals | null> {
  return new Promise((resolve) => {
    program.once("exit", (_code, by) => resolve(by));
    program.kill(signal);
  });
}

describe("a program that is interrupted", () => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    it(
      `leaves nothing of a lone tor on ${signal}`,
      { timeout: 30_000 },
      () =>
        withProgram("lone", async (program, directory) => {
          const tors = torsIn(directory);
          assert.equal(tors?.length ?? 1, 1);
          assert.equal(await end(program, signal), signal);
          assert.deepEqual(torsIn(directory) ?? [], []);
          assert.deepEqual(readdirSync(directory), []);
        }),
    );
  }

  it(
    "leaves nothing of a network that was being started",
    { timeout: 60_000 },
    () =>
      withProgram("network", async (program, directory) => {
        assert.equal(torsIn(directory)?.length ?? 6, 6);
        assert.equal(await end(program, "SIGINT"), "SIGINT");
        assert.deepEqual(torsIn(directory) ?? [], []);
        assert.deepEqual(readdirSync(directory), []);
      }),
  );

  it(
    "leaves no process when it is killed, and its files to be removed",
    { timeout: 60_000 },
    () =>
      withProgram("network", async (program, directory) => {
        assert.equal(torsIn(directory)?.length ?? 6, 6);
        assert.equal(await end(program, "SIGKILL"), "SIGKILL");
        // Their connections to the program ended with it: they need not notice by themselves, which
        // takes them up to 15 s.
        await eventually(() => (torsIn(directory) ?? []).length === 0, 10_000);
        assert.equal(readdirSync(directory).length, 1);
        {
          using _temporary = temporaryIn(directory);
          await using _tor = await startLoneTor();
          assert.equal(readdirSync(directory).length, 1); // its own
        }
        assert.deepEqual(readdirSync(directory), []);
      }),
  );
});
