import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { parseEvent } from "../../../lib/codec/events/mod.ts";
import { EventLine } from "../../_support/encode_event.ts";
import { extraKeywords, text } from "../../_support/event_arbitraries.ts";
import { plainEvent } from "../../_support/plain_event.ts";
import { recordedEvents } from "../../_support/recorded_events.ts";

describe("NS, NEWCONSENSUS", () => {
  const recorded = (name: string) => recordedEvents().find(({ text }) => text === name)!;

  it("read recorded relays when they are asked for", () => {
    const { data } = recorded("NS");
    const event = parseEvent("NS", data);
    assert.ok(event.type === "NS");
    assert.equal(event.body, data);
    assert.deepEqual(event.routers.map((router) => router.nickname), ["n02r", "n01r", "n04r"]);
    assert.equal(event.routers, event.routers);
    const consensus = parseEvent("NEWCONSENSUS", recorded("NEWCONSENSUS").data);
    assert.ok(consensus.type === "NEWCONSENSUS");
    assert.equal(consensus.routers.length, 5);
    assert.deepEqual(consensus.routers.map((router) => router.bandwidth), [2, 0, 2, 0, 1]);
  });

  it("read no relays", () => {
    const event = parseEvent("NS");
    assert.ok(event.type === "NS");
    assert.equal(event.body, "");
    assert.deepEqual(event.routers, []);
  });

  it("come back as they were encoded", () => {
    const type = fc.constantFrom("NS", "NEWCONSENSUS");
    fc.assert(fc.property(type, text, extraKeywords, (type, body, left) => {
      const event = parseEvent(`${new EventLine(type).extra(left)}`, body);
      assert.deepEqual(plainEvent(event), { type, body, ...left });
      assert.ok("routers" in event && Array.isArray(event.routers));
    }));
  });
});
