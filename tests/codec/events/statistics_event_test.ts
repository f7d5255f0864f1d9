import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  type BuildTimeoutSetEvent,
  type CellStatsEvent,
  type ClientsSeenEvent,
  parseEvent,
} from "../../../lib/codec/events/mod.ts";
import { encodeCounts, encodeQuotedTime, EventLine } from "../../_support/encode_event.ts";
import {
  count,
  extras,
  id,
  optional,
  record,
  wholeSecond,
  word,
} from "../../_support/event_arbitraries.ts";
import { plainEvent } from "../../_support/plain_event.ts";

const parse = (line: string | EventLine) => plainEvent(parseEvent(`${line}`));
const RECOGNISED = { extra: {}, extraArguments: [] };

describe("BUILDTIMEOUT_SET", () => {
  it("reads what DROPTIMEOUTS brings", () => {
    assert.deepEqual(
      parse(
        "BUILDTIMEOUT_SET RESET TOTAL_TIMES=0 TIMEOUT_MS=60000 XM=0 ALPHA=0.000000 " +
          "CUTOFF_QUANTILE=0.800000 TIMEOUT_RATE=-1.5 CLOSE_MS=60000 CLOSE_RATE=1e-3",
      ),
      {
        type: "BUILDTIMEOUT_SET",
        timeoutType: "RESET",
        totalTimes: 0,
        timeoutMs: 60000,
        xm: 0,
        alpha: 0,
        cutoffQuantile: 0.8,
        timeoutRate: -1.5,
        closeMs: 60000,
        closeRate: 0.001,
        ...RECOGNISED,
      },
    );
  });

  it("keeps what is no number, and is malformed without a type", () => {
    const event = parseEvent("BUILDTIMEOUT_SET COMPUTED ALPHA=nan XM=1.5");
    assert.ok(event.type === "BUILDTIMEOUT_SET");
    assert.deepEqual({ ...event.extra }, { ALPHA: "nan", XM: "1.5" });
    assert.equal(parseEvent("BUILDTIMEOUT_SET XM=1").type, "unknown");
  });

  it("comes back as it was encoded", () => {
    const ratio = fc.double({ noNaN: true, min: 0, max: 100 });
    const arbitrary: fc.Arbitrary<BuildTimeoutSetEvent> = fc.tuple(
      record({
        type: fc.constant<"BUILDTIMEOUT_SET">("BUILDTIMEOUT_SET"),
        timeoutType: word,
        totalTimes: optional(count),
        timeoutMs: optional(count),
        xm: optional(count),
        alpha: optional(ratio),
        cutoffQuantile: optional(ratio),
        timeoutRate: optional(ratio),
        closeMs: optional(count),
        closeRate: optional(ratio),
      }),
      extras,
    ).map(([event, left]) => ({ ...event, ...left }));
    fc.assert(fc.property(arbitrary, (event) => {
      const line = new EventLine("BUILDTIMEOUT_SET")
        .words(event.timeoutType)
        .value("TOTAL_TIMES", event.totalTimes)
        .value("TIMEOUT_MS", event.timeoutMs)
        .value("XM", event.xm)
        .value("ALPHA", event.alpha)
        .value("CUTOFF_QUANTILE", event.cutoffQuantile)
        .value("TIMEOUT_RATE", event.timeoutRate)
        .value("CLOSE_MS", event.closeMs)
        .value("CLOSE_RATE", event.closeRate)
        .extra(event);
      assert.deepEqual(parse(line), event);
    }));
  });
});

describe("CLIENTS_SEEN", () => {
  it("reads the specification's example", () => {
    assert.deepEqual(
      parse(
        'CLIENTS_SEEN TimeStarted="2008-12-25 23:50:43" CountrySummary=us=16,de=8,uk=8 ' +
          "IPVersions=v4=16,v6=40",
      ),
      {
        type: "CLIENTS_SEEN",
        timeStarted: new Date("2008-12-25T23:50:43Z"),
        countrySummary: new Map([["us", 16], ["de", 8], ["uk", 8]]),
        ipVersions: new Map([["v4", 16], ["v6", 40]]),
        ...RECOGNISED,
      },
    );
  });

  it("reads no countries, and keeps what are no counts", () => {
    const event = parseEvent("CLIENTS_SEEN CountrySummary= IPVersions=v4");
    assert.ok(event.type === "CLIENTS_SEEN");
    assert.deepEqual(event.countrySummary, new Map());
    assert.equal(event.ipVersions, undefined);
    assert.deepEqual({ ...event.extra }, { IPVersions: "v4" });
  });

  it("keeps counts of which two have one name", () => {
    const event = parseEvent("CLIENTS_SEEN CountrySummary=us=1,us=2");
    assert.ok(event.type === "CLIENTS_SEEN");
    assert.deepEqual({ ...event.extra }, { CountrySummary: "us=1,us=2" });
  });

  it("comes back as it was encoded", () => {
    const arbitrary: fc.Arbitrary<ClientsSeenEvent> = fc.tuple(
      record({
        type: fc.constant<"CLIENTS_SEEN">("CLIENTS_SEEN"),
        timeStarted: optional(wholeSecond),
        countrySummary: optional(counts(/^[a-z]{2}$/)),
        ipVersions: optional(counts(/^v[46]$/)),
      }),
      extras,
    ).map(([event, left]) => ({ ...event, ...left }));
    fc.assert(fc.property(arbitrary, (event) => {
      const line = new EventLine("CLIENTS_SEEN")
        .value("TimeStarted", encodeQuotedTime(event.timeStarted))
        .value("CountrySummary", encodeCounts(event.countrySummary, "="))
        .value("IPVersions", encodeCounts(event.ipVersions, "="))
        .extra(event);
      assert.deepEqual(parse(line), event);
    }));
  });
});

describe("CELL_STATS", () => {
  it("reads the specification's example of a relay", () => {
    assert.deepEqual(
      parse(
        "CELL_STATS InboundQueue=19403 InboundConn=32 InboundAdded=relay:1,created_fast:1 " +
          "InboundRemoved=relay:1,created_fast:1 InboundTime=relay:0,created_fast:0 " +
          "OutboundQueue=6710 OutboundConn=18 OutboundAdded=create:1,relay_early:1 " +
          "OutboundRemoved=create:1,relay_early:1 OutboundTime=create:0,relay_early:0",
      ),
      {
        type: "CELL_STATS",
        circuitId: undefined,
        inboundQueue: 19403,
        inboundConn: 32,
        inboundAdded: new Map([["relay", 1], ["created_fast", 1]]),
        inboundRemoved: new Map([["relay", 1], ["created_fast", 1]]),
        inboundTime: new Map([["relay", 0], ["created_fast", 0]]),
        outboundQueue: 6710,
        outboundConn: 18,
        outboundAdded: new Map([["create", 1], ["relay_early", 1]]),
        outboundRemoved: new Map([["create", 1], ["relay_early", 1]]),
        outboundTime: new Map([["create", 0], ["relay_early", 0]]),
        ...RECOGNISED,
      },
    );
  });

  it("comes back as it was encoded", () => {
    const cells = optional(counts(/^[a-z0-9_]{1,9}$/));
    const arbitrary: fc.Arbitrary<CellStatsEvent> = fc.tuple(
      record({
        type: fc.constant<"CELL_STATS">("CELL_STATS"),
        circuitId: optional(id),
        inboundQueue: optional(count),
        inboundConn: optional(id),
        inboundAdded: cells,
        inboundRemoved: cells,
        inboundTime: cells,
        outboundQueue: optional(count),
        outboundConn: optional(id),
        outboundAdded: cells,
        outboundRemoved: cells,
        outboundTime: cells,
      }),
      extras,
    ).map(([event, left]) => ({ ...event, ...left }));
    fc.assert(fc.property(arbitrary, (event) => {
      const line = new EventLine("CELL_STATS")
        .value("ID", event.circuitId)
        .value("InboundQueue", event.inboundQueue)
        .value("InboundConn", event.inboundConn)
        .value("InboundAdded", encodeCounts(event.inboundAdded, ":"))
        .value("InboundRemoved", encodeCounts(event.inboundRemoved, ":"))
        .value("InboundTime", encodeCounts(event.inboundTime, ":"))
        .value("OutboundQueue", event.outboundQueue)
        .value("OutboundConn", event.outboundConn)
        .value("OutboundAdded", encodeCounts(event.outboundAdded, ":"))
        .value("OutboundRemoved", encodeCounts(event.outboundRemoved, ":"))
        .value("OutboundTime", encodeCounts(event.outboundTime, ":"))
        .extra(event);
      assert.deepEqual(parse(line), event);
    }));
  });
});

function counts(name: RegExp): fc.Arbitrary<ReadonlyMap<string, number>> {
  return fc.uniqueArray(fc.tuple(fc.stringMatching(name), fc.maxSafeNat()), {
    selector: ([key]) => key,
    maxLength: 4,
  }).map((entries) => new Map(entries));
}
