import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  type AddrMapEvent,
  type GuardEvent,
  type NewDescEvent,
  parseEvent,
  type TransportLaunchedEvent,
} from "../../../lib/codec/events/mod.ts";
import { encodeQuotedTime, encodeServer, EventLine } from "../../_support/encode_event.ts";
import {
  extraKeywords,
  extras,
  id,
  longName,
  nickname,
  optional,
  record,
  text,
  wholeSecond,
  word,
} from "../../_support/event_arbitraries.ts";
import { plainEvent } from "../../_support/plain_event.ts";

const parse = (line: string | EventLine) => plainEvent(parseEvent(`${line}`));
const N02R = { fingerprint: "66972AEBAE3817FCB98E86F1299384730775AB5A", nickname: "n02r" };
const RECOGNISED = { extra: {}, extraArguments: [] };

describe("ADDRMAP", () => {
  it("reads a mapping that never ends", () => {
    assert.deepEqual(parse('ADDRMAP 127.242.179.95 example.org NEVER CACHED="YES"'), {
      type: "ADDRMAP",
      address: "127.242.179.95",
      newAddress: "example.org",
      expires: undefined,
      never: true,
      localExpiry: undefined,
      error: undefined,
      cached: true,
      streamId: undefined,
      ...RECOGNISED,
    });
  });

  it("reads an error, and the time of expiry in UTC", () => {
    assert.deepEqual(
      parse(
        'ADDRMAP example.com <error> "2026-11-21 21:08:02" error=yes ' +
          'EXPIRES="2026-11-21 20:08:02" CACHED="NO" STREAMID=27',
      ),
      {
        type: "ADDRMAP",
        address: "example.com",
        newAddress: undefined,
        expires: new Date("2026-11-21T20:08:02Z"),
        never: false,
        localExpiry: "2026-11-21 21:08:02",
        error: "yes",
        cached: false,
        streamId: 27,
        ...RECOGNISED,
      },
    );
  });

  it("reads a quoted STREAMID, as the specification has it", () => {
    const event = parseEvent('ADDRMAP a b NEVER STREAMID="5"');
    assert.ok(event.type === "ADDRMAP");
    assert.equal(event.streamId, 5);
  });

  it("keeps what is not of its type", () => {
    const event = parseEvent("ADDRMAP a b NEVER EXPIRES=soon CACHED=MAYBE STREAMID=x");
    assert.ok(event.type === "ADDRMAP");
    assert.deepEqual({ ...event.extra }, { EXPIRES: "soon", CACHED: "MAYBE", STREAMID: "x" });
  });

  it("is malformed without two addresses", () => {
    assert.equal(parseEvent("ADDRMAP example.com").type, "unknown");
  });

  it("comes back as it was encoded", () => {
    const address = fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6());
    const arbitrary: fc.Arbitrary<AddrMapEvent> = fc.tuple(
      record({
        address,
        newAddress: optional(address),
        expires: optional(wholeSecond),
        localExpiry: optional(wholeSecond),
        error: optional(text),
        cached: optional(fc.boolean()),
        streamId: optional(id),
      }),
      extras,
    ).map(([event, left]) => ({
      type: "ADDRMAP",
      ...event,
      never: event.localExpiry === undefined,
      localExpiry: encodeQuotedTime(event.localExpiry)?.slice(1, -1),
      ...left,
    }));
    fc.assert(fc.property(arbitrary, (event) => {
      const expiry = event.localExpiry === undefined ? "NEVER" : `"${event.localExpiry}"`;
      const line = new EventLine("ADDRMAP")
        .words(event.address, event.newAddress ?? "<error>", expiry)
        .quoted("error", event.error)
        .value("EXPIRES", encodeQuotedTime(event.expires))
        .quoted("CACHED", event.cached === undefined ? undefined : event.cached ? "YES" : "NO")
        .value("STREAMID", event.streamId)
        .extra(event);
      assert.deepEqual(parse(line), event);
    }));
  });
});

describe("GUARD", () => {
  it("reads a guard that is good again", () => {
    assert.deepEqual(parse("GUARD ENTRY $66972AEBAE3817FCB98E86F1299384730775AB5A~n02r GOOD_L2"), {
      type: "GUARD",
      guardType: "ENTRY",
      name: "$66972AEBAE3817FCB98E86F1299384730775AB5A~n02r",
      server: N02R,
      status: "GOOD_L2",
      ...RECOGNISED,
    });
  });

  it("keeps names that are none", () => {
    const event = parseEvent("GUARD ENTRY <none> NEW");
    assert.ok(event.type === "GUARD");
    assert.equal(event.name, "<none>");
    assert.equal(event.server, undefined);
  });

  it("is malformed where a word is missing", () => {
    assert.equal(parseEvent("GUARD ENTRY moria1").type, "unknown");
  });

  it("comes back as it was encoded", () => {
    const server = fc.oneof(
      longName,
      nickname.map((name) => ({ fingerprint: undefined, nickname: name })),
    );
    const arbitrary: fc.Arbitrary<GuardEvent> = fc.tuple(
      record({ guardType: word, server, status: word }),
      extras,
    ).map(([event, left]) => ({
      type: "GUARD",
      name: encodeServer(event.server),
      ...event,
      ...left,
    }));
    fc.assert(fc.property(arbitrary, (event) => {
      const line = new EventLine("GUARD")
        .words(event.guardType, event.name, event.status)
        .extra(event);
      assert.deepEqual(parse(line), event);
    }));
  });
});

describe("NEWDESC", () => {
  it("reads many relays", () => {
    const name = "$66972AEBAE3817FCB98E86F1299384730775AB5A~n02r";
    assert.deepEqual(parse(`NEWDESC ${name} ${name} 0xBEEF A=1`), {
      type: "NEWDESC",
      longNames: [N02R, N02R],
      extra: { A: "1" },
      extraArguments: ["0xBEEF"],
    });
  });

  it("is malformed without a relay", () => {
    assert.equal(parseEvent("NEWDESC").type, "unknown");
    assert.equal(parseEvent("NEWDESC <none>").type, "unknown");
  });

  it("comes back as it was encoded", () => {
    const arbitrary: fc.Arbitrary<NewDescEvent> = fc.tuple(
      fc.array(longName, { minLength: 1, maxLength: 5 }),
      extras,
    ).map(([longNames, left]) => ({ type: "NEWDESC", longNames, ...left }));
    fc.assert(fc.property(arbitrary, (event) => {
      const line = new EventLine("NEWDESC").words(...event.longNames.map(encodeServer));
      assert.deepEqual(parse(line.extra(event)), event);
    }));
  });
});

describe("TRANSPORT_LAUNCHED", () => {
  it("reads a transport of a client", () => {
    assert.deepEqual(parse("TRANSPORT_LAUNCHED client obfs4 127.0.0.1 42997"), {
      type: "TRANSPORT_LAUNCHED",
      transportType: "client",
      name: "obfs4",
      transportAddress: "127.0.0.1",
      port: 42997,
      ...RECOGNISED,
    });
  });

  it("is malformed without a port", () => {
    assert.equal(parseEvent("TRANSPORT_LAUNCHED client obfs4 127.0.0.1").type, "unknown");
    assert.equal(parseEvent("TRANSPORT_LAUNCHED client obfs4 127.0.0.1 x").type, "unknown");
  });

  it("comes back as it was encoded", () => {
    const arbitrary: fc.Arbitrary<TransportLaunchedEvent> = fc.tuple(
      record({
        type: fc.constant<"TRANSPORT_LAUNCHED">("TRANSPORT_LAUNCHED"),
        transportType: fc.constantFrom("client", "server"),
        name: fc.stringMatching(/^[a-z][a-z0-9_]{0,9}$/),
        transportAddress: fc.oneof(fc.ipV4(), fc.ipV6()),
        port: fc.nat({ max: 65535 }),
      }),
      extras,
    ).map(([event, left]) => ({ ...event, ...left }));
    fc.assert(fc.property(arbitrary, (event) => {
      const line = new EventLine("TRANSPORT_LAUNCHED")
        .words(event.transportType, event.name, event.transportAddress, event.port)
        .extra(event);
      assert.deepEqual(parse(line), event);
    }));
  });
});

describe("PT_LOG", () => {
  it("reads the specification's example", () => {
    const line = 'PT_LOG PT=/usr/bin/obs4proxy SEVERITY=debug MESSAGE="Connected to bridge A"';
    assert.deepEqual(parse(line), {
      type: "PT_LOG",
      pt: "/usr/bin/obs4proxy",
      severity: "debug",
      message: "Connected to bridge A",
      ...RECOGNISED,
    });
    assert.equal(parseEvent("PT_LOG MESSAGE=x").type, "unknown");
  });

  it("comes back as it was encoded", () => {
    const arbitrary = record({ pt: text, severity: optional(word), message: optional(text) });
    fc.assert(fc.property(arbitrary, extraKeywords, (event, left) => {
      const line = new EventLine("PT_LOG")
        .quoted("PT", event.pt)
        .value("SEVERITY", event.severity)
        .quoted("MESSAGE", event.message)
        .extra(left);
      assert.deepEqual(parse(line), { type: "PT_LOG", ...event, ...left });
    }));
  });
});

describe("PT_STATUS", () => {
  it("reads the specification's example, and keeps what the transport tells", () => {
    assert.deepEqual(parse("PT_STATUS PT=/usr/bin/obs4proxy TRANSPORT=obfs4 CONNECT=Success"), {
      type: "PT_STATUS",
      pt: "/usr/bin/obs4proxy",
      transport: "obfs4",
      extra: { CONNECT: "Success" },
      extraArguments: [],
    });
    assert.equal(parseEvent("PT_STATUS TRANSPORT=obfs4").type, "unknown");
  });

  it("comes back as it was encoded", () => {
    const arbitrary = record({ pt: text, transport: optional(word) });
    fc.assert(fc.property(arbitrary, extraKeywords, (event, left) => {
      const line = new EventLine("PT_STATUS")
        .quoted("PT", event.pt)
        .value("TRANSPORT", event.transport)
        .extra(left);
      assert.deepEqual(parse(line), { type: "PT_STATUS", ...event, ...left });
    }));
  });
});
