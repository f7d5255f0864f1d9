import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { clientFromString } from "../../lib/tor/client_from_string.ts";
import { parseEndpointString } from "../../lib/tor/endpoint_string.ts";
import { ScriptedControlPort } from "../../lib/testing/scripted_control_port.ts";
import { connect } from "../../lib/tor/connect.ts";
import { ScriptedSocksServer } from "../_support/scripted_socks_server.ts";

describe("parseEndpointString", () => {
  it("takes parts apart, with and without keys", () => {
    for (
      const [text, positional, keywords] of [
        ["tor", [], {}],
        ["tor:", [""], {}],
        ["tor:a:80", ["a", "80"], {}],
        ["tor:host=a:port=80", [], { host: "a", port: "80" }],
        ["tor:a:80:tls=true", ["a", "80"], { tls: "true" }],
        ["tor:host=:port=1", [], { host: "", port: "1" }],
        ["tor:socksPassword=a\\:b\\\\c=d", [], { socksPassword: "a:b\\c=d" }],
        ["tor:a\\=b:1", ["a=b", "1"], {}],
        ["tor:[2001:db8::7]:80", ["[2001:db8::7]", "80"], {}],
        ["tor:host=[2001:db8::7]:port=80", [], { host: "[2001:db8::7]", port: "80" }],
        ["tor:2001\\:db8\\:\\:7:80", ["2001:db8::7", "80"], {}],
        ["tor:socksPort=unix\\:/a b/c", [], { socksPort: "unix:/a b/c" }],
      ] as const
    ) {
      const parsed = parseEndpointString(text);
      assert.equal(parsed.kind, "tor");
      assert.deepEqual(parsed.positional, positional, text);
      assert.deepEqual(Object.fromEntries(parsed.keywords), keywords, text);
    }
  });

  it("refuses what cannot be meant", () => {
    for (const text of ["tor:a:80\\", "tor:host=a:host=b"]) {
      assert.throws(() => parseEndpointString(text), SyntaxError);
    }
  });
});

describe("clientFromString", () => {
  it("reads the long form and the short one", () => {
    for (
      const [text, host, port, tls, socks] of [
        ["tor:host=example.com:port=80", "example.com", 80, false, undefined],
        ["tor:port=80:host=example.com", "example.com", 80, false, undefined],
        ["tor:example.com:80", "example.com", 80, false, undefined],
        ["tor:example.com:port=80:tls=True", "example.com", 80, true, undefined],
        ["tor:b\u00fccher.example:1:tls=no", "xn--bcher-kva.example", 1, false, undefined],
        ["tor:[2001:DB8:0::7]:65535", "2001:db8::7", 65535, false, undefined],
        ["tor:a:1:socksPort=9150", "a", 1, false, { hostname: "127.0.0.1", port: 9150 }],
        ["tor:a:1:socksHostname=tor.lan", "a", 1, false, { hostname: "tor.lan", port: 9050 }],
        ["tor:a:1:socksPort=9:socksHostname=[::1]", "a", 1, false, { hostname: "::1", port: 9 }],
        ["tor:a:1:socksPort=unix\\:/run/s", "a", 1, false, { path: "/run/s" }],
      ] as const
    ) {
      const endpoint = clientFromString(text);
      assert.deepEqual(
        [endpoint.host, endpoint.port, endpoint.tls, endpoint.socks],
        [host, port, tls, socks],
        text,
      );
    }
  });

  it("refuses what makes no sense, before anything is connected to", () => {
    for (
      const [text, name, message] of [
        ["", "SyntaxError", /of the kind ""/],
        ["tcp:a:80", "SyntaxError", /of the kind "tcp"/],
        ["tor:a", "SyntaxError", /no port/],
        ["tor:port=80", "SyntaxError", /no host/],
        ["tor:a:80:90", "SyntaxError", /more than a host and a port/],
        ["tor:a:80:host=b", "SyntaxError", /host twice/],
        ["tor:a:80:proxy=b", "SyntaxError", /with proxy/],
        ["tor:a:80:tls=maybe", "SyntaxError", /"maybe" as tls/],
        ["tor:a:80:socksUsername=u", "SyntaxError", /without socksPassword/],
        ["tor:a:80:socksPort=unix\\:/s:socksHostname=h", "SyntaxError", /Unix socket/],
        ["tor:a:0", "RangeError", /"0" as port/],
        ["tor:a:65536", "RangeError", /"65536" as port/],
        ["tor:a:http", "RangeError", /"http" as port/],
        ["tor:a:80:socksPort=x", "RangeError", /"x" as socksPort/],
        ["tor:a b:80", "TypeError", /"a b" as a host/],
        ["tor::80", "TypeError", /empty host/],
        [`tor:${"a".repeat(256)}:80`, "RangeError", /256 bytes/],
      ] as const
    ) assert.throws(() => clientFromString(text), { name, message }, text);
  });

  it("connects through the SOCKS port that it names, with what it says", async () => {
    await using socks = await ScriptedSocksServer.start();
    const where = `socksHostname=127.0.0.1:socksPort=${socks.address.port}`;
    const login = "socksUsername=me:socksPassword=a\\:b";
    await using _named = await clientFromString(`tor:a.example:80:${where}:${login}`).connect();
    const endpoint = clientFromString(`tor:b.example:81:${where}`);
    await using _first = await endpoint.connect();
    await using _again = await endpoint.connect();
    await using _none = await endpoint.connect({ isolation: "none" });
    const [named, first, again, none] = socks.requests;
    assert.deepEqual([named?.host, named?.port], ["a.example", 80]);
    assert.deepEqual([named?.username, named?.password], ["me", "a:b"]);
    assert.match(first?.password ?? "", /^[0-9A-F]{16} origin tcp:\/\/b\.example:81$/i);
    assert.equal(again?.password, first?.password);
    assert.equal(none?.password, undefined);
  });

  it("connects through a Tor where it names no SOCKS port", async () => {
    await using socks = await ScriptedSocksServer.start();
    await using port = await ScriptedControlPort.start();
    await using tor = await connect({ control: port.address, socks: socks.address });
    await using _conn = await clientFromString("tor:a.example:80", { tor }).connect();
    const local = clientFromString("tor:127.0.0.1:80", { tor });
    await assert.rejects(local.connect(), TypeError);
    await using _local = await local.connect({ allowPrivate: true });
    assert.deepEqual(socks.requests.map(({ host }) => host), ["a.example", "127.0.0.1"]);
  });
});
