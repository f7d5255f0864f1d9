import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import fc from "fast-check";
import { parseRouterStatuses, type RouterStatus } from "../../lib/codec/router_status.ts";
import { encodeHostPort } from "../_support/encode_event.ts";
import {
  fingerprint,
  hostPort,
  nickname,
  optional,
  record,
  text,
  wholeSecond,
} from "../_support/event_arbitraries.ts";
import { recordedReplyData } from "../_support/recorded_events.ts";

const R = "r n02r Zpcq6644F/y5jobxKZOEcwd1q1o VgQdu93hKh1IXReYJdkQgKaz8EE " +
  "2038-01-01 00:00:00 127.0.0.1 21002 0";

/** What an entry has that is no more than its `r` line. */
const N02R: RouterStatus = {
  nickname: "n02r",
  fingerprint: "66972AEBAE3817FCB98E86F1299384730775AB5A",
  digest: "56041DBBDDE12A1D485D179825D91080A6B3F041",
  publication: new Date("2038-01-01T00:00:00Z"),
  ip: "127.0.0.1",
  orPort: 21002,
  dirPort: 0,
  orAddresses: [],
  flags: [],
  version: undefined,
  protocols: undefined,
  bandwidth: undefined,
  measured: undefined,
  unmeasured: false,
  policySummary: undefined,
  microdescriptors: [],
  extra: [],
};

describe("parseRouterStatuses", () => {
  it("reads the relays of a recorded GETINFO ns/all", () => {
    const routers = parseRouterStatuses(recordedReplyData("ns/all=").join("\n"));
    assert.equal(routers.length, 5);
    assert.deepEqual(routers[0], {
      ...N02R,
      bandwidth: 0,
      flags: ["Exit", "Fast", "Guard", "HSDir", "Running", "Stable", "V2Dir", "Valid"],
    });
    assert.ok(routers.every((router) => router.extra.length === 0));
  });

  it("reads every kind of line", () => {
    assert.deepEqual(
      parseRouterStatuses(
        `${R}\na [2001:db8::1]:9001\na 1.2.3.4:9002\ns Fast Running\nv Tor 0.4.9.11\n` +
          "pr Cons=1-2 Link=1-5\nw Bandwidth=20 Measured=30 Unmeasured=1\np accept 80,443\n" +
          "m 8,9 sha256=abc\nm 10 sha256=def\n",
      ),
      [{
        ...N02R,
        orAddresses: [{ address: "2001:db8::1", port: 9001 }, { address: "1.2.3.4", port: 9002 }],
        flags: ["Fast", "Running"],
        version: "Tor 0.4.9.11",
        protocols: "Cons=1-2 Link=1-5",
        bandwidth: 20,
        measured: 30,
        unmeasured: true,
        policySummary: "accept 80,443",
        microdescriptors: ["8,9 sha256=abc", "10 sha256=def"],
      }],
    );
  });

  it("reads entries of no more than one line", () => {
    assert.deepEqual(parseRouterStatuses(R), [N02R]);
    assert.deepEqual(parseRouterStatuses(`${R}\n${R}\n`), [N02R, N02R]);
    assert.equal(parseRouterStatuses(R.replace("21002", "65535"))[0]?.orPort, 65535);
    assert.deepEqual(parseRouterStatuses(`${R}\ns\nw\n`), [N02R]);
  });

  it("reads a consensus of microdescriptors whole", () => {
    const microdesc = "r n02r Zpcq6644F/y5jobxKZOEcwd1q1o 2038-01-01 00:00:00 127.0.0.1 21002 0";
    const text = `network-status-version 3 microdesc\n${microdesc}\nm digest\n` +
      `${microdesc}\nm other\ndirectory-footer\nbandwidth-weights Wbd=0\n`;
    assert.deepEqual(parseRouterStatuses(text), [
      { ...N02R, digest: undefined, microdescriptors: ["digest"] },
      { ...N02R, digest: undefined, microdescriptors: ["other"] },
    ]);
  });

  it("keeps what it does not recognise", () => {
    assert.deepEqual(
      parseRouterStatuses(
        `${R} 99\nid ed25519 none\na nowhere\nw Bandwidth=x New=1 word Measured=2\nstats\n`,
      ),
      [{
        ...N02R,
        measured: 2,
        extra: [
          "99",
          "id ed25519 none",
          "a nowhere",
          "Bandwidth=x",
          "New=1",
          "word",
          "stats",
        ],
      }],
    );
    const [odd] = parseRouterStatuses(R.replace("2038-01-01 00:00:00", "2038-13-01 00:00:00"));
    assert.equal(odd?.publication, undefined);
    assert.deepEqual(odd?.extra, ["2038-13-01 00:00:00"]);
  });

  const MALFORMED = [
    "r",
    "r ",
    "r n02r",
    R.replace("Zpcq", "*pcq"),
    R.replace("Zpcq", "épcq"),
    R.replace("Zpcq", "Zpc"),
    R.replace("21002", "65536"),
    R.replace(/ 0$/, ""),
    R.replace(/ 0$/, " -1"),
  ];
  for (const line of MALFORMED) {
    it(`skips the malformed entry ${line}`, () => {
      assert.deepEqual(parseRouterStatuses(`${line}\ns Fast\n${R}\n`), [N02R]);
    });
  }

  it("comes back as it was encoded", () => {
    fc.assert(fc.property(fc.array(router, { maxLength: 3 }), (routers) => {
      assert.deepEqual(parseRouterStatuses(routers.map(encodeRouter).join("")), routers);
    }));
  });

  it("throws nothing, whatever comes", () => {
    const line = fc.oneof(
      fc.constantFrom(R, "r ", "s", "a ", "w =", "w  ", "w Bandwidth=", "p", ""),
      text,
    );
    fc.assert(fc.property(fc.array(line), (lines) => void parseRouterStatuses(lines.join("\n"))));
  });
});

const phrase = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9 =,.-]{0,30}$/);

const router: fc.Arbitrary<RouterStatus> = record({
  nickname,
  fingerprint,
  digest: fingerprint,
  publication: wholeSecond,
  ip: fc.ipV4(),
  orPort: fc.nat({ max: 65535 }),
  dirPort: fc.nat({ max: 65535 }),
  orAddresses: fc.array(hostPort, { maxLength: 2 }),
  flags: fc.array(fc.stringMatching(/^[A-Z][A-Za-z0-9]{1,9}$/), { maxLength: 8 }),
  version: optional(phrase),
  protocols: optional(phrase),
  bandwidth: optional(fc.maxSafeNat()),
  measured: optional(fc.nat()),
  unmeasured: fc.boolean(),
  policySummary: optional(phrase),
  microdescriptors: fc.array(phrase, { maxLength: 2 }),
  extra: fc.array(phrase.map((value) => `new-${value}`), { maxLength: 2 }),
});

function encodeRouter(router: RouterStatus): string {
  const base64 = (hex: string) => Buffer.from(hex, "hex").toString("base64").replace("=", "");
  const time = router.publication!.toISOString().slice(0, 19).replace("T", " ");
  const weights = [
    router.bandwidth === undefined ? "" : ` Bandwidth=${router.bandwidth}`,
    router.measured === undefined ? "" : ` Measured=${router.measured}`,
    router.unmeasured ? " Unmeasured=1" : "",
  ].join("");
  const r =
    `r ${router.nickname} ${base64(router.fingerprint)} ${base64(router.digest!)} ${time} ` +
    `${router.ip} ${router.orPort} ${router.dirPort}`;
  return [
    r,
    ...router.orAddresses.map((address) => `a ${encodeHostPort(address)}`),
    `s ${router.flags.join(" ")}`,
    ...(router.version === undefined ? [] : [`v ${router.version}`]),
    ...(router.protocols === undefined ? [] : [`pr ${router.protocols}`]),
    ...(weights === "" ? [] : [`w${weights}`]),
    ...(router.policySummary === undefined ? [] : [`p ${router.policySummary}`]),
    ...router.microdescriptors.map((digest) => `m ${digest}`),
    ...router.extra,
  ].map((line) => `${line}\n`).join("");
}
