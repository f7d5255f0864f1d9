import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  EVENT_NAMES,
  type EventMap,
  parseEvent,
  type TorEvent,
} from "../../../lib/codec/events/mod.ts";
import { text } from "../../_support/event_arbitraries.ts";
import { plainEvent } from "../../_support/plain_event.ts";
import { recordedEvents } from "../../_support/recorded_events.ts";

describe("parseEvent", () => {
  it("keeps an event that it does not know", () => {
    const lines = [{ text: "more", data: undefined }];
    assert.deepEqual(parseEvent('NEW_EVENT 1 A="b c"', "data", lines), {
      type: "unknown",
      keyword: "NEW_EVENT",
      text: 'NEW_EVENT 1 A="b c"',
      data: "data",
      lines,
    });
  });

  it("keeps an event of one word, and an empty one", () => {
    for (const text of ["NEW_EVENT", "", " ", "circ 1 BUILT"]) {
      const event = parseEvent(text);
      assert.ok(event.type === "unknown");
      assert.equal(event.text, text);
      assert.equal(event.keyword, text.split(" ")[0]);
    }
  });

  it("knows each name of the specification", () => {
    const examples: Readonly<Record<keyof EventMap, string>> = {
      CIRC: "CIRC 1 BUILT",
      CIRC_MINOR: "CIRC_MINOR 1 CANNIBALIZED",
      STREAM: "STREAM 1 NEW 0 a:1",
      ORCONN: "ORCONN a NEW",
      BW: "BW 1 1",
      DEBUG: "DEBUG a",
      INFO: "INFO a",
      NOTICE: "NOTICE a",
      WARN: "WARN a",
      ERR: "ERR a",
      NEWDESC: "NEWDESC $66972AEBAE3817FCB98E86F1299384730775AB5A",
      ADDRMAP: "ADDRMAP a b NEVER",
      AUTHDIR_NEWDESCS: "AUTHDIR_NEWDESCS",
      DESCCHANGED: "DESCCHANGED",
      STATUS_GENERAL: "STATUS_GENERAL NOTICE A",
      STATUS_CLIENT: "STATUS_CLIENT NOTICE A",
      STATUS_SERVER: "STATUS_SERVER NOTICE A",
      GUARD: "GUARD ENTRY a UP",
      NS: "NS",
      STREAM_BW: "STREAM_BW 1 1 1",
      CLIENTS_SEEN: "CLIENTS_SEEN",
      NEWCONSENSUS: "NEWCONSENSUS",
      BUILDTIMEOUT_SET: "BUILDTIMEOUT_SET RESET",
      SIGNAL: "SIGNAL NEWNYM",
      CONF_CHANGED: "CONF_CHANGED",
      CIRC_BW: "CIRC_BW ID=1 READ=1 WRITTEN=1",
      CONN_BW: "CONN_BW ID=1 READ=1 WRITTEN=1",
      CELL_STATS: "CELL_STATS",
      TB_EMPTY: "TB_EMPTY GLOBAL",
      TRANSPORT_LAUNCHED: "TRANSPORT_LAUNCHED client a b 1",
      HS_DESC: "HS_DESC CREATED a NO_AUTH UNKNOWN",
      HS_DESC_CONTENT: "HS_DESC_CONTENT a b UNKNOWN",
      NETWORK_LIVENESS: "NETWORK_LIVENESS UP",
      PT_LOG: "PT_LOG PT=a",
      PT_STATUS: "PT_STATUS PT=a",
    };
    assert.deepEqual(Object.keys(examples).sort(), [...EVENT_NAMES].sort());
    for (const [name, text] of Object.entries(examples)) {
      const data = name === "AUTHDIR_NEWDESCS" ? "ACCEPTED\na\nb" : undefined;
      assert.equal(parseEvent(text, data).type, name);
    }
  });

  it("loses nothing of a data block or a further line that a known event should not have", () => {
    const without = ["DEBUG", "NS", "NEWCONSENSUS", "CONF_CHANGED", "AUTHDIR", "HS_DESC_CONTENT"];
    const rest = [{ text: "A=1", data: undefined }, { text: "line", data: undefined }];
    for (const { text } of recordedEvents()) {
      if (without.some((name) => text.startsWith(name)) || /^(NOTICE|WARN) /.test(text)) continue;
      const event = parseEvent(text, "data", rest);
      assert.ok("extra" in event);
      assert.deepEqual({ ...event.extra }, { A: "1" }, text);
      assert.deepEqual(event.extraArguments, ["data", "line"], text);
      const withData = parseEvent(text, "data");
      assert.deepEqual("extra" in withData && withData.extraArguments, ["data"], text);
    }
  });

  it("throws nothing and never changes its mind, whatever comes", () => {
    const name = fc.constantFrom(...EVENT_NAMES, "STATUS_SEVER", "OTHER", "");
    const surrogate = fc.integer({ min: 0xd800, max: 0xdfff });
    const piece = fc.oneof(
      fc.constantFrom(...PIECES.split("|")),
      text,
      surrogate.map((code) => String.fromCharCode(code)),
    );
    const words = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));
    const data = fc.option(words, { nil: undefined });
    const rest = fc.array(fc.record({ text: words, data }), { maxLength: 3 });
    fc.assert(
      fc.property(name, words, data, rest, (name, words, data, rest) => {
        const line = `${name} ${words}`;
        const event = parseEvent(line, data, rest);
        assert.deepEqual(whole(event), whole(parseEvent(line, data, rest)));
        if (event.type === "unknown") assert.equal(event.text, line);
        else assert.equal(event.type, name === "STATUS_SEVER" ? "STATUS_SERVER" : name);
      }),
      { numRuns: 1000 },
    );
  });
});

/** What lines are made of, to be put together at random. */
const PIECES =
  ' |"|\\|=|,|~|$|:|[|]|UNKNOWN|<error>|NEVER|1|-1|\\377|\\0|BOOTSTRAP|TIME_CREATED=|' +
  "2026-11-21T20:07:59|2026-11-21 20:07:59.1|PURPOSE=|ID=1|READ=1|WRITTEN=1|__proto__=|HS_POW=v1,|" +
  "$66972AEBAE3817FCB98E86F1299384730775AB5A|constructor|TimeStarted=|CountrySummary=us=1";

/** Everything of an event, with what is parsed when it is read. */
function whole(event: TorEvent): Record<string, unknown> {
  const plain = plainEvent(event);
  if ("routers" in event) plain.routers = event.routers;
  if ("descriptor" in event) plain.descriptor = event.descriptor;
  return plain;
}
