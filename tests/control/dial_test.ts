import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ControlConnection } from "../../lib/control/connection.ts";
import { ConnectError, TimeoutError } from "../../lib/errors/mod.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import type { Address } from "../../lib/runtime/types.ts";
import { ScriptedControlPort } from "../../lib/testing/mod.ts";
import { formatAddress, parseAddress } from "../../lib/util/address.ts";
import { startRawServer, startReplyingServer, startSilentServer } from "../_support/raw_server.ts";

const runtime = await detectRuntime();
const connect = (control: Address | readonly Address[], timeout = 20_000) =>
  ControlConnection.connect({ control, runtime, timeout });

describe("ControlConnection.connect", () => {
  it("is ready after at most four round trips, by SAFECOOKIE", async () => {
    await using port = await ScriptedControlPort.start({
      authentication: { methods: ["SAFECOOKIE"] },
    });
    await using control = await connect(port.address);
    const keywords = port.received.map(({ keyword }) => keyword);
    assert.deepEqual(keywords, ["PROTOCOLINFO", "AUTHCHALLENGE", "AUTHENTICATE", "GETINFO"]);
    assert.ok(control.connected);
  });

  it("takes an address as text and in its parts", async () => {
    await using tcp = await ScriptedControlPort.start();
    const parsed = parseAddress(tcp.address);
    for (const address of [tcp.address, parsed]) {
      await using control = await connect(address);
      assert.deepEqual(control.address, parsed);
    }
  });

  it("tries several addresses in order, and takes the first that works", async () => {
    await using refused = await startReplyingServer("HTTP/1.1 400 Bad Request\r\n\r\n");
    await using port = await ScriptedControlPort.start();
    await using control = await connect([
      "unix:/nonexistent/control",
      refused.address,
      port.address,
    ]);
    assert.equal(formatAddress(control.address), port.address);
  });

  it("tells all failures together", async () => {
    await using http = await startReplyingServer("HTTP/1.1 400 Bad Request\r\n\r\n");
    await using closed = await startReplyingServer("");
    const control = ["unix:/nonexistent/control", http.address, closed.address];
    await assert.rejects(connect(control), (error) => {
      assert.ok(error instanceof ConnectError);
      const [unix, foreign, ended] = error.attempts;
      assert.equal((unix!.error as Error).name, "PathNotFoundError");
      assert.equal((foreign!.error as Error).name, "ProtocolError");
      assert.equal((ended!.error as Error).name, "DisconnectedError");
      assert.deepEqual(error.attempts.map(({ address }) => address), control.map(formatAddress));
      for (const { address, error: each } of error.attempts) {
        assert.ok(error.message.includes(`${address}: ${(each as Error).message}`));
      }
      return true;
    });
  });

  it("throws a single address's own error", async () => {
    await assert.rejects(connect("unix:/nonexistent/control"), { name: "PathNotFoundError" });
    const gone = await startSilentServer();
    await gone[Symbol.asyncDispose]();
    await assert.rejects(connect(gone.address), { name: "ConnectionRefusedError" });
  });

  it("refuses addresses that are none", async () => {
    await assert.rejects(connect([]), TypeError);
    await assert.rejects(connect("9051"), TypeError);
  });

  const FOREIGN: [string, string | Uint8Array, RegExp][] = [
    [
      "Tor's own SOCKS port",
      "HTTP/1.0 501 Tor is not an HTTP Proxy\r\nContent-Type: text/html\r\n\r\n",
      /Tor's SOCKS port/,
    ],
    ["an HTTP server", "HTTP/1.1 400 Bad Request\r\n\r\n", /HTTP server.*400 Bad Request/],
    ["a SOCKS5 server", Uint8Array.of(5, 255), /SOCKS port.*05FF/],
    ["a SOCKS4 server", Uint8Array.of(0, 91, 0, 0, 0, 0, 0, 0), /SOCKS port.*005B/],
    ["an SSH server", "SSH-2.0-OpenSSH_9.2\r\n", /SSH server/],
  ];
  for (const [name, reply, message] of FOREIGN) {
    it(`names ${name}`, async () => {
      await using server = await startReplyingServer(reply);
      await assert.rejects(connect(server.address), { name: "ProtocolError", message });
    });
  }

  it("tells that a server hung up without a word", async () => {
    await using server = await startReplyingServer("");
    await assert.rejects(connect(server.address), {
      name: "DisconnectedError",
      message: "Tor closed the control connection in the midst of a command",
    });
  });

  it("gives up a server that accepts and says nothing, and closes the connection", async () => {
    let gone = () => {};
    const left = new Promise<void>((resolve) => gone = resolve);
    await using server = await startRawServer(async (conn) => {
      for (const reader = conn.readable.getReader();;) {
        if ((await reader.read()).done) return gone();
      }
    });
    await assert.rejects(connect(server.address, 50), (error) => {
      assert.ok(error instanceof TimeoutError);
      assert.match(error.message, /accepted the connection but did not answer within 50 ms/);
      return true;
    });
    await left;
  });

  it("gives up when the signal aborts, with its reason, and closes the connection", async () => {
    let accepted = () => {};
    const arrived = new Promise<void>((resolve) => accepted = resolve);
    let gone = () => {};
    const left = new Promise<void>((resolve) => gone = resolve);
    await using server = await startRawServer(async (conn) => {
      const reader = conn.readable.getReader();
      await reader.read();
      accepted();
      while (!(await reader.read()).done);
      gone();
    });
    const controller = new AbortController();
    const { signal } = controller;
    const wait = assert.rejects(
      ControlConnection.connect({ control: server.address, runtime, signal }),
      new Error("enough"),
    );
    await arrived;
    controller.abort(new Error("enough"));
    await wait;
    await left;
    await assert.rejects(
      ControlConnection.connect({ control: server.address, runtime, signal }),
      new Error("enough"),
    );
  });
});
