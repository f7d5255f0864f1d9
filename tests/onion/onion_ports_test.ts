import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  formatOnionPort,
  type OnionPortsLike,
  parseOnionPorts,
} from "../../lib/onion/onion_ports.ts";

const local = (port: number) => ({ hostname: "127.0.0.1", port });

describe("the ports of an onion service", () => {
  it("are read in every form, and written as Tor has them", () => {
    const cases: [OnionPortsLike, number, unknown, string][] = [
      [80, 80, local(80), "80 127.0.0.1:80"],
      ["80", 80, local(80), "80 127.0.0.1:80"],
      [" 80  8080 ", 80, local(8080), "80 127.0.0.1:8080"],
      ["80 127.0.0.7:8080", 80, { hostname: "127.0.0.7", port: 8080 }, "80 127.0.0.7:8080"],
      ["80 127.0.0.1", 80, local(80), "80 127.0.0.1:80"],
      ["80 [::1]:8080", 80, { hostname: "::1", port: 8080 }, "80 [::1]:8080"],
      ["80 [0:0::1]", 80, { hostname: "::1", port: 80 }, "80 [::1]:80"],
      ["80 localhost:81", 80, local(81), "80 127.0.0.1:81"],
      ["80 unix:/run/web", 80, { path: "/run/web" }, '80 unix:"/run/web"'],
      ['80 unix:"/run/a b"', 80, { path: "/run/a b" }, '80 unix:"/run/a b"'],
      [[[80, 8080]], 80, local(8080), "80 127.0.0.1:8080"],
      [[[80, "[::1]:8080"]], 80, { hostname: "::1", port: 8080 }, "80 [::1]:8080"],
      [{ virtual: 80 }, 80, local(80), "80 127.0.0.1:80"],
      [{ virtual: 80, target: 8080 }, 80, local(8080), "80 127.0.0.1:8080"],
      [{ virtual: 80, target: { path: "/a" } }, 80, { path: "/a" }, '80 unix:"/a"'],
    ];
    for (const [ports, virtual, target, text] of cases) {
      const parsed = parseOnionPorts(ports);
      assert.deepEqual(parsed, [{ virtual, target }], JSON.stringify(ports));
      assert.equal(formatOnionPort(parsed[0]!), text);
      assert.deepEqual(parseOnionPorts(text), parsed, text);
    }
    assert.deepEqual(parseOnionPorts([80, 8080]), [
      { virtual: 80, target: local(80) },
      { virtual: 8080, target: local(8080) },
    ]);
  });

  it("are refused where they are none", () => {
    const ranges: OnionPortsLike[] = [[], 0, 65536, 1.5, NaN, "0", "80 0", [[80, 65536]]];
    for (const ports of [...ranges, "80 127.0.0.1:0", { virtual: -1 }]) {
      assert.throws(() => parseOnionPorts(ports), RangeError, JSON.stringify(ports));
    }
    const others = ["", "http", "80,8080", "80 8080 9090", "80 :8080", "80\n81", [[80]], null, [
      null,
    ]];
    const targets = ["80 unix:web", '80 unix:"/a', '80 unix:"/a"b', "80 127.0.0.1:x", "80 unix:"];
    for (const ports of [...others, ...targets] as OnionPortsLike[]) {
      assert.throws(() => parseOnionPorts(ports), TypeError, JSON.stringify(ports));
    }
  });

  it("go to other machines only where that is allowed, and never to a name", () => {
    for (const host of ["192.168.0.2", "0.0.0.0", "[2001:db8::7]", "[::]", "[::ffff:127.0.0.1]"]) {
      const ports = `80 ${host}:8080`;
      assert.throws(
        () => parseOnionPorts(ports),
        /not on this machine \(option allowRemoteTarget\)/,
      );
      assert.equal(parseOnionPorts(ports, { allowRemoteTarget: true }).length, 1, host);
    }
    for (const allowRemoteTarget of [false, true]) {
      const parse = () => parseOnionPorts("80 www.example:80", { allowRemoteTarget });
      assert.throws(parse, /the system's DNS/);
    }
  });
});
