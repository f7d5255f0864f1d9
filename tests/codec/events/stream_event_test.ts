import assert from "node:assert/strict";
import { inspect } from "node:util";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  parseEvent,
  parseStreamStatusLine,
  type StreamEvent,
} from "../../../lib/codec/events/mod.ts";
import { encodeHostPort, EventLine } from "../../_support/encode_event.ts";
import {
  extras,
  hostPort,
  id,
  optional,
  record,
  text,
  word,
} from "../../_support/event_arbitraries.ts";
import { plainEvent } from "../../_support/plain_event.ts";

/** What a stream event has where its line has no keywords. */
const NOTHING = {
  reason: undefined,
  remoteReason: undefined,
  source: undefined,
  sourceAddress: undefined,
  sourcePort: undefined,
  purpose: undefined,
  socksUsername: undefined,
  socksPassword: undefined,
  clientProtocol: undefined,
  nymEpoch: undefined,
  sessionGroup: undefined,
  isoFields: undefined,
  extra: {},
  extraArguments: [],
};

const parse = (line: string) => plainEvent(parseEvent(line));

describe("STREAM", () => {
  it("reads a new stream", () => {
    assert.deepEqual(
      parse(
        "STREAM 22 NEW 0 127.0.0.1:42997 SOURCE_ADDR=127.0.0.1:35032 PURPOSE=USER " +
          String.raw`SOCKS_USERNAME="alice" SOCKS_PASSWORD="s3 \"cret" CLIENT_PROTOCOL=SOCKS5 ` +
          "NYM_EPOCH=0 SESSION_GROUP=-4 " +
          "ISO_FIELDS=SOCKS_USERNAME,SOCKS_PASSWORD,CLIENTADDR,SESSION_GROUP,NYM_EPOCH",
      ),
      {
        ...NOTHING,
        type: "STREAM",
        streamId: 22,
        status: "NEW",
        circuitId: 0,
        target: "127.0.0.1:42997",
        targetAddress: "127.0.0.1",
        targetPort: 42997,
        sourceAddress: "127.0.0.1",
        sourcePort: 35032,
        purpose: "USER",
        socksUsername: "alice",
        socksPassword: 's3 "cret',
        clientProtocol: "SOCKS5",
        nymEpoch: 0,
        sessionGroup: -4,
        isoFields: ["SOCKS_USERNAME", "SOCKS_PASSWORD", "CLIENTADDR", "SESSION_GROUP", "NYM_EPOCH"],
      },
    );
  });

  it("reads a closed stream of Tor itself", () => {
    const target = "127.0.0.1.$8EEC1D39B41A089352A64B645849E96A6F537826.exit:21000";
    assert.deepEqual(
      parse(
        `STREAM 54 CLOSED 49 ${target} REASON=END REMOTE_REASON=DONE CLIENT_PROTOCOL=UNKNOWN ` +
          "NYM_EPOCH=1 SESSION_GROUP=-2 ISO_FIELDS=",
      ),
      {
        ...NOTHING,
        type: "STREAM",
        streamId: 54,
        status: "CLOSED",
        circuitId: 49,
        target,
        targetAddress: "127.0.0.1.$8EEC1D39B41A089352A64B645849E96A6F537826.exit",
        targetPort: 21000,
        reason: "END",
        remoteReason: "DONE",
        clientProtocol: "UNKNOWN",
        nymEpoch: 1,
        sessionGroup: -2,
        isoFields: [],
      },
    );
  });

  const TARGETS: [string, string, number | undefined][] = [
    ["example.com:80", "example.com", 80],
    ["example.com:0", "example.com", 0],
    ["[2001:db8::1]:443", "2001:db8::1", 443],
    ["(Tor_internal):80", "(Tor_internal)", 80],
    ["2001:db8::1:443", "2001:db8::1", 443],
    [":80", "", 80],
    ["example.com", "example.com", undefined],
    ["example.com:", "example.com:", undefined],
    ["example.com:65536", "example.com:65536", undefined],
    ["example.com:123456", "example.com:123456", undefined],
    ["REASON=odd:80", "REASON=odd", 80],
  ];
  for (const [target, address, port] of TARGETS) {
    it(`reads the target ${target}`, () => {
      const event = parseEvent(`STREAM 1 NEW 0 ${target} SOURCE=EXIT`);
      assert.ok(event.type === "STREAM");
      assert.equal(event.target, target);
      assert.equal(event.targetAddress, address);
      assert.equal(event.targetPort, port);
      assert.equal(event.source, "EXIT");
    });
  }

  it("keeps what it does not recognise", () => {
    assert.deepEqual(
      parse(
        "STREAM 1 FROBBED 2 a:1 more words NEW_WORD=1 SOURCE_ADDR=nowhere NYM_EPOCH=x SESSION_GROUP=-",
      ),
      {
        ...NOTHING,
        type: "STREAM",
        streamId: 1,
        status: "FROBBED",
        circuitId: 2,
        target: "a:1",
        targetAddress: "a",
        targetPort: 1,
        extra: { NEW_WORD: "1", SOURCE_ADDR: "nowhere", NYM_EPOCH: "x", SESSION_GROUP: "-" },
        extraArguments: ["more", "words"],
      },
    );
  });

  it("reads values of any kind in quotes", () => {
    const event = parseEvent(
      'STREAM 1 NEW 0 a:1 NYM_EPOCH="5" SESSION_GROUP="-4" ISO_FIELDS="A,B"',
    );
    assert.ok(event.type === "STREAM");
    assert.equal(event.nymEpoch, 5);
    assert.equal(event.sessionGroup, -4);
    assert.deepEqual(event.isoFields, ["A", "B"]);
  });

  it("keeps further lines", () => {
    const event = parseEvent("STREAM 1 NEW 0 a:1", "a block", [{ text: "A=1", data: undefined }]);
    assert.ok(event.type === "STREAM");
    assert.deepEqual({ ...event.extra }, { A: "1" });
    assert.deepEqual(event.extraArguments, ["a block"]);
  });

  const MALFORMED = [
    "STREAM",
    "STREAM 1",
    "STREAM 1 NEW",
    "STREAM 1 NEW 0",
    "STREAM 1 NEW 0 ",
    "STREAM x NEW 0 a:1",
    "STREAM 1 NEW x a:1",
    "STREAM 1  0 a:1",
    "STREAM 1 NEW 0  a:1",
  ];
  for (const line of MALFORMED) {
    it(`takes ${JSON.stringify(line)} for malformed`, () => {
      assert.deepEqual(parseEvent(line), {
        type: "unknown",
        keyword: "STREAM",
        text: line,
        data: undefined,
        lines: [],
      });
    });
  }

  it("is shown and written as JSON whole", () => {
    const event = parseEvent("STREAM 1 NEW 0 a:1 PURPOSE=USER");
    assert.match(inspect(event), /purpose: ['"]USER['"]/);
    assert.equal(JSON.parse(JSON.stringify(event)).purpose, "USER");
  });

  it("is shown without its SOCKS password, which is there to be read", () => {
    const event = parseEvent('STREAM 1 NEW 0 a:1 SOCKS_USERNAME="alice" SOCKS_PASSWORD="hunter2"');
    assert.match(inspect(event), /socksPassword: ['"]\[secret\]['"]/);
    assert.doesNotMatch(inspect(event), /hunter2/);
    assert.equal(event.type === "STREAM" && event.socksPassword, "hunter2");
  });

  it("comes back as it was encoded", () => {
    fc.assert(fc.property(stream, (event) => {
      const line = encodeStream(event);
      assert.deepEqual(parse(line), event);
      assert.deepEqual(plainEvent(parseStreamStatusLine(line.slice("STREAM ".length))), event);
    }));
  });
});

const stream: fc.Arbitrary<StreamEvent> = fc.tuple(
  record({
    streamId: id,
    status: word,
    circuitId: id,
    target: hostPort,
    reason: optional(word),
    remoteReason: optional(word),
    source: optional(word),
    sourceAddr: optional(hostPort),
    purpose: optional(word),
    socksUsername: optional(text),
    socksPassword: optional(text),
    clientProtocol: optional(word),
    nymEpoch: optional(fc.nat()),
    sessionGroup: optional(fc.integer().map((group) => group === 0 ? 0 : group)),
    isoFields: optional(fc.array(word, { maxLength: 5 })),
  }),
  extras,
).map(([{ target, sourceAddr, ...event }, left]) => ({
  type: "STREAM",
  ...event,
  target: encodeHostPort(target),
  targetAddress: target.address,
  targetPort: target.port,
  sourceAddress: sourceAddr?.address,
  sourcePort: sourceAddr?.port,
  ...left,
}));

function encodeStream(event: StreamEvent): string {
  const { sourceAddress: address, sourcePort: port } = event;
  const source = address === undefined || port === undefined ? undefined : { address, port };
  return new EventLine("STREAM")
    .words(event.streamId, event.status, event.circuitId, event.target)
    .value("REASON", event.reason)
    .value("REMOTE_REASON", event.remoteReason)
    .value("SOURCE", event.source)
    .value("SOURCE_ADDR", source && encodeHostPort(source))
    .value("PURPOSE", event.purpose)
    .quoted("SOCKS_USERNAME", event.socksUsername)
    .quoted("SOCKS_PASSWORD", event.socksPassword)
    .value("CLIENT_PROTOCOL", event.clientProtocol)
    .value("NYM_EPOCH", event.nymEpoch)
    .value("SESSION_GROUP", event.sessionGroup)
    .value("ISO_FIELDS", event.isoFields?.join(","))
    .extra(event)
    .toString();
}
