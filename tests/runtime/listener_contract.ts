import { describe, it } from "node:test";
import assert from "node:assert/strict";
import {
  AddressInUseError,
  ConnectionRefusedError,
  PathNotFoundError,
  TorError,
} from "../../lib/errors/mod.ts";
import type { Listener, Runtime } from "../../lib/runtime/types.ts";
import {
  accept,
  CountingSignal,
  inTempDirectory,
  receive,
  send,
  SOCKET_KINDS,
  text,
  withListener,
} from "./_support.ts";

/** What every adapter must do to connect and to listen. */
export function listenerContract(runtime: Runtime): void {
  for (const kind of SOCKET_KINDS) {
    const withOne = (body: (listener: Listener) => Promise<void>) => () =>
      withListener(runtime, kind, body);
    describe(`a ${kind} listener`, () => describeListener(runtime, withOne));
    describe(`connect() by ${kind}`, () => describeAbort(runtime, withOne));
  }
  describe("connect()", () => describeConnect(runtime));
  describe("listen()", () => describeListen(runtime));
}

type WithListener = (body: (listener: Listener) => Promise<void>) => () => Promise<void>;

function describeListener(runtime: Runtime, withOne: WithListener): void {
  it(
    "gives the connections in their order",
    withOne(async (listener) => {
      const clients = [];
      for (const letter of "abc") {
        const client = await runtime.connect(listener.address);
        await send(client, letter);
        clients.push(client);
      }
      let seen = "";
      for await (const conn of listener) {
        seen += new TextDecoder().decode(await receive(conn.readable, 1));
        await conn.close();
        if (seen.length === 3) break;
      }
      assert.equal(seen, "abc");
      for (const client of clients) await client.close();
    }),
  );

  it(
    "goes on after a loop over it was left",
    withOne(async (listener) => {
      for (let round = 0; round < 2; round++) {
        const client = await runtime.connect(listener.address);
        for await (const conn of listener) {
          await conn.close();
          break;
        }
        await client.close();
      }
    }),
  );

  it(
    "answers several that wait at once",
    withOne(async (listener) => {
      const accepted = [accept(listener), accept(listener)];
      const clients = await Promise.all([
        runtime.connect(listener.address),
        runtime.connect(listener.address),
      ]);
      for (const conn of [...await Promise.all(accepted), ...clients]) await conn.close();
    }),
  );

  it(
    "ends the iteration when it is closed",
    withOne(async (listener) => {
      const waits = listener[Symbol.asyncIterator]().next();
      await listener.close();
      assert.deepEqual(await waits, { done: true, value: undefined });
      assert.deepEqual(await listener[Symbol.asyncIterator]().next(), {
        done: true,
        value: undefined,
      });
    }),
  );

  it(
    "can be closed again and again",
    withOne(async (listener) => {
      await Promise.all([listener.close(), listener.close()]);
      await listener[Symbol.asyncDispose]();
    }),
  );

  it(
    "accepts nothing after it was closed",
    withOne(async (listener) => {
      await listener.close();
      await assert.rejects(
        runtime.connect(listener.address),
        (error) => error instanceof ConnectionRefusedError || error instanceof PathNotFoundError,
      );
    }),
  );

  it(
    "closes the connections that nobody took",
    withOne(async (listener) => {
      const client = await runtime.connect(listener.address);
      await listener.close();
      const end = await client.readable.getReader().read().catch(() => ({ done: true }));
      assert.equal(end.done, true);
      await client.close();
    }),
  );

  it(
    "leaves the connections that were taken open when it is closed",
    withOne(async (listener) => {
      const client = await runtime.connect(listener.address);
      const server = await accept(listener);
      await listener.close();
      await send(server, "still here");
      await server.close();
      assert.equal(await text(client.readable), "still here");
      await client.close();
    }),
  );

  it(
    "refuses an address that is in use",
    withOne(async (listener) => {
      await assert.rejects(runtime.listen(listener.address), (error) => {
        assert.ok(error instanceof AddressInUseError);
        assert.ok(error.cause instanceof Error);
        assert.match(error.message, /^Cannot listen on .*: the address is in use$/);
        return true;
      });
    }),
  );
}

function describeAbort(runtime: Runtime, withOne: WithListener): void {
  it(
    "rejects with the reason where the signal is aborted already",
    withOne(async (listener) => {
      const reason = new Error("never mind");
      const signal = AbortSignal.abort(reason);
      await assert.rejects(runtime.connect(listener.address, { signal }), (e) => e === reason);
    }),
  );

  it(
    "rejects with the reason of an abort while it waits, and closes what connects late",
    withOne(async (listener) => {
      const reason = new Error("never mind");
      const counting = new CountingSignal();
      const connecting = runtime.connect(listener.address, { signal: counting.signal });
      counting.abort(reason);
      await assert.rejects(connecting, (error) => error === reason);
      assert.equal(counting.listeners, 0);
      const client = await runtime.connect(listener.address);
      await send(client, "second");
      await client.close();
      // Where the first one reached the listener, it must be found closed.
      let received = "";
      while (received === "") {
        const conn = await accept(listener);
        received = await text(conn.readable).catch(() => "");
        await conn.close();
      }
      assert.equal(received, "second");
    }),
  );

  it(
    "leaves nothing on the signal, which has no hold on the connection",
    withOne(async (listener) => {
      const counting = new CountingSignal();
      const { signal } = counting;
      const client = await runtime.connect(listener.address, { signal });
      assert.equal(counting.listeners, 0);
      counting.abort(new Error("too late"));
      const server = await accept(listener);
      await send(client, "x");
      assert.equal((await receive(server.readable, 1)).byteLength, 1);
      await client.close();
      await server.close();
    }),
  );
}

function describeConnect(runtime: Runtime): void {
  it("tells a port that refuses", async () => {
    const listener = await runtime.listen({ hostname: "127.0.0.1", port: 0 });
    await listener.close();
    const counting = new CountingSignal();
    const { signal } = counting;
    await assert.rejects(runtime.connect(listener.address, { signal }), (error) => {
      assert.ok(error instanceof ConnectionRefusedError);
      assert.ok(error.cause instanceof Error);
      assert.match(
        error.message,
        /^Cannot connect to 127\.0\.0\.1:\d+: the connection was refused$/,
      );
      return true;
    });
    assert.equal(counting.listeners, 0);
  });

  it("tells a path that is missing", async () => {
    await inTempDirectory(runtime, async (directory) => {
      const path = `${directory}/missing`;
      await assert.rejects(runtime.connect({ path }), (error) => {
        assert.ok(error instanceof PathNotFoundError);
        assert.equal(error.path, path);
        assert.ok(error.cause instanceof Error);
        assert.equal(error.message, `Cannot connect to unix:${path}: there is no such path`);
        return true;
      });
    });
  });

  it("tells a file that is no socket", async () => {
    await inTempDirectory(runtime, async (directory) => {
      const path = `${directory}/file`;
      await runtime.writeFile(path, new Uint8Array());
      await assert.rejects(runtime.connect({ path }), ConnectionRefusedError);
    });
  });

  it("refuses malformed addresses", async () => {
    await assert.rejects(runtime.connect({ hostname: "127.0.0.1", port: 65536 }), RangeError);
    await assert.rejects(runtime.connect({ path: "" }), TypeError);
  });

  it("refuses a path that is too long for a socket", async () => {
    const path = `/tmp/${"x".repeat(200)}`;
    await assert.rejects(
      runtime.connect({ path }),
      (error) => error instanceof TorError && /205 bytes, and \d+ are the most/.test(error.message),
    );
  });
}

function describeListen(runtime: Runtime): void {
  it("tells the port that it was given", async () => {
    const listener = await runtime.listen({ hostname: "127.0.0.1", port: 0 });
    assert.ok("port" in listener.address);
    assert.equal(listener.address.hostname, "127.0.0.1");
    assert.ok(listener.address.port > 0);
    await listener.close();
  });

  it("makes a Unix socket's file, and removes it", async () => {
    await inTempDirectory(runtime, async (directory) => {
      const path = `${directory}/socket`;
      const listener = await runtime.listen({ path });
      assert.deepEqual(listener.address, { path });
      assert.equal((await runtime.stat(path))?.kind, "other");
      await listener.close();
      assert.equal(await runtime.stat(path), undefined);
    });
  });

  it("leaves alone a file that took the place of its own", async () => {
    await inTempDirectory(runtime, async (directory) => {
      const path = `${directory}/socket`;
      const listener = await runtime.listen({ path });
      await listener.close();
      await runtime.writeFile(path, new Uint8Array(1));
      await listener.close();
      assert.equal((await runtime.stat(path))?.size, 1);
    });
  });

  it("tells a directory that is missing", async () => {
    await inTempDirectory(runtime, async (directory) => {
      const path = `${directory}/missing/socket`;
      await assert.rejects(runtime.listen({ path }), (error) => {
        assert.ok(error instanceof PathNotFoundError);
        assert.equal(error.path, path);
        assert.ok(error.cause instanceof Error);
        return true;
      });
    });
  });

  it("tells an address that this machine does not have", async () => {
    await assert.rejects(
      runtime.listen({ hostname: "203.0.113.1", port: 0 }),
      (error) => error instanceof TorError && error.cause instanceof Error,
    );
  });

  it("rejects with the reason where the signal is aborted already", async () => {
    const reason = new Error("never mind");
    const signal = AbortSignal.abort(reason);
    await assert.rejects(
      runtime.listen({ hostname: "127.0.0.1", port: 0 }, { signal }),
      (error) => error === reason,
    );
  });

  it("leaves nothing behind of an abort right after the call", async () => {
    await inTempDirectory(runtime, async (directory) => {
      const path = `${directory}/socket`;
      const reason = new Error("never mind");
      const counting = new CountingSignal();
      const listening = runtime.listen({ path }, { signal: counting.signal });
      counting.abort(reason);
      // Either it listened by then, or it rejects; the address is free in the end.
      const listener = await listening.catch((error) => {
        assert.equal(error, reason);
        return undefined;
      });
      assert.equal(counting.listeners, 0);
      await listener?.close();
      await (await runtime.listen({ path })).close();
    });
  });

  it("leaves nothing on the signal, which has no hold on the listener", async () => {
    const counting = new CountingSignal();
    const { signal } = counting;
    const listener = await runtime.listen({ hostname: "127.0.0.1", port: 0 }, { signal });
    assert.equal(counting.listeners, 0);
    counting.abort(new Error("too late"));
    const client = await runtime.connect(listener.address);
    await client.close();
    await listener.close();
  });
}
