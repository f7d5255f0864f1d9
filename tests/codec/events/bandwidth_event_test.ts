import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  type BwEvent,
  type CircBwEvent,
  type ConnBwEvent,
  parseEvent,
  type StreamBwEvent,
  type TbEmptyEvent,
} from "../../../lib/codec/events/mod.ts";
import { encodeTime, EventLine } from "../../_support/encode_event.ts";
import {
  count,
  extraKeywords,
  extras,
  id,
  optional,
  record,
  time,
  word,
} from "../../_support/event_arbitraries.ts";
import { plainEvent } from "../../_support/plain_event.ts";

const parse = (line: string | EventLine) => plainEvent(parseEvent(`${line}`));
const RECOGNISED = { extra: {}, extraArguments: [] };

describe("BW", () => {
  it("reads what was read and what was written", () => {
    assert.deepEqual(parse("BW 2636 4307"), {
      type: "BW",
      read: 2636,
      written: 4307,
      ...RECOGNISED,
    });
  });

  it("keeps the types that the specification reserves", () => {
    assert.deepEqual(parse("BW 3 4 DIR=1 OR=2 rest"), {
      type: "BW",
      read: 3,
      written: 4,
      extra: { DIR: "1", OR: "2" },
      extraArguments: ["rest"],
    });
  });

  for (const line of ["BW", "BW 1", "BW 1 x", "BW -1 1", "BW 1 99999999999999999999"]) {
    it(`takes ${line} for malformed`, () => assert.equal(parseEvent(line).type, "unknown"));
  }

  it("comes back as it was encoded", () => {
    const arbitrary: fc.Arbitrary<BwEvent> = fc.tuple(
      record({ type: fc.constant<"BW">("BW"), read: count, written: count }),
      extras,
    ).map(([event, left]) => ({ ...event, ...left }));
    fc.assert(fc.property(arbitrary, (event) => {
      assert.deepEqual(
        parse(new EventLine("BW").words(event.read, event.written).extra(event)),
        event,
      );
    }));
  });
});

describe("STREAM_BW", () => {
  it("has what was written before what was read", () => {
    assert.deepEqual(parse("STREAM_BW 22 53 14 2026-11-21T20:07:59.468586"), {
      type: "STREAM_BW",
      streamId: 22,
      written: 53,
      read: 14,
      time: new Date("2026-11-21T20:07:59.468Z"),
      ...RECOGNISED,
    });
  });

  it("has no time before Tor 0.3.2, and keeps what is none", () => {
    assert.deepEqual(parse("STREAM_BW 22 53 14"), {
      type: "STREAM_BW",
      streamId: 22,
      written: 53,
      read: 14,
      time: undefined,
      ...RECOGNISED,
    });
    const odd = parseEvent("STREAM_BW 22 53 14 noon");
    assert.ok(odd.type === "STREAM_BW");
    assert.deepEqual(odd.extraArguments, ["noon"]);
  });

  it("is malformed where a number is missing", () => {
    assert.equal(parseEvent("STREAM_BW 22 53").type, "unknown");
  });

  it("comes back as it was encoded", () => {
    const arbitrary: fc.Arbitrary<StreamBwEvent> = fc.tuple(
      record({
        type: fc.constant<"STREAM_BW">("STREAM_BW"),
        streamId: id,
        written: count,
        read: count,
        time: optional(time),
      }),
      extras,
    ).map(([event, left]) => ({ ...event, ...left }));
    fc.assert(fc.property(arbitrary, (event) => {
      const { streamId, written, read } = event;
      const line = new EventLine("STREAM_BW")
        .words(streamId, written, read, encodeTime(event.time))
        .extra(event);
      assert.deepEqual(parse(line), event);
    }));
  });
});

describe("CONN_BW", () => {
  it("reads a connection's bytes", () => {
    assert.deepEqual(parse("CONN_BW ID=5 TYPE=OR READ=14341 WRITTEN=6996 A=b"), {
      type: "CONN_BW",
      connId: 5,
      connType: "OR",
      read: 14341,
      written: 6996,
      extra: { A: "b" },
      extraArguments: [],
    });
  });

  it("is malformed where a number is missing", () => {
    assert.equal(parseEvent("CONN_BW TYPE=OR READ=1 WRITTEN=1").type, "unknown");
    assert.equal(parseEvent("CONN_BW ID=5 READ=1").type, "unknown");
  });

  it("comes back as it was encoded", () => {
    const arbitrary: fc.Arbitrary<ConnBwEvent> = fc.tuple(
      record({
        type: fc.constant<"CONN_BW">("CONN_BW"),
        connId: id,
        connType: optional(word),
        read: count,
        written: count,
      }),
      extras,
    ).map(([event, left]) => ({ ...event, ...left }));
    fc.assert(fc.property(arbitrary, (event) => {
      const line = new EventLine("CONN_BW")
        .value("ID", event.connId)
        .value("TYPE", event.connType)
        .value("READ", event.read)
        .value("WRITTEN", event.written)
        .extra(event);
      assert.deepEqual(parse(line), event);
    }));
  });
});

describe("CIRC_BW", () => {
  it("reads a circuit with congestion control", () => {
    assert.deepEqual(
      parse(
        "CIRC_BW ID=10 READ=1527 WRITTEN=2036 TIME=2026-11-21T20:07:59.421271 DELIVERED_READ=187 " +
          "OVERHEAD_READ=1307 DELIVERED_WRITTEN=384 OVERHEAD_WRITTEN=1608 SS=1 CWND=124 RTT=7 MIN_RTT=3",
      ),
      {
        type: "CIRC_BW",
        circuitId: 10,
        read: 1527,
        written: 2036,
        time: new Date("2026-11-21T20:07:59.421Z"),
        deliveredRead: 187,
        overheadRead: 1307,
        deliveredWritten: 384,
        overheadWritten: 1608,
        slowStart: true,
        cwnd: 124,
        rtt: 7,
        minRtt: 3,
        ...RECOGNISED,
      },
    );
  });

  it("keeps values that are not of their type", () => {
    const event = parseEvent("CIRC_BW ID=1 READ=2 WRITTEN=3 SS=maybe TIME=noon RTT=1.5");
    assert.ok(event.type === "CIRC_BW");
    assert.equal(event.slowStart, undefined);
    assert.deepEqual({ ...event.extra }, { SS: "maybe", TIME: "noon", RTT: "1.5" });
  });

  it("is malformed where a number is missing", () => {
    assert.equal(parseEvent("CIRC_BW ID=1 READ=2").type, "unknown");
  });

  it("comes back as it was encoded", () => {
    const arbitrary: fc.Arbitrary<CircBwEvent> = fc.tuple(
      record({
        type: fc.constant<"CIRC_BW">("CIRC_BW"),
        circuitId: id,
        read: count,
        written: count,
        time: optional(time),
        deliveredRead: optional(count),
        overheadRead: optional(count),
        deliveredWritten: optional(count),
        overheadWritten: optional(count),
        slowStart: optional(fc.boolean()),
        cwnd: optional(count),
        rtt: optional(count),
        minRtt: optional(count),
      }),
      extras,
    ).map(([event, left]) => ({ ...event, ...left }));
    fc.assert(fc.property(arbitrary, (event) => {
      const line = new EventLine("CIRC_BW")
        .value("ID", event.circuitId)
        .value("READ", event.read)
        .value("WRITTEN", event.written)
        .value("TIME", encodeTime(event.time))
        .value("DELIVERED_READ", event.deliveredRead)
        .value("OVERHEAD_READ", event.overheadRead)
        .value("DELIVERED_WRITTEN", event.deliveredWritten)
        .value("OVERHEAD_WRITTEN", event.overheadWritten)
        .value("SS", event.slowStart === undefined ? undefined : Number(event.slowStart))
        .value("CWND", event.cwnd)
        .value("RTT", event.rtt)
        .value("MIN_RTT", event.minRtt)
        .extra(event);
      assert.deepEqual(parse(line), event);
    }));
  });
});

describe("TB_EMPTY", () => {
  it("reads the specification's examples", () => {
    assert.deepEqual(parse("TB_EMPTY ORCONN ID=16 READ=0 WRITTEN=0 LAST=100"), {
      type: "TB_EMPTY",
      bucketName: "ORCONN",
      connId: 16,
      read: 0,
      written: 0,
      last: 100,
      ...RECOGNISED,
    });
    assert.deepEqual(parse("TB_EMPTY GLOBAL READ=93 WRITTEN=93 LAST=100"), {
      type: "TB_EMPTY",
      bucketName: "GLOBAL",
      connId: undefined,
      read: 93,
      written: 93,
      last: 100,
      ...RECOGNISED,
    });
  });

  it("is malformed without a bucket", () => {
    assert.equal(parseEvent("TB_EMPTY READ=93").type, "unknown");
  });

  it("comes back as it was encoded", () => {
    const arbitrary: fc.Arbitrary<TbEmptyEvent> = fc.tuple(
      record({
        type: fc.constant<"TB_EMPTY">("TB_EMPTY"),
        bucketName: word,
        connId: optional(id),
        read: optional(count),
        written: optional(count),
        last: optional(count),
      }),
      extraKeywords,
    ).map(([event, left]) => ({ ...event, ...left }));
    fc.assert(fc.property(arbitrary, (event) => {
      const line = new EventLine("TB_EMPTY")
        .words(event.bucketName)
        .value("ID", event.connId)
        .value("READ", event.read)
        .value("WRITTEN", event.written)
        .value("LAST", event.last)
        .extra(event);
      assert.deepEqual(parse(line), event);
    }));
  });
});
