import { describe, it } from "node:test";
import assert from "node:assert/strict";
import { env } from "node:process";
import {
  ExecutableNotFoundError,
  PathNotFoundError,
  PermissionError,
} from "../../lib/errors/mod.ts";
import type { Process, ProcessStatus, Runtime } from "../../lib/runtime/types.ts";
import {
  bytes,
  CountingSignal,
  inTempDirectory,
  pattern,
  receive,
  same,
  settle,
  text,
} from "./_support.ts";

const SUCCESS: ProcessStatus = { success: true, code: 0, signal: null };
const KILLED: ProcessStatus = { success: false, code: 137, signal: "SIGKILL" };
const MEGABYTE = 1024 * 1024;

/** What every adapter's processes must do. */
export function processContract(runtime: Runtime): void {
  /** Runs a shell's script. */
  const sh = (script: string, options = {}): Promise<Process> =>
    runtime.spawn("sh", { args: ["-c", script], ...options });

  describe("spawn()", () => {
    describeOutput(runtime, sh);
    describeStatus(runtime, sh);
    describeAbort(sh);
    describeFailures(runtime);
  });
}

type Shell = (script: string, options?: Record<string, unknown>) => Promise<Process>;

function describeOutput(runtime: Runtime, sh: Shell): void {
  it("streams standard output and standard error", async () => {
    await using process = await sh("echo out; echo err >&2");
    assert.equal(await text(process.stdout), "out\n");
    assert.equal(await text(process.stderr), "err\n");
    assert.deepEqual(await process.status, SUCCESS);
  });

  it("gives output while the process runs, as plain Uint8Arrays", async () => {
    await using process = await sh("echo ready; exec sleep 600");
    const { value } = await process.stdout.getReader().read();
    assert.equal(Object.getPrototypeOf(value), Uint8Array.prototype);
    assert.deepEqual(value, bytes("ready\n"));
  });

  it("passes arguments as they are", async () => {
    const args = ["%s|", "a b", "$HOME", "*", "'\"\\", ""];
    await using process = await runtime.spawn("printf", { args });
    assert.equal(await text(process.stdout), "a b|$HOME|*|'\"\\||");
  });

  it("inherits the environment and adds to it", async () => {
    env["TORCON_INHERITED"] = "inherited";
    try {
      for (const added of [{ TORCON_ADDED: "added" }, undefined]) {
        await using process = await sh('echo "$TORCON_INHERITED $TORCON_ADDED"', { env: added });
        assert.equal(await text(process.stdout), `inherited ${added?.TORCON_ADDED ?? ""}\n`);
      }
    } finally {
      delete env["TORCON_INHERITED"];
    }
  });

  it("runs where it is told", async () => {
    await inTempDirectory(runtime, async (directory) => {
      await using process = await sh("pwd -P", { cwd: directory });
      await using resolved = await sh(`cd ${directory} && pwd -P`);
      assert.equal(await text(process.stdout), await text(resolved.stdout));
    });
  });

  it("gives the bytes of stdin and then its end", async () => {
    const stdin = pattern(2 * MEGABYTE);
    await using process = await runtime.spawn("cat", { stdin });
    assert.ok(same(await receive(process.stdout), stdin));
    assert.deepEqual(await process.status, SUCCESS);
  });

  it("gives an empty standard input by default", async () => {
    await using process = await runtime.spawn("cat");
    assert.equal(await text(process.stdout), "");
    assert.deepEqual(await process.status, SUCCESS);
  });

  it("does not mind a process that does not read its input", async () => {
    await using process = await sh("exec 0<&-; echo done", { stdin: pattern(2 * MEGABYTE) });
    assert.equal(await text(process.stdout), "done\n");
    assert.deepEqual(await process.status, SUCCESS);
    await settle(runtime);
  });

  it("stops the process while its output is not read", async () => {
    await using process = await sh(`head -c ${8 * MEGABYTE} /dev/zero; echo done >&2`);
    let done = false;
    const stderr = text(process.stderr).then((said) => {
      done = true;
      return said;
    });
    await settle(runtime);
    assert.equal(done, false);
    assert.equal((await receive(process.stdout)).byteLength, 8 * MEGABYTE);
    assert.equal(await stderr, "done\n");
  });

  it("keeps what was printed before the end until it is read", async () => {
    await using process = await sh("echo last words");
    await process.status;
    await settle(runtime);
    assert.equal(await text(process.stdout), "last words\n");
  });

  it("closes the pipe of an output that is cancelled", async () => {
    await using process = await sh("trap '' PIPE; while echo x; do :; done 2>&-; exit 7");
    await process.stdout.cancel();
    assert.equal((await process.status).code, 7);
  });
}

function describeStatus(runtime: Runtime, sh: Shell): void {
  it("tells the exit code", async () => {
    await using process = await sh("exit 3");
    assert.deepEqual(await process.status, { success: false, code: 3, signal: null });
  });

  it("tells the process id, of a process that is there", async () => {
    await using process = await sh("echo $$");
    assert.equal(await text(process.stdout), `${process.pid}\n`);
  });

  it("is ended by kill(), by default with SIGTERM", async () => {
    await using process = await runtime.spawn("sleep", { args: ["600"] });
    process.kill();
    assert.deepEqual(await process.status, { success: false, code: 143, signal: "SIGTERM" });
  });

  const onDenoByNode = "Deno" in globalThis && runtime.name === "node";
  for (const signal of ["SIGINT", "SIGHUP", "SIGUSR1", "SIGUSR2"] as const) {
    it(`is sent ${signal} by kill("${signal}")`, async () => {
      const name = signal.slice(3);
      await using process = await sh(
        `trap 'echo caught; exit 5' ${name}; echo ready; while :; do sleep 0.01; done`,
      );
      const reader = process.stdout.getReader();
      await reader.read();
      process.kill(signal);
      assert.deepEqual((await reader.read()).value, bytes("caught\n"));
      const { code } = await process.status;
      // Deno's node:child_process tells every process that was sent a signal as ended by it.
      if (!onDenoByNode) assert.equal(code, 5);
    });
  }

  it("does not mind kill() after the end", async () => {
    const process = await runtime.spawn("true");
    await process.status;
    process.kill();
    process.kill("SIGKILL");
    await process[Symbol.asyncDispose]();
    await process[Symbol.asyncDispose]();
  });

  it("does not mind kill() at the time of the end", async () => {
    for (let round = 0; round < 20; round++) {
      const process = await runtime.spawn("true");
      process.kill();
      process.kill("SIGKILL");
      await process.status;
      process.kill();
      await process[Symbol.asyncDispose]();
    }
  });

  it("is killed and waited for when it is disposed, though its output is held", async () => {
    const process = await sh("trap '' TERM; echo ready; while :; do sleep 0.01; done");
    const reader = process.stdout.getReader();
    await reader.read();
    const read = reader.read();
    await process[Symbol.asyncDispose]();
    assert.deepEqual(await process.status, KILLED);
    assert.deepEqual(await read, { done: true, value: undefined });
  });

  it("ends its outputs when it is disposed, though another process holds the pipe", async () => {
    const process = await sh("sleep 600 & echo $!; exec sleep 600");
    const reader = process.stdout.getReader();
    const heir = new TextDecoder().decode((await reader.read()).value).trim();
    const read = reader.read();
    await process[Symbol.asyncDispose]();
    assert.deepEqual(await read, { done: true, value: undefined });
    await using killer = await runtime.spawn("kill", { args: ["-KILL", heir] });
    assert.deepEqual(await killer.status, SUCCESS);
  });

  it("leaves no zombie", async () => {
    await using process = await runtime.spawn("true");
    await process.status;
    await using probe = await sh(`ps -o stat= -p ${process.pid} || echo gone`);
    assert.equal(await text(probe.stdout), "gone\n");
  });
}

function describeAbort(sh: Shell): void {
  it("kills the process when the signal aborts", async () => {
    const counting = new CountingSignal();
    await using process = await sh("trap '' TERM; echo ready; while :; do sleep 0.01; done", {
      signal: counting.signal,
    });
    await process.stdout.getReader().read();
    counting.abort(new Error("enough"));
    assert.deepEqual(await process.status, KILLED);
    assert.equal(counting.listeners, 0);
  });

  it("kills the process of an abort right after the call", async () => {
    const controller = new AbortController();
    const reason = new Error("never mind");
    const spawning = sh("exec sleep 600", { signal: controller.signal });
    controller.abort(reason);
    // Either it had started, or it rejects; there is no process in the end.
    const process = await spawning.catch((error) => {
      assert.equal(error, reason);
      return undefined;
    });
    if (process !== undefined) assert.deepEqual(await process.status, KILLED);
    await process?.[Symbol.asyncDispose]();
  });

  it("starts nothing where the signal is aborted already", async () => {
    const reason = new Error("never mind");
    await assert.rejects(sh("exit", { signal: AbortSignal.abort(reason) }), (e) => e === reason);
  });

  it("leaves nothing on the signal when the process has ended", async () => {
    const counting = new CountingSignal();
    await using process = await sh("exit", { signal: counting.signal });
    await process.status;
    await Promise.resolve();
    assert.equal(counting.listeners, 0);
  });
}

function describeFailures(runtime: Runtime): void {
  it("tells a program that is missing on PATH", async () => {
    await assert.rejects(runtime.spawn("torcon-no-such-program"), (error) => {
      assert.ok(error instanceof ExecutableNotFoundError);
      assert.equal(error.command, "torcon-no-such-program");
      assert.ok(error.cause instanceof Error);
      assert.equal(
        error.message,
        "Cannot run torcon-no-such-program: there is no such program",
      );
      return true;
    });
  });

  it("tells a program that is missing at its path", async () => {
    await inTempDirectory(runtime, async (directory) => {
      const missing = runtime.spawn(`${directory}/missing`, { cwd: directory });
      await assert.rejects(missing, ExecutableNotFoundError);
    });
  });

  it("tells a working directory that is missing", async () => {
    await inTempDirectory(runtime, async (directory) => {
      const cwd = `${directory}/missing`;
      await assert.rejects(runtime.spawn("true", { cwd }), (error) => {
        assert.ok(error instanceof PathNotFoundError);
        assert.equal(error.path, cwd);
        return true;
      });
    });
  });

  it("tells a file that is not executable", async () => {
    await inTempDirectory(runtime, async (directory) => {
      const path = `${directory}/file`;
      await runtime.writeFile(path, bytes("#!/bin/sh\n"));
      await assert.rejects(runtime.spawn(path), (error) => {
        assert.ok(error instanceof PermissionError);
        assert.ok(error.cause instanceof Error);
        return true;
      });
    });
  });
}
