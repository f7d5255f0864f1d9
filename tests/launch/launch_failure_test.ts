import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { LaunchError, TimeoutError, TorNotFoundError } from "../../lib/errors/mod.ts";
import type { BootstrapWarning } from "../../lib/launch/bootstrap.ts";
import { launchTor } from "../../lib/launch/launch_tor.ts";
import type { LaunchOptions } from "../../lib/launch/launch_options.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import { temporaryIn } from "../_support/temporary_in.ts";
import { isAlive } from "../testing/_processes.ts";
import { fakeTor, launchOffline, withDirectory } from "./_support.ts";

/** A network in which nobody is there. */
const UNREACHABLE = {
  DisableNetwork: 0,
  TestingTorNetwork: 1,
  DirAuthority: `x orport=1 v3ident=${"A".repeat(40)} 127.0.0.1:1 ${"B".repeat(40)}`,
};

/**
 * Runs `body` and checks that it leaves no file: in a temporary directory of its own, since other
 * programs launch Tors at the same time.
 */
async function leavingNothing<T>(body: () => Promise<T>): Promise<T> {
  return await withDirectory(async (directory) => {
    const runtime = await detectRuntime();
    using _temporary = temporaryIn(directory);
    const result = await body();
    assert.deepEqual(await runtime.readDirectory(directory), []);
    return result;
  });
}

/** The error of a launch that must fail, and leave nothing. */
function failureOf(options: LaunchOptions): Promise<LaunchError> {
  return leavingNothing(async () => {
    const error = await launchOffline(options).then((tor) => tor.quit(), (error) => error);
    assert.ok(error instanceof LaunchError, String(error));
    return error;
  });
}

describe("a launch that fails", () => {
  it("tells of a bad torrc", async () => {
    const error = await failureOf({ torrc: { NoSuchOption: 1 } });
    assert.equal(error.exitCode, 1);
    assert.match(
      error.message,
      /^Cannot launch Tor: it ended \(code 1\) before its ports were open; its log ends:\n/,
    );
    assert.match(error.log.at(-2)!, /Unknown option 'NoSuchOption'/);
  });

  it("shows no password", async () => {
    const error = await failureOf({
      torrc: { HTTPSProxyAuthenticator: "user:swordfish", Nickname: "user:swordfish" },
    });
    assert.match(error.log.join("\n"), /\[secret\]/);
    assert.ok(!`${error.message}${error.stack}`.includes("swordfish"));
  });

  it("tells of a program that is missing", async () => {
    const error = await launchOffline({ torBinary: "/nonexistent/tor" }).catch((error) => error);
    assert.ok(error instanceof TorNotFoundError);
    assert.deepEqual(error.searched, ["/nonexistent/tor"]);
    assert.match(error.message, /^Cannot find tor \(looked for \/nonexistent\/tor\): /);
  });

  it("tells of a program that cannot be run", async () => {
    await withDirectory(async (directory) => {
      const runtime = await detectRuntime();
      const torBinary = `${directory}/tor`;
      await runtime.writeFile(torBinary, new Uint8Array([1, 2, 3]));
      const error = await failureOf({ torBinary });
      assert.equal((error.cause as Error).name, "PermissionError");
      const other = await failureOf({ torBinary: directory });
      assert.match(other.message, /^Cannot launch Tor: Cannot run /);
    });
  });

  it("tells of a program that is no tor", async () => {
    await withDirectory(async (directory) => {
      const torBinary = await fakeTor(directory, "echo no tor; echo at all >&2; exit 7");
      const error = await failureOf({ torBinary });
      assert.equal(error.exitCode, 7);
      assert.deepEqual([...error.log].sort(), ["at all", "no tor"]);
    });
  });

  it("tells of a Tor that a signal ends", async () => {
    await withDirectory(async (directory) => {
      const torBinary = await fakeTor(directory, "kill -s SEGV $$; sleep 60");
      const error = await failureOf({ torBinary });
      assert.equal(error.signal, "SIGSEGV");
      assert.equal(error.exitCode, undefined);
    });
  });

  it("gives up a Tor that hangs, and one that does not even heed SIGTERM", async () => {
    await withDirectory(async (directory) => {
      const runtime = await detectRuntime();
      const script = `trap "" TERM; echo $$ > ${directory}/pid; echo hangs; ` +
        "while :; do sleep 1; done";
      const torBinary = await fakeTor(directory, script);
      const error = await failureOf({ torBinary, timeout: 1000 });
      assert.ok(error.cause instanceof TimeoutError);
      assert.match(
        error.message,
        /^Cannot launch Tor: it took more than 1000 ms, and was ended before its ports were open; its log ends:\nhangs$/,
      );
      const pid = new TextDecoder().decode(await runtime.readFile(`${directory}/pid`));
      assert.equal(isAlive(Number(pid)), false);
    });
  });

  it("gives up a Tor that is stopped before it says a word", async () => {
    await withDirectory(async (directory) => {
      const runtime = await detectRuntime();
      const torBinary = await fakeTor(directory, `echo $$ > ${directory}/pid; kill -s STOP $$`);
      const error = await failureOf({ torBinary, timeout: 1000 });
      assert.ok(error.cause instanceof TimeoutError);
      assert.deepEqual(error.log, []);
      const pid = new TextDecoder().decode(await runtime.readFile(`${directory}/pid`));
      assert.equal(isAlive(Number(pid)), false);
    });
  });

  for (const signal of ["STOP", "KILL"]) {
    it(`tells of a Tor that SIG${signal} reaches on its way into the network`, async () => {
      await withDirectory(async (dataDirectory) => {
        const ids = new Set<number>();
        const error = await failureOf({
          torrc: UNREACHABLE,
          dataDirectory,
          timeout: signal === "STOP" ? 3000 : 30_000,
          onProgress: () => {
            if (ids.size > 0) return;
            const pid = Number(readFileSync(`${dataDirectory}/pid`, "utf8"));
            ids.add(pid);
            spawnSync("kill", ["-s", signal, String(pid)]);
          },
        });
        assert.match(error.log.join("\n"), /Opened Control listener/);
        assert.match(error.message, /before it had bootstrapped; its log ends:\n/);
        if (signal === "STOP") assert.ok(error.cause instanceof TimeoutError);
        else assert.equal(error.signal, "SIGKILL");
        assert.deepEqual([...ids].map(isAlive), [false]);
      });
    });
  }

  it("tells of what hinders a Tor, with the reason", async () => {
    const warned = new AbortController();
    const warnings: BootstrapWarning[] = [];
    const error = await failureOf({
      torrc: UNREACHABLE,
      signal: warned.signal,
      onProgress: ({ warning }) => {
        if (warning === undefined) return;
        warnings.push(warning);
        warned.abort(new Error(warning.message));
      },
    });
    const [warning] = warnings;
    assert.equal(error.cause, warned.signal.reason);
    assert.equal(warning?.reason, "CONNECTREFUSED");
    assert.equal(warning.message, "Connection refused");
    assert.match(warning.hostAddress!, /^127\.0\.0\.1:1$/);
    assert.ok(warning.count! >= 1);
  });

  it("gives up a Tor that does not come into its network, and tells how far it came", async () => {
    const error = await failureOf({ torrc: UNREACHABLE, timeout: 2000 });
    assert.ok(error.cause instanceof TimeoutError);
    assert.match(error.message, /before it had bootstrapped/);
  });

  it("is aborted, at once where the signal is already", async () => {
    const reason = new Error("enough");
    const early = await failureOf({ signal: AbortSignal.abort(reason) });
    assert.equal(early.cause, reason);
    assert.deepEqual(early.log, []);

    const controller = new AbortController();
    const error = await failureOf({
      signal: controller.signal,
      stdout: () => controller.abort(reason),
    });
    assert.equal(error.cause, reason);
    assert.match(error.message, /^Cannot launch Tor: it was aborted before /);
    assert.ok(error.log.length > 0);
  });

  const refused: [string, LaunchOptions][] = [
    ["an option of its own", { torrc: { DataDirectory: "/x" } }],
    ["an option of its own in any case", { torrc: "runasdaemon 1" }],
    ["an address that is none", { control: "9051" }],
    ["SOCKS ports in nonAnonymousMode", { nonAnonymousMode: true, socks: ["127.0.0.1:0"] }],
    ["progress without a control port", { control: 0, onProgress: () => {} }],
    ["a user with a line break", { user: "a\nb" }],
  ];
  for (const [what, options] of refused) {
    it(`refuses ${what}, and starts nothing`, async () => {
      const runtime = await detectRuntime();
      await leavingNothing(async () => {
        const launching = launchTor(runtime, { torBinary: "/nonexistent", ...options });
        await assert.rejects(launching, TypeError);
      });
    });
  }
});
