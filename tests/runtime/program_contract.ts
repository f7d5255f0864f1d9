import { describe, it } from "node:test";
import assert from "node:assert/strict";
import process from "node:process";
import type { Runtime } from "../../lib/runtime/types.ts";

/** What every adapter must tell of the program that it runs in. */
export function programContract(runtime: Runtime): void {
  describe("the program", () => {
    it("is told by platform, process id and user id", () => {
      assert.equal(runtime.platform, process.platform);
      assert.equal(runtime.pid, process.pid);
      assert.equal(runtime.uid, process.getuid?.());
    });

    it("reads the environment", () => {
      assert.equal(runtime.env("PATH"), process.env["PATH"]);
      assert.equal(runtime.env("TORCON_NOT_SET"), undefined);
    });
  });

  describe("onInterrupt()", () => {
    /** Sends this process a signal and waits for what comes of it. */
    const raise = async <T>(signal: string, interrupted: Promise<T>): Promise<T> => {
      await using kill = await runtime.spawn("kill", { args: [`-${signal}`, `${runtime.pid}`] });
      await kill.status;
      // To wait for a signal does not keep a program alive.
      const alive = setInterval(() => {}, 1000);
      try {
        return await interrupted;
      } finally {
        clearInterval(alive);
      }
    };

    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      // `deno test` ends the run at SIGINT by itself: tests/deno/ tries it in a process of its own.
      const skip = signal === "SIGINT" && "Deno" in globalThis;
      it(`tells of ${signal}`, { skip }, async () => {
        let stop = (): void => {};
        const interrupted = new Promise((resolve) => {
          stop = runtime.onInterrupt(resolve);
        });
        assert.equal(await raise(signal.slice(3), interrupted), signal);
        stop();
      });
    }

    it("calls a handler no more after it was taken back", async () => {
      let calls = 0;
      const stopFirst = runtime.onInterrupt(() => calls++);
      let stopSecond = (): void => {};
      const interrupted = new Promise((resolve) => {
        stopSecond = runtime.onInterrupt(resolve);
      });
      stopFirst();
      stopFirst();
      await raise("HUP", interrupted);
      stopSecond();
      assert.equal(calls, 0);
    });
  });

  describe("endBySignal()", () => {
    /** How a program of its own ends that is told to end by a signal. */
    const endOf = async (signal: string, listener = "none") => {
      const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
      const { pathname } = new URL(`./_ended_by_signal.${extension}`, import.meta.url);
      const own = "Deno" in globalThis ? ["run", "-A", "--no-check", pathname] : [pathname];
      await using program = await runtime.spawn(process.execPath, {
        args: [...own, signal, listener],
        stdin: new TextEncoder().encode("end\n"),
      });
      const { code, signal: by } = await program.status;
      return by ?? code;
    };

    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      it(`ends the program by ${signal}`, async () => assert.equal(await endOf(signal), signal));
    }

    it("does nothing while something of ours listens", async () => {
      assert.equal(await endOf("SIGINT", "listening"), 5);
    });

    it("lets another listener of the program decide", async () => {
      assert.equal(await endOf("SIGTERM", "handled"), 7);
    });
  });
}
