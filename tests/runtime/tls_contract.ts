import { describe, it } from "node:test";
import assert from "node:assert/strict";
import { createServer, type Server, type Socket } from "node:net";
import process from "node:process";
import { createServer as createTlsServer } from "node:tls";
import { CertificateError, DisconnectedError, TlsError } from "../../lib/errors/mod.ts";
import type { Conn, Runtime, StartTlsOptions, TlsConn } from "../../lib/runtime/types.ts";
import { TEST_AUTHORITY, testCertificate } from "../_support/certificates.ts";
import {
  inTempDirectory,
  pattern,
  receive,
  same,
  send,
  SOCKET_KINDS,
  type SocketKind,
  text,
} from "./_support.ts";

const MEGABYTE = 1024 * 1024;

/** What a server does with each of its sockets. */
type Serve = (socket: Socket) => void;

const echo: Serve = (socket) => void socket.pipe(socket);

/** What every adapter's `startTls` must do. */
export function tlsContract(runtime: Runtime): void {
  for (const kind of SOCKET_KINDS) {
    describe(`TLS over a ${kind} connection`, () => describeTls(runtime, kind));
  }
}

function describeTls(runtime: Runtime, kind: SocketKind): void {
  const withTls = (serve: Serve, body: (conn: TlsConn, raw: Conn) => Promise<void>) => () =>
    withServer(runtime, { kind, serve }, async (raw) => {
      await body(await runtime.startTls(raw, trusting()), raw);
    });

  it(
    "carries megabytes both ways",
    withTls(echo, async (conn) => {
      const data = pattern(4 * MEGABYTE);
      const received = receive(conn.readable, data.byteLength);
      await send(conn, data);
      assert.ok(same(await received, data));
    }),
  );

  it(
    "reads plain Uint8Arrays, and accepts an empty write",
    withTls(echo, async (conn) => {
      await send(conn, new Uint8Array());
      await send(conn, "hello");
      const { value } = await conn.readable.getReader().read();
      assert.equal(Object.getPrototypeOf(value), Uint8Array.prototype);
      assert.equal(new TextDecoder().decode(value), "hello");
    }),
  );

  it(
    "half-closes: reads go on after writable.close()",
    withTls((socket) => {
      socket.resume().on("end", () => socket.end("answer"));
    }, async (conn) => {
      await send(conn, "question");
      await conn.writable.close();
      assert.equal(await text(conn.readable), "answer");
      await conn.closed;
    }),
  );

  it(
    "ends a read that waits when it is closed here, and closes what is below",
    withTls(echo, async (conn, raw) => {
      const read = conn.readable.getReader().read();
      await conn.close();
      assert.equal((await read).done, true);
      await Promise.all([conn.closed, raw.closed]);
      await conn.close();
      await assert.rejects(send(conn, "late"), DisconnectedError);
    }),
  );

  it(
    "has the addresses of the connection below",
    withTls(echo, (conn, raw) => {
      assert.deepEqual(conn.remoteAddress, raw.remoteAddress);
      assert.deepEqual(conn.localAddress, raw.localAddress);
      return Promise.resolve();
    }),
  );

  it("works on a connection that is wrapped", () =>
    withServer(runtime, { kind, serve: echo }, async (raw) => {
      const conn = await runtime.startTls(wrapped(raw), trusting());
      await send(conn, "hello");
      assert.equal(new TextDecoder().decode(await receive(conn.readable, 5)), "hello");
      await conn.close();
      await raw.closed;
    }));

  it("works within TLS", () =>
    withServer(runtime, { kind, serve: startTlsAgain }, async (raw) => {
      const outer = await runtime.startTls(raw, trusting());
      const inner = await runtime.startTls(outer, trusting({ serverName: "abcdefgh.onion" }));
      await send(inner, "hello");
      assert.equal(new TextDecoder().decode(await receive(inner.readable, 5)), "hello");
      await inner.close();
      await raw.closed;
    }));

  it("tells the protocol that the server chose", () =>
    withServer(runtime, { kind, serve: echo, protocols: ["http/1.1"] }, async (raw) => {
      const conn = await runtime.startTls(raw, trusting({ alpnProtocols: ["h2", "http/1.1"] }));
      assert.equal(conn.alpnProtocol, "http/1.1");
      await conn.close();
    }));

  for (const serverName of ["secure.test", "secure.test.", "SECURE.test", "127.0.0.1", "::1"]) {
    it(`takes a certificate for ${serverName}`, () =>
      withServer(runtime, { kind, serve: echo }, async (raw) => {
        const conn = await runtime.startTls(raw, trusting({ serverName }));
        assert.equal(conn.alpnProtocol, undefined);
        await conn.close();
      }));
  }

  const untrusted: [
    string,
    Parameters<typeof testCertificate>[0],
    Partial<StartTlsOptions>,
    RegExp,
  ][] = [
    ["another name", "server", { serverName: "other.test" }, /^ERR_TLS_CERT_ALTNAME_INVALID$/],
    ["another address", "server", { serverName: "127.0.0.2" }, /^ERR_TLS_CERT_ALTNAME_INVALID$/],
    ["an unknown authority", "server", { caCertificates: undefined }, /^UNABLE_TO_|SELF_SIGNED/],
    ["no authority at all", "self_signed", {}, /SELF_SIGNED/],
    // Deno tells the latter.
    ["the past", "expired", {}, /^CERT_HAS_EXPIRED$|^UNABLE_TO_VERIFY_LEAF_SIGNATURE$/],
  ];
  for (const [whom, certificate, options, code] of untrusted) {
    it(`refuses a certificate of ${whom}, even where the environment says otherwise`, () =>
      withServer(runtime, { kind, serve: echo, certificate }, async (raw) => {
        const before = process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
        process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
        try {
          await assert.rejects(runtime.startTls(raw, trusting(options)), (error) => {
            assert.ok(error instanceof CertificateError, String(error));
            assert.match(error.code ?? "", code);
            assert.ok(error.cause !== undefined);
            return true;
          });
        } finally {
          if (before === undefined) delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
          else process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = before;
        }
        await raw.closed;
      }));
  }

  it("tells of a server that speaks no TLS", () =>
    withServer(
      runtime,
      { kind, plain: (socket) => void socket.write("SSH-2.0-x\r\n") },
      async (raw) => {
        await assert.rejects(runtime.startTls(raw, trusting()), (error) => {
          assert.ok(
            error instanceof TlsError && !(error instanceof CertificateError),
            String(error),
          );
          assert.equal(error.serverName, "secure.test");
          return true;
        });
        await raw.closed;
      },
    ));

  it("tells of a server that hangs up", () =>
    withServer(runtime, { kind, plain: (socket) => void socket.end() }, async (raw) => {
      await assert.rejects(runtime.startTls(raw, trusting()), DisconnectedError);
      await raw.closed.catch(() => {});
    }));

  it("gives up on a server that is silent: in the time given, by default in a minute", () =>
    withServer(runtime, { kind, plain: () => {} }, async (raw, again) => {
      await assert.rejects(runtime.startTls(raw, trusting({ timeout: 20 })), {
        name: "TimeoutError",
        milliseconds: 20,
      });
      await raw.closed;
      const second = await again();
      await withoutWaiting(() =>
        assert.rejects(runtime.startTls(second, trusting()), {
          name: "TimeoutError",
          milliseconds: 60_000,
        })
      );
      await second.closed;
    }));

  it("stops at an abort, before and within the handshake, and closes the connection", () =>
    withServer(runtime, { kind, plain: () => {} }, async (raw, again) => {
      const reason = new Error("changed my mind");
      const signal = AbortSignal.abort(reason);
      await assert.rejects(runtime.startTls(raw, trusting({ signal })), reason);
      await raw.closed;
      const controller = new AbortController();
      const second = await again();
      const starting = runtime.startTls(second, trusting({ signal: controller.signal }));
      controller.abort(reason);
      await assert.rejects(starting, reason);
      await second.closed;
    }));
}

function trusting(options: Partial<StartTlsOptions> = {}): StartTlsOptions {
  return { serverName: "secure.test", caCertificates: [TEST_AUTHORITY], ...options };
}

/** Runs `body` while every timer ends at once. */
async function withoutWaiting(body: () => Promise<void>): Promise<void> {
  const { setTimeout } = globalThis;
  const atOnce = (callback: () => void) => setTimeout(callback, 0);
  Object.assign(globalThis, { setTimeout: atOnce });
  try {
    await body();
  } finally {
    Object.assign(globalThis, { setTimeout });
  }
}

/** A connection that is another one with other streams, as through a SOCKS port. */
function wrapped(conn: Conn): Conn {
  return {
    readable: conn.readable.pipeThrough(new TransformStream<Uint8Array, Uint8Array>()),
    writable: conn.writable,
    closed: conn.closed,
    localAddress: conn.localAddress,
    remoteAddress: conn.remoteAddress,
    close: () => conn.close(),
    [Symbol.asyncDispose]: () => conn.close(),
  };
}

interface ServerOptions {
  readonly kind: SocketKind;
  /** What it does under TLS. */
  readonly serve?: Serve;
  /** What it does, where it speaks no TLS. */
  readonly plain?: Serve;
  readonly certificate?: Parameters<typeof testCertificate>[0];
  readonly protocols?: string[];
}

/** Runs `body` with a connection to a server of its own; all is closed afterwards. */
async function withServer(
  runtime: Runtime,
  { kind, serve = () => {}, plain, certificate = "server", protocols }: ServerOptions,
  body: (raw: Conn, again: () => Promise<Conn>) => Promise<void>,
): Promise<void> {
  await inTempDirectory(runtime, async (directory) => {
    const sockets = new Set<Socket>();
    const accept = (socket: Socket, how: Serve) => {
      sockets.add(socket);
      socket.on("error", () => {}).on("close", () => sockets.delete(socket));
      how(socket);
    };
    const server: Server = plain !== undefined
      ? createServer((socket) => accept(socket, plain))
      : createTlsServer({
        ...testCertificate(certificate),
        allowHalfOpen: true,
        ...(protocols === undefined ? {} : { ALPNProtocols: protocols }),
      }, (socket) => accept(socket, serve));
    // Also those whose handshake fails, and which nobody is told of.
    server.on("connection", (socket: Socket) => accept(socket, () => {}));
    const path = `${directory}/socket`;
    await new Promise<void>((resolve) =>
      kind === "TCP" ? server.listen(0, "127.0.0.1", resolve) : server.listen(path, resolve)
    );
    const { port } = kind === "TCP" ? server.address() as { port: number } : { port: 0 };
    const conns: Conn[] = [];
    const again = async () => {
      const conn = await runtime.connect(
        kind === "TCP" ? { hostname: "127.0.0.1", port } : { path },
      );
      conns.push(conn);
      return conn;
    };
    try {
      await body(await again(), again);
    } finally {
      await Promise.all(conns.map((conn) => conn.close()));
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
  });
}

/** Speaks TLS within TLS: hands what arrives to a second server. */
function startTlsAgain(socket: Socket): void {
  const inner = createTlsServer(testCertificate("server"), echo);
  inner.on("tlsClientError", () => {});
  inner.emit("connection", socket);
}
