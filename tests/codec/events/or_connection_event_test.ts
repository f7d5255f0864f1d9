import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  type OrConnEvent,
  parseEvent,
  parseOrConnStatusLine,
} from "../../../lib/codec/events/mod.ts";
import { encodeHostPort, encodeServer, EventLine } from "../../_support/encode_event.ts";
import {
  extras,
  hostPort,
  id,
  longName,
  nickname,
  optional,
  record,
  word,
} from "../../_support/event_arbitraries.ts";
import { plainEvent } from "../../_support/plain_event.ts";

const N04R = { fingerprint: "B74C78CCFA15DD8E044F267828A4D7E661254F52", nickname: "n04r" };

describe("ORCONN", () => {
  it("reads a relay that was connected", () => {
    assert.deepEqual(
      plainEvent(
        parseEvent("ORCONN $B74C78CCFA15DD8E044F267828A4D7E661254F52~n04r CONNECTED ID=21"),
      ),
      {
        type: "ORCONN",
        target: "$B74C78CCFA15DD8E044F267828A4D7E661254F52~n04r",
        server: N04R,
        address: undefined,
        port: undefined,
        status: "CONNECTED",
        reason: undefined,
        nCircs: undefined,
        connId: 21,
        extra: {},
        extraArguments: [],
      },
    );
  });

  it("reads a connection that failed", () => {
    assert.deepEqual(
      plainEvent(
        parseEvent("ORCONN [2001:db8::1]:9001 FAILED REASON=TLS_ERROR NCIRCS=2 ID=x FOO=bar baz"),
      ),
      {
        type: "ORCONN",
        target: "[2001:db8::1]:9001",
        server: undefined,
        address: "2001:db8::1",
        port: 9001,
        status: "FAILED",
        reason: "TLS_ERROR",
        nCircs: 2,
        connId: undefined,
        extra: { ID: "x", FOO: "bar" },
        extraArguments: ["baz"],
      },
    );
  });

  it("reads a nickname, and keeps what is no name", () => {
    const named = parseEvent("ORCONN moria1 CLOSED");
    assert.ok(named.type === "ORCONN");
    assert.deepEqual(named.server, { fingerprint: undefined, nickname: "moria1" });
    const odd = parseEvent("ORCONN <unknown> CLOSED");
    assert.ok(odd.type === "ORCONN");
    assert.equal(odd.target, "<unknown>");
    assert.equal(odd.server, undefined);
    assert.equal(odd.address, undefined);
  });

  it("is malformed without a target or a status", () => {
    assert.equal(parseEvent("ORCONN").type, "unknown");
    assert.equal(parseEvent("ORCONN moria1 ID=3").type, "unknown");
    assert.equal(parseOrConnStatusLine(""), undefined);
  });

  it("comes back as it was encoded", () => {
    fc.assert(fc.property(orConn, (event) => {
      const line = new EventLine("ORCONN")
        .words(event.target, event.status)
        .value("REASON", event.reason)
        .value("NCIRCS", event.nCircs)
        .value("ID", event.connId)
        .extra(event)
        .toString();
      assert.deepEqual(plainEvent(parseEvent(line)), event);
      assert.deepEqual(plainEvent(parseOrConnStatusLine(line.slice("ORCONN ".length))), event);
    }));
  });
});

const target = fc.oneof(
  fc.oneof(longName, nickname.map((name) => ({ fingerprint: undefined, nickname: name })))
    .map((server) => ({
      target: encodeServer(server),
      server,
      address: undefined,
      port: undefined,
    })),
  hostPort.map((endpoint) => ({
    target: encodeHostPort(endpoint),
    server: undefined,
    ...endpoint,
  })),
);

const orConn: fc.Arbitrary<OrConnEvent> = fc.tuple(
  target,
  record({
    status: word,
    reason: optional(word),
    nCircs: optional(fc.nat()),
    connId: optional(id),
  }),
  extras,
).map(([names, event, left]) => ({ type: "ORCONN", ...names, ...event, ...left }));
