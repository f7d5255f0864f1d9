import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { encodeText } from "../../lib/codec/text.ts";
import { SocksDisconnectedError, SocksError, TimeoutError } from "../../lib/errors/mod.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import type { Conn } from "../../lib/runtime/types.ts";
import type { SocksOptions } from "../../lib/socks/negotiate.ts";
import { socksConnect } from "../../lib/socks/socks_connect.ts";
import { socksResolve, socksResolvePtr } from "../../lib/socks/socks_resolve.ts";
import {
  ScriptedSocksServer,
  type SocksScript,
  type SocksTurn,
  SUCCESS,
} from "../_support/scripted_socks_server.ts";

const runtime = await detectRuntime();
const TARGET = { hostname: "a.example", port: 80 };

/** Connects through a server to `TARGET`. */
async function dial(server: ScriptedSocksServer, options?: SocksOptions): Promise<Conn> {
  return await socksConnect(await runtime.connect(server.address), TARGET, options);
}

async function write(conn: Conn, text: string): Promise<void> {
  const writer = conn.writable.getWriter();
  await writer.write(encodeText(text));
  writer.releaseLock();
}

/** The same connection as one of a stranger's making, which has nothing but its streams. */
function withoutWire(conn: Conn): Conn {
  return {
    readable: conn.readable,
    writable: conn.writable,
    closed: conn.closed,
    localAddress: conn.localAddress,
    remoteAddress: conn.remoteAddress,
    close: () => conn.close(),
    [Symbol.asyncDispose]: () => conn.close(),
  };
}

/** Reads until `count` bytes have come, or to the end. */
async function read(conn: Conn, count: number = Infinity): Promise<string> {
  const reader = conn.readable.getReader();
  let text = "";
  while (text.length < count) {
    const { done, value } = await reader.read();
    if (done) break;
    text += new TextDecoder().decode(value);
  }
  reader.releaseLock();
  return text;
}

describe("socksConnect", () => {
  for (const chunkSize of [Infinity, 1]) {
    it(`connects, in pieces of ${chunkSize} bytes`, async () => {
      await using server = await ScriptedSocksServer.start({ chunkSize });
      await using conn = await dial(server);
      await write(conn, "hello");
      assert.equal(await read(conn, 5), "hello");
      await conn.writable.close();
      assert.equal(await read(conn), "");
      await conn.closed;
      const { methods, command, host, port } = server.requests[0]!;
      assert.deepEqual({ methods, command, host, port }, {
        methods: [0],
        command: 1,
        host: "a.example",
        port: 80,
      });
      await server.clientsGone;
    });

    it(`sends credentials, in pieces of ${chunkSize} bytes`, async () => {
      await using server = await ScriptedSocksServer.start({ chunkSize });
      await using _login = await dial(server, { username: "me", password: "hidden" });
      await using _token = await dial(server, { isolation: "token" });
      const seen = server.requests.map(({ methods, username, password }) => [
        methods,
        username,
        password,
      ]);
      assert.deepEqual(seen, [[[2], "me", "hidden"], [[2], "<torS0X>0", "token"]]);
    });
  }

  it("sends IP addresses as such, and names in punycode", async () => {
    await using server = await ScriptedSocksServer.start();
    const remotes: unknown[] = [];
    for (const hostname of ["192.0.2.7", "[2001:DB8::1]", "bücher.example"]) {
      const conn = await runtime.connect(server.address);
      await using socks = await socksConnect(conn, { hostname, port: 65535 });
      remotes.push(socks.remoteAddress);
      assert.deepEqual(socks.localAddress, conn.localAddress);
    }
    assert.deepEqual(server.requests.map(({ type, host, port }) => [type, host, port]), [
      [1, "192.0.2.7", 65535],
      [4, "2001:db8::1", 65535],
      [3, "xn--bcher-kva.example", 65535],
    ]);
    assert.deepEqual(remotes, [
      { hostname: "192.0.2.7", port: 65535 },
      { hostname: "2001:db8::1", port: 65535 },
      { hostname: "xn--bcher-kva.example", port: 65535 },
    ]);
  });

  describe("gives what came with the reply", () => {
    const data = encodeText("220 ready\r\n");

    it("before what comes later", async () => {
      await using server = await ScriptedSocksServer.start({ data });
      await using conn = await dial(server);
      await write(conn, "hello");
      await conn.writable.close();
      assert.equal(await read(conn), "220 ready\r\nhello");
      await conn.closed;
    });

    it("in a stream that was never read", async () => {
      for (const wrap of [(conn: Conn) => conn, withoutWire]) {
        await using server = await ScriptedSocksServer.start({ data, then: "close" });
        await using conn = await socksConnect(
          wrap(await runtime.connect(server.address)),
          TARGET,
        );
        assert.equal(await new Response(conn.readable).text(), "220 ready\r\n");
      }
    });

    it("even where the server hangs up with it", async () => {
      await using server = await ScriptedSocksServer.start({ data, then: "close" });
      await using conn = await dial(server);
      assert.equal(await read(conn), "220 ready\r\n");
    });

    it("even where the connection was closed meanwhile", async () => {
      await using server = await ScriptedSocksServer.start({ data });
      const conn = await dial(server);
      await conn.close();
      assert.equal(await read(conn), "220 ready\r\n");
      await server.clientsGone;
    });

    it("and ends a read that waits when it is closed", async () => {
      await using server = await ScriptedSocksServer.start({ data });
      const conn = await dial(server);
      assert.equal(await read(conn, data.length), "220 ready\r\n");
      const reading = read(conn);
      await conn.close();
      assert.equal(await reading, "");
      await conn.close();
    });

    it("and frees the connection when it is cancelled and half-closed", async () => {
      await using server = await ScriptedSocksServer.start({ data });
      const conn = await dial(server);
      await conn.readable.cancel();
      await conn.writable.close();
      await conn.closed;
      await server.clientsGone;
    });
  });

  describe("closes the connection and tells", () => {
    const HTTP = encodeText("HTTP/1.1 400 Bad Request\r\n\r\n");
    const ENDED = "SocksDisconnectedError";
    const LOGIN: SocksOptions = { username: "me", password: "hidden" };
    const FAILURES: [string, SocksScript, string, RegExp, SocksOptions?][] = [
      ["a refusal", { reply: [5, 5, 0, 1, 0, 0, 0, 0, 0, 0] }, "SocksConnectionRefusedError", /05/],
      ["a refusal without address", { reply: [5, 4] }, "SocksHostUnreachableError", /04/],
      ["an unknown code", { reply: [5, 77] }, "SocksError", /unknown reply code \(4D\)/],
      ["a foreign method", { method: [5, 2] }, "SocksNoAcceptableMethodError", /asks for auth/],
      ["no method", { method: [5, 255] }, "SocksNoAcceptableMethodError", /\(FF\)/, LOGIN],
      ["a wrong password", { authentication: [1, 1] }, "SocksAuthenticationError", /01/, LOGIN],
      ["an HTTP server", { method: HTTP }, "SocksProtocolError", /an HTTP server answers here/],
      ["garbage", { reply: [9, 9, 9] }, "SocksProtocolError", /its reply is not SOCKS5/],
      [
        "a server that greets first",
        {
          first: encodeText("SSH-2.0-OpenSSH_9.2\r\n"),
        },
        "SocksProtocolError",
        /an SSH server answers here/,
      ],
      ["a server that ends at once", { first: "close" }, ENDED, /before it answered/],
      ["an end before the method", { method: "close" }, ENDED, /before it answered/],
      ["an end after the password", { authentication: "close" }, ENDED, /instead of/, LOGIN],
      ["an end before the reply", { reply: "close" }, ENDED, /without a reply/],
      ["a reset before the method", { method: "reset" }, ENDED, /closed the connection/],
      ["a reset after the password", { authentication: "reset" }, ENDED, /closed the/, LOGIN],
      ["a reset before the reply", { reply: "reset" }, ENDED, /closed the connection/],
    ];
    for (const [what, script, name, message, options] of FAILURES) {
      it(what, async () => {
        for (const chunkSize of [Infinity, 1]) {
          await using server = await ScriptedSocksServer.start({ ...script, chunkSize });
          const conn = await runtime.connect(server.address);
          await assert.rejects(socksConnect(conn, TARGET, options), (error) => {
            assert.ok(error instanceof SocksError, String(error));
            assert.equal(error.name, name);
            assert.match(error.message, message);
            assert.equal(error.host, "a.example");
            assert.equal(error.port, 80);
            return true;
          });
          await conn.closed.catch(() => {}); // a reset rejects it
          await server.clientsGone;
        }
      });
    }

    it("a reply that is cut off, at every byte", async () => {
      for (let length = 1; length < SUCCESS.length; length++) {
        await using server = await ScriptedSocksServer.start({
          reply: SUCCESS.slice(0, length),
          then: "close",
        });
        const conn = await runtime.connect(server.address);
        await assert.rejects(socksConnect(conn, TARGET), {
          name: "SocksDisconnectedError",
          message: /closed the connection in the midst of its reply$/,
        });
        await conn.closed;
      }
    });

    it("that the connection was reset, with the cause", async () => {
      await using server = await ScriptedSocksServer.start({ reply: "reset" });
      await assert.rejects(dial(server), (error) => {
        assert.ok(error instanceof SocksDisconnectedError);
        assert.equal((error.cause as Error).name, "DisconnectedError");
        return true;
      });
    });

    it("the caller's mistakes, without a byte to the server", async () => {
      const MISTAKES: [string, number, SocksOptions, string][] = [
        ["", 80, {}, "TypeError"],
        ["a b", 80, {}, "TypeError"],
        ["a.example", 0, {}, "RangeError"],
        ["a.example", 65536, {}, "RangeError"],
        ["a".repeat(256), 80, {}, "RangeError"],
        ["a.example", 80, { username: "<torS0X>0", password: "x" }, "TypeError"],
        ["a.example", 80, { isolation: "" }, "RangeError"],
      ];
      for (const [hostname, port, options, name] of MISTAKES) {
        await using server = await ScriptedSocksServer.start();
        const conn = await runtime.connect(server.address);
        await assert.rejects(socksConnect(conn, { hostname, port }, options), { name });
        await conn.closed;
        await server.clientsGone;
        assert.deepEqual(server.requests, []);
      }
    });
  });

  describe("gives up", () => {
    const LOGIN: SocksOptions = { username: "me", password: "hidden" };
    const SILENT: [string, SocksScript, RegExp][] = [
      ["the greeting", { method: "silence" }, /^The SOCKS port did not answer within 50 ms$/],
      ["the password", { authentication: "silence" }, /^The SOCKS port did not answer within/],
      ["the request", { reply: "silence" }, /did not connect to a\.example:80 within 50 ms$/],
    ];
    for (const [what, script, message] of SILENT) {
      it(`a server that is silent after ${what}, when the time is over`, async () => {
        await using server = await ScriptedSocksServer.start(script);
        await assert.rejects(dial(server, { ...LOGIN, timeout: 50 }), (error) => {
          assert.ok(error instanceof TimeoutError);
          assert.match(error.message, message);
          assert.equal(error.milliseconds, 50);
          return true;
        });
        await server.clientsGone;
      });

      it(`a server that is silent after ${what}, at an abort`, async () => {
        await using server = await ScriptedSocksServer.start(script);
        const controller = new AbortController();
        const dialling = dial(server, { ...LOGIN, signal: controller.signal });
        const reason = new Error("enough");
        server.asked.then(() => controller.abort(reason));
        await assert.rejects(dialling, (error) => error === reason);
        await server.clientsGone;
      });
    }

    it("at once where it is aborted already", async () => {
      await using server = await ScriptedSocksServer.start();
      const reason = new Error("enough");
      const signal = AbortSignal.abort(reason);
      await assert.rejects(dial(server, { signal }), (error) => error === reason);
      await server.clientsGone;
      assert.deepEqual(server.requests, []);
    });

    it("and leaves a connection alone that is made", async () => {
      await using server = await ScriptedSocksServer.start();
      const controller = new AbortController();
      await using conn = await dial(server, { signal: controller.signal });
      controller.abort();
      await write(conn, "hello");
      assert.equal(await read(conn, 5), "hello");
    });
  });
});

describe("socksResolve and socksResolvePtr", () => {
  const answer = (type: number, host: number[]): SocksTurn => [5, 0, 0, type, ...host, 0, 0];
  const script: SocksScript = {
    reply: ({ command, host }) => {
      if (command === 0xf1) return answer(3, [9, ...encodeText("a.example")]);
      return host === "v6.example"
        ? answer(4, [...new Array(15).fill(0), 1])
        : answer(1, [192, 0, 2, 7]);
    },
  };

  it("ask, and close the connection", async () => {
    await using server = await ScriptedSocksServer.start(script);
    const ask = async (
      f: typeof socksResolve,
      host: string,
      options?: SocksOptions,
    ): Promise<string> => {
      const conn = await runtime.connect(server.address);
      const answer = await f(conn, host, options);
      await conn.closed;
      return answer;
    };
    assert.equal(await ask(socksResolve, "a.example"), "192.0.2.7");
    assert.equal(await ask(socksResolve, "v6.example", { isolation: "token" }), "::1");
    assert.equal(await ask(socksResolvePtr, "192.0.2.7"), "a.example");
    assert.equal(await ask(socksResolvePtr, "::1"), "a.example");
    assert.deepEqual(
      server.requests.map(({ command, host, port, password }) => [command, host, port, password]),
      [
        [0xf0, "a.example", 0, undefined],
        [0xf0, "v6.example", 0, "token"],
        [0xf1, "192.0.2.7", 0, undefined],
        [0xf1, "::1", 0, undefined],
      ],
    );
    await server.clientsGone;
  });

  it("fail, and close the connection", async () => {
    await using server = await ScriptedSocksServer.start({ reply: [5, 4] });
    const conn = await runtime.connect(server.address);
    await assert.rejects(socksResolve(conn, "a.example"), { name: "SocksHostUnreachableError" });
    await assert.rejects(
      socksResolvePtr(await runtime.connect(server.address), "a.example"),
      TypeError,
    );
    await server.clientsGone;
  });
});
