import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TimeoutError } from "../../lib/errors/mod.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import type { Process, Runtime, SpawnOptions } from "../../lib/runtime/types.ts";
import { PrivateNetwork, type PrivateNetworkOptions } from "../../lib/testing/mod.ts";
import { isAlive } from "./_processes.ts";

/** What a start that fails has made and left: a runtime that keeps account of it. */
async function startAndFail(
  options: PrivateNetworkOptions,
  expected: object,
): Promise<void> {
  const real = await detectRuntime();
  const directories: string[] = [];
  const processes: Process[] = [];
  const runtime: Runtime = Object.create(real, {
    makeTempDirectory: {
      value: async (prefix: string) => {
        const directory = await real.makeTempDirectory(prefix);
        directories.push(directory);
        return directory;
      },
    },
    spawn: {
      value: async (command: string, spawnOptions: SpawnOptions) => {
        const process = await real.spawn(command, spawnOptions);
        processes.push(process);
        return process;
      },
    },
  });
  await assert.rejects(PrivateNetwork.start({ ...options, runtime }), expected);
  for (const directory of directories) assert.equal(await real.stat(directory), undefined);
  for (const { pid } of processes) assert.equal(isAlive(pid), false);
}

describe("a private network that does not start", () => {
  it("tells which programs are missing", async () => {
    const torBinary = "no-such-tor";
    await startAndFail({ torBinary }, { name: "TorNotFoundError", searched: [torBinary] });
    const torGencertBinary = "no-such-gencert";
    await startAndFail({ torGencertBinary }, {
      name: "ExecutableNotFoundError",
      command: torGencertBinary,
    });
  });

  it(
    "tells the log of the relay that ended, and ends the others",
    { timeout: 60_000 },
    async () => {
      const relayTorrc = "NoSuchOption 1";
      await startAndFail({ authorities: 1, relays: 1, relayTorrc }, {
        name: "TorStartError",
        message:
          /^The tor process (authority|relay)1 ended \(code 1\)[^]*Unknown option 'NoSuchOption'/,
      });
    },
  );

  it("tells the log of a client that ended", { timeout: 60_000 }, async () => {
    await startAndFail({ authorities: 1, relays: 1, clientTorrc: "NoSuchOption 1" }, {
      name: "TorStartError",
      nickname: "client1",
      message: /Unknown option 'NoSuchOption'/,
    });
  });

  it("tells the log of a relay when the time is over", { timeout: 60_000 }, async () => {
    const abort = new AbortController();
    await startAndFail({
      authorities: 1,
      relays: 1,
      signal: abort.signal,
      // Just when there is something to tell of, however fast the machine is.
      onProgress: ({ phase }) =>
        phase === "consensus" && abort.abort(new TimeoutError("Too late", 1)),
    }, {
      name: "TorStartError",
      message: /was given up before its consensus listed all relays[^]*Opened Control listener/,
    });
  });

  it("is given up by a signal", { timeout: 60_000 }, async () => {
    const reason = new Error("enough");
    const abort = new AbortController();
    await startAndFail({
      signal: abort.signal,
      onProgress: ({ phase }) => phase === "consensus" && abort.abort(reason),
    }, reason);
    await startAndFail({ signal: AbortSignal.abort(reason) }, reason);
  });

  it("does not take longer than it may", async () => {
    await startAndFail({ timeout: 1 }, {
      name: "TimeoutError",
      message: /^The private network was not ready \(\w+\) within 1 ms$/,
      milliseconds: 1,
    });
  });

  for (
    const options of [
      ...[{ authorities: 0 }, { relays: 0 }, { clients: -1 }, { relays: 1.5 }, { relays: 300 }],
      ...[{ exclusivePorts: [1] }, { exclusivePorts: [1, 1, 2] }],
    ]
  ) {
    it(`refuses ${JSON.stringify(options)}`, () => startAndFail(options, { name: "RangeError" }));
  }

  it("refuses DNS records that make no sense", async () => {
    await startAndFail({ dns: { "www.example": "nowhere" } }, { name: "TypeError" });
  });
});
