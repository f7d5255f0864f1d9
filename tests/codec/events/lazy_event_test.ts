import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { detachEvent } from "../../../lib/codec/events/lazy_event.ts";
import { parseEvent } from "../../../lib/codec/events/parse_event.ts";

const LINES = [
  `CIRC 7 BUILT $${"A".repeat(40)}~first PURPOSE=GENERAL TIME_CREATED=2026-11-21T20:07:10.123456`,
  `CIRC_MINOR 7 PURPOSE_CHANGED $${"A".repeat(40)}~first PURPOSE=CONTROLLER OLD_PURPOSE=GENERAL`,
  'STREAM 9 NEW 0 www.example:80 SOURCE_ADDR=127.0.0.1:9 PURPOSE=USER SOCKS_USERNAME="a b"',
];

describe("detachEvent", () => {
  for (const line of LINES) {
    it(`changes nothing of what ${line.slice(0, line.indexOf(" "))} tells`, () => {
      const expected = JSON.stringify(parseEvent(line));
      const event = parseEvent(line);
      detachEvent(event);
      assert.equal(JSON.stringify(event), expected);
      detachEvent(event);
      assert.equal(JSON.stringify(event), expected);
    });
  }

  it("keeps further lines", () => {
    const rest = [{ text: "NEWMAGIC=1", data: undefined }];
    const line = "CIRC 7 BUILT PURPOSE=GENERAL";
    const event = parseEvent(line, undefined, rest);
    detachEvent(event);
    assert.equal(JSON.stringify(event), JSON.stringify(parseEvent(line, undefined, rest)));
    assert.match(JSON.stringify(event), /NEWMAGIC/);
  });

  it("leaves other events alone", () => {
    const event = parseEvent("BW 1 2");
    detachEvent(event);
    assert.deepEqual(event, parseEvent("BW 1 2"));
  });
});
