import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import { describe, it } from "node:test";
import { encodeText } from "../../lib/codec/text.ts";
import { ConnectionRefusedError, DisconnectedError, TimeoutError } from "../../lib/errors/mod.ts";
import { ScriptedControlPort } from "../../lib/testing/scripted_control_port.ts";
import { connect } from "../../lib/tor/connect.ts";
import { deferred } from "../../lib/util/deferred.ts";
import { ScriptedSocksServer, type SocksScript } from "../_support/scripted_socks_server.ts";
import { ScriptedTor } from "./_scripted_tor.ts";
import { rejection } from "./_support.ts";

/** The answer to GETINFO with one listener. */
function listener(port: number): string[] {
  return [`250-net/listeners/socks="127.0.0.1:${port}"`, "250 OK"];
}

/** Every code of RFC 1928, section 6, and of Tor's socks-extensions, and one of neither. */
const REPLIES: readonly (readonly [code: number, name: string])[] = [
  [0x01, "SocksGeneralFailureError"],
  [0x02, "SocksNotAllowedError"],
  [0x03, "SocksNetworkUnreachableError"],
  [0x04, "SocksHostUnreachableError"],
  [0x05, "SocksConnectionRefusedError"],
  [0x06, "SocksTtlExpiredError"],
  [0x07, "SocksCommandNotSupportedError"],
  [0x08, "SocksAddressTypeNotSupportedError"],
  [0xf0, "OnionDescriptorNotFoundError"],
  [0xf1, "OnionDescriptorInvalidError"],
  [0xf2, "OnionIntroductionFailedError"],
  [0xf3, "OnionRendezvousFailedError"],
  [0xf4, "OnionClientAuthMissingError"],
  [0xf5, "OnionClientAuthWrongError"],
  [0xf6, "BadOnionAddressError"],
  [0xf7, "OnionIntroductionTimedOutError"],
  [0x99, "SocksError"],
];

/** What SOCKS ports do wrong, and the name of the error that tells. */
const BROKEN: readonly [what: string, script: SocksScript, cause: string][] = [
  ["hangs up at once", { first: "close" }, "SocksDisconnectedError"],
  ["hangs up on the request", { reply: "close" }, "SocksDisconnectedError"],
  ["resets the connection on the greeting", { method: "reset" }, "SocksDisconnectedError"],
  ["resets the connection on the request", { reply: "reset" }, "SocksDisconnectedError"],
  ["speaks first", { first: [50, 50, 48, 32] }, "SocksProtocolError"],
  ["speaks HTTP", { method: new TextEncoder().encode("HTTP/1.1 400\r\n") }, "SocksProtocolError"],
  ["replies garbage", { reply: [4, 90, 0, 0] }, "SocksProtocolError"],
  ["knows no method", { method: [5, 255] }, "SocksNoAcceptableMethodError"],
  ["refuses the credentials", { authentication: [1, 1] }, "SocksAuthenticationError"],
  ...REPLIES.map(([code, name]): [string, SocksScript, string] => [
    `replies ${code.toString(16)}`,
    { reply: [5, code, 0, 1, 0, 0, 0, 0, 0, 0] },
    name,
  ]),
];

function describeError(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

describe("Tor.streamVia", () => {
  it("sends names as they are, and an isolation of its own for each origin", async () => {
    await using scripted = await ScriptedTor.start();
    const { tor, socks } = scripted;
    for (const host of ["A.example", "192.0.2.7", "[2001:db8::7]", "b\u00fccher.example"]) {
      await using _conn = await tor.streamVia(host, 80);
    }
    await using _named = await tor.streamVia("a.example", 81, { isolation: "mine" });
    await using _none = await tor.streamVia("a.example", 81, { isolation: "none" });
    await using _own = await tor.streamVia("a.example", 81, { username: "u", password: "p" });
    assert.deepEqual(socks.requests.map(({ host }) => host), [
      "A.example",
      "192.0.2.7",
      "2001:db8::7",
      "xn--bcher-kva.example",
      "a.example",
      "a.example",
      "a.example",
    ]);
    assert.deepEqual(scripted.tokens, [
      "origin tcp://a.example:80",
      "origin tcp://192.0.2.7:80",
      "origin tcp://[2001:db8::7]:80",
      "origin tcp://b\u00fccher.example:80",
      "key mine",
      undefined,
      "p",
    ]);
    assert.equal(
      new Set(socks.requests.slice(0, 5).map(({ password }) => password!.slice(0, 16))).size,
      1,
    );
  });

  it("refuses what makes no sense before it asks Tor", async () => {
    await using scripted = await ScriptedTor.start();
    const { tor } = scripted;
    for (
      const [host, port, name] of [
        ["", 80, "TypeError"],
        ["a b", 80, "TypeError"],
        ["127.0.0.1", 80, "TypeError"],
        ["[::1]", 80, "TypeError"],
        ["localhost", 80, "TypeError"],
        ["\uff4c\uff4f\uff43\uff41\uff4c\uff48\uff4f\uff53\uff54", 80, "TypeError"],
        ["127.1", 80, "TypeError"],
        ["a.example", 0, "RangeError"],
        ["a.example", 65536, "RangeError"],
        ["a.example", 1.5, "RangeError"],
        ["a".repeat(256), 80, "RangeError"],
      ] as const
    ) await assert.rejects(tor.streamVia(host, port), { name }, `${host}:${port}`);
    await assert.rejects(
      tor.streamVia("a.example", 80, { isolation: "a", username: "u", password: "p" }),
      TypeError,
    );
    assert.equal(scripted.socks.requests.length, 0);
  });

  it("gives up on a port that is silent, by a timeout and by an abort", async () => {
    await using scripted = await ScriptedTor.start({ reply: "silence" });
    const waiting = rejection<TimeoutError>(
      scripted.tor.streamVia("a.example", 80, { timeout: 50 }),
    );
    const error = await waiting;
    assert.ok(error instanceof TimeoutError && error.milliseconds === 50);
    await scripted.socks.clientsGone;
    const stop = new AbortController();
    const aborted = rejection(scripted.tor.streamVia("a.example", 80, { signal: stop.signal }));
    stop.abort(new Error("enough"));
    assert.equal((await aborted).message, "enough");
    await scripted.socks.clientsGone;
  });

  it("gives up on TLS with a peer that is silent", async () => {
    await using scripted = await ScriptedTor.start({ then: "silence" });
    const opening = scripted.tor.streamVia("a.example", 443, { tls: true, timeout: 100 });
    await assert.rejects(opening, { name: "TimeoutError" });
    await scripted.socks.clientsGone;
  });
});

describe("the SOCKS port of a Tor", () => {
  it("is asked for once by many, of whom one may give up", { timeout: 10_000 }, async () => {
    await using socks = await ScriptedSocksServer.start();
    await using control = await ScriptedControlPort.start();
    const late = deferred<void>();
    control.expect("GETINFO net/listeners/socks").wait(late.promise)
      .reply(...listener(socks.address.port));
    await using tor = await connect({ control: control.address });
    const stop = new AbortController();
    const given = rejection(tor.dnsResolvePtr("192.0.2.7", { signal: stop.signal }));
    const kept = tor.streamVia("b.example", 80);
    stop.abort(new Error("enough"));
    assert.equal((await given).message, "enough");
    late.resolve();
    await using _conn = await kept;
    assert.deepEqual(socks.requests.map(({ host }) => host), ["b.example"]);
  });

  it("is asked for again where it is gone, and after a failure", async () => {
    await using control = await ScriptedControlPort.start();
    const gone = await ScriptedSocksServer.start();
    await using socks = await ScriptedSocksServer.start();
    control.expect("GETINFO net/listeners/socks").reply("551 Not now");
    control.expect("GETINFO net/listeners/socks").reply(...listener(gone.address.port));
    control.expect("GETINFO net/listeners/socks").reply(...listener(socks.address.port));
    await using tor = await connect({ control: control.address });
    await assert.rejects(tor.streamVia("a.example", 80), { code: 551 });
    await (await tor.streamVia("b.example", 80)).close();
    await gone[Symbol.asyncDispose]();
    await using _conn = await tor.streamVia("c.example", 80);
    assert.deepEqual(socks.requests.map(({ host }) => host), ["c.example"]);
  });

  it("that was asked for is the only one that is tried", async () => {
    const gone = await ScriptedSocksServer.start();
    await using control = await ScriptedControlPort.start();
    await using tor = await connect({ control: control.address, socks: gone.address });
    await gone[Symbol.asyncDispose]();
    await assert.rejects(tor.streamVia("a.example", 80), { name: "ConnectionRefusedError" });
  });
});

describe("Tor.fetch", () => {
  for (const [what, script, cause] of BROKEN) {
    it(`has the error of a SOCKS port as its cause that ${what}, as streamVia has it`, async () => {
      await using scripted = await ScriptedTor.start(script);
      const { tor, socks } = scripted;
      for (const url of ["http://a.example/", "https://a.example/"]) {
        const error = await rejection(tor.fetch(url));
        assert.ok(error instanceof TypeError, String(error));
        assert.equal((error.cause as Error).name, cause, describeError(error.cause));
      }
      const error = await rejection(tor.streamVia("a.example", 80));
      assert.equal(error.name, cause, describeError(error));
      await socks.clientsGone;
    });
  }

  it("has the refusal as its cause where no SOCKS port listens", async () => {
    await using scripted = await ScriptedTor.start();
    const gone = await ScriptedSocksServer.start();
    await using tor = await connect({
      control: scripted.control.address,
      socks: gone.address,
    });
    await gone[Symbol.asyncDispose]();
    const error = await rejection(tor.fetch("http://a.example/"));
    assert.ok(error instanceof TypeError && error.cause instanceof ConnectionRefusedError);
  });

  it("works with a SOCKS port that sends one byte at a time", async () => {
    const data = new TextEncoder().encode("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    await using scripted = await ScriptedTor.start({ chunkSize: 1, data });
    assert.equal(await (await scripted.tor.fetch("http://a.example/")).text(), "hello");
  });

  it("refuses names that are too long, and ports that are none", async () => {
    await using scripted = await ScriptedTor.start();
    for (const url of [`http://${"a.".repeat(140)}example/`, "http://a.example:65536/"]) {
      const error = await rejection(scripted.tor.fetch(url));
      assert.ok(error instanceof TypeError, String(error));
    }
    await rejection(scripted.tor.fetch("http://a.example:0/"));
    assert.deepEqual(scripted.socks.requests, []);
  });

  it("isolates each origin, or as it is told", async () => {
    await using scripted = await ScriptedTor.start({ then: "close" });
    const { tor } = scripted;
    for (const isolation of [undefined, "none", "mine"]) {
      await rejection(tor.fetch("http://a.example/", { isolation }));
    }
    assert.deepEqual(scripted.tokens, ["origin http://a.example", undefined, "key mine"]);
  });

  it("goes to private addresses only where the Tor or the request says so", async () => {
    for (const allowPrivate of [undefined, false, true]) {
      await using scripted = await ScriptedTor.start({ then: "close" }, { allowPrivate });
      const { tor, socks } = scripted;
      for (const host of ["127.0.0.1", "0x7f.1", "[::1]", "localhost"]) {
        await rejection(tor.fetch(`http://${host}/`));
      }
      assert.equal(socks.requests.length, allowPrivate ? 4 : 0);
      await rejection(tor.fetch("http://10.0.0.1/", { allowPrivate: !allowPrivate }));
      assert.equal(socks.requests.length, allowPrivate ? 4 : 1);
    }
  });

  it("ends with its Tor, and so does all else", async () => {
    await using scripted = await ScriptedTor.start({ then: "silence" });
    const { tor, socks } = scripted;
    const running = rejection(tor.fetch("http://a.example/"));
    await socks.asked;
    await tor[Symbol.asyncDispose]();
    const error = await running;
    assert.ok(error instanceof TypeError && error.cause instanceof DisconnectedError);
    await socks.clientsGone;
    await assert.rejects(tor.fetch("http://a.example/"), TypeError);
    await assert.rejects(tor.fetch("http://10.0.0.1/", { allowPrivate: true }), TypeError);
    await assert.rejects(tor.streamVia("a.example", 80), DisconnectedError);
    assert.equal(socks.requests.length, 1);
  });
});

describe("Tor.httpAgent", () => {
  it("has its connections end with the Tor, kept or in use", async () => {
    const page = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK";
    await using scripted = await ScriptedTor.start({ then: encodeText(page) });
    const { tor, socks } = scripted;
    const agent = await tor.httpAgent<http.Agent>({ keepAlive: true });
    const kept = await new Promise<http.IncomingMessage>((resolve, reject) => {
      http.get("http://a.example/", { agent }, resolve).on("error", reject);
    });
    await once(kept.resume(), "end");
    await tor[Symbol.asyncDispose]();
    await socks.clientsGone;
    const refused = http.get("http://a.example/", { agent });
    const [error] = await once(refused, "error");
    assert.ok(error instanceof DisconnectedError, String(error));
    assert.equal(socks.requests.length, 1);
  });
});

describe("Tor.dnsResolve", () => {
  it("asks the SOCKS port where no DNS port is allowed", async () => {
    await using scripted = await ScriptedTor.start({ reply: [5, 0, 0, 1, 192, 0, 2, 7, 0, 0] });
    const { tor, socks, control } = scripted;
    control.expect("GETINFO net/listeners/dns").reply("510 Command filtered");
    assert.deepEqual(await tor.dnsResolve("b\u00fccher.example"), ["192.0.2.7"]);
    const [request] = socks.requests;
    assert.deepEqual([request?.command, request?.host], [0xf0, "xn--bcher-kva.example"]);
  });

  it("answers by itself what is no name, and refuses what is no host", async () => {
    await using scripted = await ScriptedTor.start();
    assert.deepEqual(await scripted.tor.dnsResolve("[2001:DB8::7]"), ["2001:db8::7"]);
    await assert.rejects(scripted.tor.dnsResolve("a b"), TypeError);
    await assert.rejects(scripted.tor.dnsResolve("a".repeat(256)), RangeError);
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    await assert.rejects(scripted.tor.dnsResolve("a.example", { signal }), (e) => e === reason);
  });
});
