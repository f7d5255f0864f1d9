import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  parseCircuitStatusLine,
  parseEvent,
  parseOrConnStatusLine,
  parseStreamStatusLine,
} from "../../../lib/codec/events/mod.ts";
import { plainEvent } from "../../_support/plain_event.ts";
import { recordedEvents, recordedReplyData } from "../../_support/recorded_events.ts";

/** How many events of each kind the recording has. */
const COUNTS = {
  ADDRMAP: 3,
  BUILDTIMEOUT_SET: 1,
  BW: 14,
  CELL_STATS: 75,
  CIRC: 351,
  CIRC_BW: 71,
  CIRC_MINOR: 41,
  CONF_CHANGED: 2,
  CONN_BW: 28,
  GUARD: 9,
  HS_DESC: 47,
  HS_DESC_CONTENT: 2,
  NEWCONSENSUS: 1,
  NOTICE: 1,
  NS: 1,
  ORCONN: 2,
  SIGNAL: 1,
  STATUS_CLIENT: 1,
  STREAM: 128,
  STREAM_BW: 29,
  WARN: 5,
};

describe("the recording of tor 0.4.9.11", () => {
  const events = recordedEvents().map(({ text, data, rest }) => ({
    text,
    event: parseEvent(text, data, rest),
  }));

  it("has as many events of each kind as it should", () => {
    const counts: Record<string, number> = {};
    for (const { event } of events) counts[event.type] = (counts[event.type] ?? 0) + 1;
    assert.deepEqual(Object.fromEntries(Object.entries(counts).sort()), COUNTS);
  });

  it("is recognised to the last word", () => {
    for (const { text, event } of events) {
      assert.notEqual(event.type, "unknown", text);
      assert.ok("extra" in event);
      assert.deepEqual({ ...event.extra }, {}, text);
      assert.deepEqual(event.extraArguments, [], text);
    }
  });

  it("fills a field for every keyword", () => {
    for (const { text, event } of events) {
      // A keyword in a quoted value is none; no value in the recording has an equals sign.
      const keywords = text.replace(/"(\\.|[^"])*"/g, "").match(/\w+=/g)?.length ?? 0;
      if (!["CIRC", "CIRC_MINOR", "CIRC_BW", "CONN_BW", "CELL_STATS"].includes(event.type)) {
        continue;
      }
      const fields = Object.entries(plainEvent(event)).filter(([field, value]) =>
        value !== undefined &&
        !["type", "status", "path", "extra", "extraArguments"].includes(field) &&
        !(field === "circuitId" && event.type.startsWith("CIRC") && event.type !== "CIRC_BW")
      );
      assert.equal(fields.length, keywords, text);
    }
  });

  it("has no time, number or list that could not be read", () => {
    for (const { event } of events) {
      for (const [field, value] of Object.entries(plainEvent(event))) {
        if (typeof value === "number") assert.ok(Number.isFinite(value), field);
        if (value instanceof Date) assert.equal(value.toISOString().slice(0, 10), "2026-11-21");
      }
    }
  });

  it("has status lines of circuits, streams and connections", () => {
    const circuits = recordedReplyData("circuit-status=").map(parseCircuitStatusLine);
    assert.ok(circuits.length > 10);
    for (const circuit of circuits) {
      assert.equal(circuit?.type, "CIRC");
      assert.deepEqual({ ...circuit?.extra }, {});
      assert.ok(circuit?.timeCreated instanceof Date);
    }
    const streams = recordedReplyData("stream-status=").map(parseStreamStatusLine);
    assert.deepEqual(streams.map((stream) => stream?.target), ["example.com:0", "1.2.3.4:0"]);
    const connections = recordedReplyData("orconn-status=").map(parseOrConnStatusLine);
    assert.deepEqual(connections.map((connection) => connection?.server?.nickname), [
      "n00a",
      "n02r",
      "n01r",
      "n04r",
    ]);
  });
});
