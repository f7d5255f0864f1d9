import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { PathNotFoundError, PermissionError } from "../../lib/errors/mod.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import { findLocalProcess } from "../../lib/state/local_process.ts";
import { ScriptedState } from "./_scripted_state.ts";

const HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid";
const row = (end: string, inode: number) =>
  `   0: ${end} 0100007F:235A 01 00000000:00000000 00:00000000 00000000  1000        0 ${inode} 1`;

/** A Linux whose files are these; a directory is where files are below. */
function linux(files: Readonly<Record<string, string | Error>>) {
  return {
    platform: "linux" as const,
    readFile: (path: string) => {
      const text = files[path] ?? new PathNotFoundError("none", path);
      return typeof text === "string"
        ? Promise.resolve(new TextEncoder().encode(text))
        : Promise.reject(text);
    },
    readDirectory: (path: string) =>
      Promise.resolve([
        ...new Set(
          Object.keys(files).filter((file) => file.startsWith(`${path}/`))
            .map((file) => file.slice(path.length + 1).split("/")[0]!),
        ),
      ]),
    stat: (path: string) =>
      Promise.resolve({
        kind: path.endsWith("/fd/7") ? "other" as const : "file" as const,
        mode: 0o600,
        size: 0,
        uid: 0,
      }),
  };
}

const FILES = {
  "/proc/net/tcp": `${HEAD}\n${row("0100007F:88D8", 4242)}\n${row("0100007F:88D9", 99)}\n`,
  "/proc/net/tcp6": `${HEAD}\n${row("B80D0120000000000000000001000000:0050", 77)}\n` +
    `${row("0000000000000000FFFF00000A00007F:0051", 78)}\n`,
  "/proc/12/comm": "other\n",
  // A file on a disk with the same number.
  "/proc/12/fdinfo/3": "pos:\t0\nflags:\t02\nmnt_id:\t9\nino:\t4242\n",
  "/proc/34/comm": "curl\n",
  "/proc/34/fdinfo/7": "pos:\t0\nflags:\t02\nmnt_id:\t9\nino:\t4242\n",
  "/proc/56/comm": "wget\n",
  "/proc/56/fdinfo/7": "pos:\t0\nino:\t77\n",
  "/proc/78/fdinfo/7": "ino:\t78\n",
  "/proc/self/fdinfo/7": "ino:\t4242\n",
};

describe("the process that opened a stream", () => {
  it("is the one that has the socket of that address", async () => {
    const runtime = linux(FILES);
    const find = (address: string, port: number) => findLocalProcess(runtime, { address, port });
    assert.deepEqual(await find("127.0.0.1", 35032), { pid: 34, name: "curl" });
    assert.deepEqual(await find("2001:db8::1", 80), { pid: 56, name: "wget" });
    assert.deepEqual(await find("127.0.0.10", 81), { pid: 78, name: undefined });
    assert.equal(await find("127.0.0.1", 35033), undefined, "a socket of nobody that may be seen");
    assert.equal(await find("127.0.0.1", 1), undefined);
    assert.equal(await find("/run/tor/socks", 1), undefined);
  });

  it("is not told where the platform cannot, or does not permit to look", async () => {
    const source = { address: "127.0.0.1", port: 35032 };
    assert.equal(
      await findLocalProcess({ ...linux(FILES), platform: "darwin" }, source),
      undefined,
    );
    const denied = linux({ ...FILES, "/proc/34/fdinfo/7": new PermissionError("no") });
    assert.equal(await findLocalProcess(denied, source), undefined);
    const signal = AbortSignal.abort(new Error("enough"));
    await assert.rejects(findLocalProcess(linux(FILES), source, { signal }), /enough/);
  });

  it("is this one, for a connection of its own", async () => {
    const runtime = await detectRuntime();
    if (!canLook()) {
      const nobody = { address: "127.0.0.1", port: 35032 };
      assert.equal(await findLocalProcess(runtime, nobody), undefined);
      return;
    }
    await using scripted = await ScriptedState.open();
    await using listener = await runtime.listen({ hostname: "127.0.0.1", port: 0 });
    await using conn = await runtime.connect(listener.address);
    const { hostname, port } = conn.localAddress as { hostname: string; port: number };
    await scripted.send(`STREAM 9 NEW 0 a.example:80 SOURCE_ADDR=${hostname}:${port}`);
    await scripted.state.streams.get(9)!.findProcess().then((found) =>
      assert.equal(found?.pid, runtime.pid)
    );
    await scripted.send("STREAM 10 NEW 0 a.example:80 SOURCE_ADDR=/run/tor/socks");
    assert.equal(await scripted.state.streams.get(10)!.findProcess(), undefined);
  });
});

/** Whether the platform, and the permissions of the test, let the test see what it looks for. */
function canLook(): boolean {
  try {
    return /^ino:/m.test(readFileSync("/proc/self/fdinfo/0", "utf8"));
  } catch {
    return false;
  }
}
