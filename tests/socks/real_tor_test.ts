import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { encodeText } from "../../lib/codec/text.ts";
import type { CircuitId, StreamEvent } from "../../lib/codec/events/mod.ts";
import { ControlConnection } from "../../lib/control/connection.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import type { Conn, Listener, TcpAddress } from "../../lib/runtime/types.ts";
import type { SocksOptions } from "../../lib/socks/negotiate.ts";
import { socksConnect } from "../../lib/socks/socks_connect.ts";
import { SocksHandshake } from "../../lib/socks/socks_handshake.ts";
import { socksResolve, socksResolvePtr } from "../../lib/socks/socks_resolve.ts";
import type { NetworkClient } from "../../lib/testing/network_nodes.ts";
import type { PrivateNetwork } from "../../lib/testing/private_network.ts";
import type { StartedClient } from "../../lib/testing/started_client.ts";
import { parseAddress } from "../../lib/util/address.ts";
import { useNetwork } from "../_support/network.ts";

const SLOW = { timeout: 120_000 };

/** A well-formed address that no service has ever had. */
const UNKNOWN_ONION = "msirzuwkeqtozcysngirq3p2xm3nzmv76qtdce6mfkmgwogfw2duj6ad.onion";

describe("the SOCKS port of a real tor", () => {
  let runtime: Awaited<ReturnType<typeof detectRuntime>>;
  let network: PrivateNetwork;
  let client: NetworkClient;
  let server: Listener;
  let target: TcpAddress;

  before(async () => {
    runtime = await detectRuntime();
    network = await useNetwork();
    client = network.client;
    await network.dns.add({
      "echo.socks.example": "127.0.0.1",
      "v6.socks.example": "::1",
      "192.0.2.77": "name.socks.example",
    });
    server = await runtime.listen({ hostname: "127.0.0.1", port: 0 });
    target = server.address as TcpAddress;
    (async () => {
      for await (const conn of server) greetAndEcho(conn).catch(() => {});
    })();
  }, SLOW);
  after(async () => {
    await server?.close();
    await network?.[Symbol.asyncDispose]();
  });

  const open = (address: string = client.socksPort) => runtime.connect(parseAddress(address));
  const dial = async (target: TcpAddress, options?: SocksOptions, address?: string) =>
    await socksConnect(await open(address), target, options);

  it("connects, by TCP and by Unix socket, to an address and to a name", SLOW, async () => {
    for (const address of [client.socksPort, client.socksSocket ?? client.socksPort]) {
      for (const hostname of ["127.0.0.1", "echo.socks.example"]) {
        await using conn = await dial({ hostname, port: target.port }, {}, address);
        assert.deepEqual(conn.remoteAddress, { hostname, port: target.port });
        const writer = conn.writable.getWriter();
        await writer.write(encodeText("hello"));
        assert.equal(await read(conn, 11), "ready\nhello");
        // Tor knows no half-close.
        await writer.close();
        assert.equal(await read(conn, Infinity), "");
        await conn.closed;
      }
    }
  });

  it("keeps streams with different credentials on different circuits", SLOW, async () => {
    await using control = await ControlConnection.connect({ control: client.control, runtime });
    const streams = await streamEvents(control);
    // Those that may share a circuit need not: a Conflux set has two, and Tor may choose another.
    const owners = new Map<CircuitId, string>();
    for (
      const options of [
        { isolation: "one" },
        { isolation: "one" },
        { isolation: "two" },
        { username: "one", password: "two" },
      ]
    ) {
      await using _conn = await dial(target, options);
      const [username, password] = "isolation" in options
        ? ["<torS0X>0", options.isolation]
        : [options.username, options.password];
      const { circuitId } = await next(
        streams,
        ({ status, socksUsername, socksPassword }) =>
          status === "SUCCEEDED" && socksUsername === username && socksPassword === password,
      );
      const key = `${username} ${password}`;
      assert.equal(owners.get(circuitId) ?? key, key);
      owners.set(circuitId, key);
    }
    assert.equal(new Set(owners.values()).size, 3);
  });

  it("resolves names to IPv4 and IPv6, and addresses to names", SLOW, async () => {
    assert.equal(await socksResolve(await open(), "echo.socks.example"), "127.0.0.1");
    assert.equal(await socksResolve(await open(), "v6.socks.example"), "::1");
    assert.equal(await socksResolve(await open(), "192.0.2.1"), "192.0.2.1");
    assert.equal(await socksResolvePtr(await open(), "192.0.2.77"), "name.socks.example");
    const asked = await network.dns.queries();
    assert.ok(asked.some(({ name }) => name === "echo.socks.example"), "The exits did not ask");
    await assert.rejects(socksResolve(await open(), "none.socks.example"), {
      name: "SocksHostUnreachableError",
      code: 4,
    });
    await assert.rejects(socksResolvePtr(await open(), "192.0.2.78"), {
      name: "SocksHostUnreachableError",
      host: "192.0.2.78",
    });
  });

  it("refuses a username of Tor's own kind that it does not know", SLOW, async () => {
    // What no caller can send: the handshake's own bytes, with another digit.
    await using conn = await open();
    const handshake = new SocksHandshake({ command: "CONNECT", host: "a.example", port: 1 }, {
      isolation: "x",
    });
    const writer = conn.writable.getWriter();
    const reader = conn.readable.getReader();
    await writer.write(handshake.greeting);
    const login = handshake.push((await reader.read()).value!)!;
    login[2 + "<torS0X>".length] = "9".charCodeAt(0);
    await writer.write(login);
    const { value } = await reader.read();
    assert.throws(() => handshake.push(value!), { name: "SocksAuthenticationError" });
  });

  it("gives up at an abort while tor builds a circuit", SLOW, async () => {
    const reason = new Error("enough");
    const controller = new AbortController();
    await using control = await ControlConnection.connect({ control: client.control, runtime });
    const streams = await streamEvents(control);
    const dialling = dial({ hostname: UNKNOWN_ONION, port: 80 }, { signal: controller.signal });
    const seen = next(streams, ({ targetAddress }) => targetAddress === UNKNOWN_ONION);
    await Promise.all([
      assert.rejects(dialling, (error) => error === reason),
      seen.then(() => controller.abort(reason)),
    ]);
  });

  describe("with ExtendedErrors, and private addresses refused", () => {
    let strict: StartedClient;
    let socks: string;

    before(async () => {
      strict = await network.addClient({
        torrc: { SocksPort: "127.0.0.1:auto ExtendedErrors", ClientRejectInternalAddresses: 1 },
      });
      await using control = await ControlConnection.connect({ control: strict.control, runtime });
      const listeners = await control.getInfo("net/listeners/socks");
      const ports = [...listeners.matchAll(/"(127\.0\.0\.1:\d+)"/g)].map(([, port]) => port!);
      socks = ports.find((port) => port !== strict.socksPort)!;
    }, SLOW);
    after(async () => await strict?.[Symbol.asyncDispose]());

    it("tells a bad onion address (F6)", SLOW, async () => {
      const hostname = UNKNOWN_ONION.replace("msir", "msis");
      await assert.rejects(dial({ hostname, port: 80 }, {}, socks), {
        name: "BadOnionAddressError",
        code: 0xf6,
        host: hostname,
      });
    });

    it("tells an unknown onion service (F0)", SLOW, async () => {
      await assert.rejects(dial({ hostname: UNKNOWN_ONION, port: 80 }, {}, socks), {
        name: "OnionDescriptorNotFoundError",
        code: 0xf0,
      });
    });

    it("refuses a private address (01)", SLOW, async () => {
      for (const hostname of ["127.0.0.1", "192.168.0.1", "::1"]) {
        await assert.rejects(dial({ hostname, port: target.port }, {}, socks), {
          name: "SocksGeneralFailureError",
          code: 1,
          host: hostname,
        });
      }
    });

    it("takes a name by another protocol for a failure (07, 08)", SLOW, async () => {
      assert.equal((await ask(await open(socks), [5, 2, 0, 3, 1, 97, 0, 80])).code, 7);
      assert.equal((await ask(await open(socks), [5, 0xf1, 0, 3, 1, 97, 0, 0])).code, 8);
    });
  });
});

/** A server's side: speaks first, then sends back what it gets. */
async function greetAndEcho(conn: Conn): Promise<void> {
  const writer = conn.writable.getWriter();
  await writer.write(encodeText("ready\n"));
  writer.releaseLock();
  await conn.readable.pipeTo(conn.writable);
}

/** Reads until `count` bytes have come, or to the end. */
async function read({ readable }: Conn, count: number): Promise<string> {
  const reader = readable.getReader();
  let text = "";
  while (text.length < count) {
    const { done, value } = await reader.read();
    if (done) break;
    text += new TextDecoder().decode(value);
  }
  reader.releaseLock();
  return text;
}

/** The STREAM events from now on: what follows is answered after Tor has begun to send them. */
async function streamEvents(
  control: ControlConnection,
): Promise<AsyncIterableIterator<StreamEvent>> {
  const events = control.events("STREAM");
  await control.getInfo("version");
  return events;
}

/** The next event that fits. */
async function next(
  events: AsyncIterableIterator<StreamEvent>,
  fits: (event: StreamEvent) => boolean,
): Promise<StreamEvent> {
  for (;;) {
    const { done, value } = await events.next();
    if (done) return assert.fail("The events ended before the one that was waited for");
    if (fits(value)) return value;
  }
}

/** The error for a request that no caller can make. */
async function ask(conn: Conn, request: number[]): Promise<{ code: number | undefined }> {
  try {
    const handshake = new SocksHandshake({ command: "RESOLVE", host: "a" });
    const writer = conn.writable.getWriter();
    const reader = conn.readable.getReader();
    await writer.write(handshake.greeting);
    handshake.push((await reader.read()).value!);
    await writer.write(Uint8Array.from(request));
    handshake.push((await reader.read()).value!);
    return assert.fail("Tor granted it");
  } catch (error) {
    return error as { code: number | undefined };
  } finally {
    await conn.close();
  }
}
