import assert from "node:assert/strict";
import { inspect } from "node:util";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  type CircEvent,
  type CircMinorEvent,
  parseCircuitStatusLine,
  parseEvent,
} from "../../../lib/codec/events/mod.ts";
import { encodeServer, encodeTime, EventLine } from "../../_support/encode_event.ts";
import {
  extras,
  id,
  longName,
  optional,
  record,
  text,
  time,
  word,
} from "../../_support/event_arbitraries.ts";
import { plainEvent } from "../../_support/plain_event.ts";

const N01R = { fingerprint: "8849EE8C5A26471A1B1C53AEF783BA60D8468600", nickname: "n01r" };
const N00A = { fingerprint: "8EEC1D39B41A089352A64B645849E96A6F537826", nickname: "n00a" };

/** What a circuit event has where its line has no more than a number and a status. */
const NOTHING = {
  path: [],
  buildFlags: undefined,
  purpose: undefined,
  hsState: undefined,
  rendQuery: undefined,
  timeCreated: undefined,
  reason: undefined,
  remoteReason: undefined,
  socksUsername: undefined,
  socksPassword: undefined,
  hsPow: undefined,
  confluxId: undefined,
  confluxRtt: undefined,
  extra: {},
  extraArguments: [],
};

describe("CIRC", () => {
  const parse = (line: string) => plainEvent(parseEvent(line));

  it("reads an extended circuit of a conflux set", () => {
    assert.deepEqual(
      parse(
        "CIRC 10 EXTENDED $8849EE8C5A26471A1B1C53AEF783BA60D8468600~n01r," +
          "$8EEC1D39B41A089352A64B645849E96A6F537826~n00a BUILD_FLAGS=NEED_CAPACITY,NEED_UPTIME " +
          "PURPOSE=CONFLUX_UNLINKED TIME_CREATED=2026-11-21T20:07:59.277932 " +
          "CONFLUX_ID=B26645769411BE411019AE98663BD0BD CONFLUX_RTT=1234",
      ),
      {
        ...NOTHING,
        type: "CIRC",
        circuitId: 10,
        status: "EXTENDED",
        path: [N01R, N00A],
        buildFlags: ["NEED_CAPACITY", "NEED_UPTIME"],
        purpose: "CONFLUX_UNLINKED",
        timeCreated: new Date("2026-11-21T20:07:59.277Z"),
        confluxId: "B26645769411BE411019AE98663BD0BD",
        confluxRtt: 1234,
      },
    );
  });

  it("reads a closed circuit of an onion service's client", () => {
    assert.deepEqual(
      parse(
        "CIRC 4 CLOSED PURPOSE=HS_CLIENT_REND HS_STATE=HSCR_JOINED " +
          "REND_QUERY=v32nd5oxo4xr6lfbpb3kzq4tbwqspibo2hwqtxl6un5scdu7txwgodyd REASON=DESTROYED " +
          String
            .raw`REMOTE_REASON=FINISHED SOCKS_USERNAME="a \"b\"" SOCKS_PASSWORD="" HS_POW=v1,37`,
      ),
      {
        ...NOTHING,
        type: "CIRC",
        circuitId: 4,
        status: "CLOSED",
        purpose: "HS_CLIENT_REND",
        hsState: "HSCR_JOINED",
        rendQuery: "v32nd5oxo4xr6lfbpb3kzq4tbwqspibo2hwqtxl6un5scdu7txwgodyd",
        reason: "DESTROYED",
        remoteReason: "FINISHED",
        socksUsername: 'a "b"',
        socksPassword: "",
        hsPow: { type: "v1", effort: 37 },
      },
    );
  });

  it("reads no more than a number and a status", () => {
    assert.deepEqual(parse("CIRC 1 LAUNCHED"), {
      ...NOTHING,
      type: "CIRC",
      circuitId: 1,
      status: "LAUNCHED",
    });
  });

  it("reads the names of relays in each form", () => {
    const hex = "8849ee8c5a26471a1b1c53aef783ba60d8468600";
    const event = parseEvent(`CIRC 1 BUILT $${hex},$${hex}=n01r,$${hex}~n01r,${hex}~n01r`);
    assert.ok(event.type === "CIRC");
    assert.deepEqual(event.path, [
      { fingerprint: N01R.fingerprint, nickname: undefined },
      N01R,
      N01R,
      N01R,
    ]);
  });

  it("keeps what it does not recognise", () => {
    const event = parse(
      'CIRC 7 FROBBED moria1,moria2 0xBEEF NEW_WORD=1 __proto__="x y" TIME_CREATED=yesterday ' +
        "HS_POW=v1 CONFLUX_RTT=-1 OLD_PURPOSE=GENERAL PURPOSE=WHATEVER",
    );
    const extra = Object.fromEntries([
      ["NEW_WORD", "1"],
      ["__proto__", "x y"],
      ["TIME_CREATED", "yesterday"],
      ["HS_POW", "v1"],
      ["CONFLUX_RTT", "-1"],
      ["OLD_PURPOSE", "GENERAL"],
    ]);
    assert.deepEqual(event, {
      ...NOTHING,
      type: "CIRC",
      circuitId: 7,
      status: "FROBBED",
      purpose: "WHATEVER",
      extra,
      extraArguments: ["moria1,moria2", "0xBEEF"],
    });
  });

  it("takes words that begin with a letter, digit or underscore for keywords", () => {
    const event = parseEvent(
      "CIRC 1 BUILT A=1 Z=2 a=3 z=4 0=5 9=6 _=7 @=8 [=9 `=10 {=11 /=12 :=13 =14",
    );
    assert.ok(event.type === "CIRC");
    assert.deepEqual({ ...event.extra }, {
      A: "1",
      Z: "2",
      a: "3",
      z: "4",
      0: "5",
      9: "6",
      _: "7",
    });
    assert.deepEqual(event.extraArguments, ["@=8", "[=9", "`=10", "{=11", "/=12", ":=13", "=14"]);
  });

  it("reads no further than a word goes", () => {
    const event = parseEvent("CIRC 1 BUILT TIME_CREATED=2026-11-21 20:08:02 CONFLUX_RTT=1 2");
    assert.ok(event.type === "CIRC");
    assert.equal(event.timeCreated, undefined);
    assert.equal(event.confluxRtt, 1);
    assert.deepEqual({ ...event.extra }, { TIME_CREATED: "2026-11-21" });
    assert.deepEqual(event.extraArguments, ["20:08:02", "2"]);
  });

  it("keeps further lines", () => {
    const event = parseEvent("CIRC 1 BUILT", undefined, [
      { text: "EXTRAMAGIC=99", data: undefined },
      { text: 'QUOTED="a b"', data: undefined },
      { text: "BLOCK=", data: "one\ntwo" },
      { text: "no keyword", data: undefined },
      { text: "OK", data: undefined },
    ]);
    assert.ok(event.type === "CIRC");
    assert.deepEqual({ ...event.extra }, { EXTRAMAGIC: "99", QUOTED: "a b", BLOCK: "one\ntwo" });
    assert.deepEqual(event.extraArguments, ["no keyword"]);
  });

  it("is not misled by keywords in quotes", () => {
    const event = parseEvent('CIRC 1 BUILT SOCKS_USERNAME="x PURPOSE=TESTING" PURPOSE=GENERAL');
    assert.ok(event.type === "CIRC");
    assert.equal(event.purpose, "GENERAL");
    assert.equal(event.socksUsername, "x PURPOSE=TESTING");
  });

  it("keeps quotes that do not end", () => {
    const event = parseEvent('CIRC 1 BUILT SOCKS_USERNAME="a SOCKS_PASSWORD="b"c');
    assert.ok(event.type === "CIRC");
    assert.equal(event.socksUsername, '"a');
    assert.equal(event.socksPassword, '"b"c');
  });

  for (const line of ["CIRC", "CIRC ", "CIRC 1", "CIRC 1 ", "CIRC x BUILT", "CIRC -1 BUILT"]) {
    it(`takes ${JSON.stringify(line)} for malformed`, () => {
      assert.equal(parseEvent(line).type, "unknown");
    });
  }

  it("gives the same objects each time it is read", () => {
    const event = parseEvent(`CIRC 1 BUILT ${encodeServer(N01R)} TIME_CREATED=2026-11-21T20:07:59`);
    assert.ok(event.type === "CIRC");
    assert.equal(event.path, event.path);
    assert.equal(event.timeCreated, event.timeCreated);
  });

  it("shares only what cannot be changed", () => {
    const line = `CIRC 1 BUILT ${
      encodeServer(N01R)
    } BUILD_FLAGS=A,B TIME_CREATED=2026-11-21T20:07:59`;
    const [first, second] = [parseEvent(line), parseEvent(line)];
    assert.ok(first.type === "CIRC" && second.type === "CIRC");
    assert.notEqual(first.timeCreated, second.timeCreated);
    assert.equal(first.path[0], second.path[0]);
    assert.ok(Object.isFrozen(first.path[0]));
    assert.ok(Object.isFrozen(first.buildFlags));
    assert.ok(Object.isFrozen(first.extra));
  });

  it("is shown and written as JSON whole", () => {
    const event = parseEvent("CIRC 1 BUILT PURPOSE=GENERAL");
    assert.match(inspect(event), /purpose: ['"]GENERAL['"]/);
    assert.equal(JSON.parse(JSON.stringify(event)).purpose, "GENERAL");
  });

  it("comes back as it was encoded", () => {
    fc.assert(fc.property(circ, (event) => {
      const line = encodeCircuit(event).extra(event);
      assert.deepEqual(parse(`${line}`), event);
      const status = plainEvent(parseCircuitStatusLine(`${line}`.slice("CIRC ".length)));
      assert.deepEqual(status, event);
    }));
  });
});

describe("CIRC_MINOR", () => {
  it("reads a cannibalized circuit", () => {
    assert.deepEqual(
      plainEvent(parseEvent(
        "CIRC_MINOR 12 CANNIBALIZED $8849EE8C5A26471A1B1C53AEF783BA60D8468600~n01r " +
          "PURPOSE=HS_SERVICE_REND HS_STATE=HSSR_CONNECTING OLD_PURPOSE=HS_VANGUARDS " +
          "OLD_HS_STATE=HSSI_CONNECTING OLD_TIME_CREATED=2026-11-21T20:07:59.278292 MORE=1",
      )),
      {
        ...NOTHING,
        type: "CIRC_MINOR",
        circuitId: 12,
        status: "CANNIBALIZED",
        path: [N01R],
        purpose: "HS_SERVICE_REND",
        hsState: "HSSR_CONNECTING",
        oldPurpose: "HS_VANGUARDS",
        oldHsState: "HSSI_CONNECTING",
        oldTimeCreated: new Date("2026-11-21T20:07:59.278Z"),
        extra: { MORE: "1" },
      },
    );
  });

  it("has getters for what was before", () => {
    const event = parseEvent("CIRC_MINOR 1 PURPOSE_CHANGED OLD_PURPOSE=GENERAL OLD_TIME_CREATED=x");
    assert.ok(event.type === "CIRC_MINOR");
    assert.equal(event.oldPurpose, "GENERAL");
    assert.equal(event.oldHsState, undefined);
    assert.equal(event.oldTimeCreated, undefined);
    assert.deepEqual({ ...event.extra }, { OLD_TIME_CREATED: "x" });
  });

  it("is malformed without a number or a status", () => {
    assert.equal(parseEvent("CIRC_MINOR 1").type, "unknown");
    assert.equal(parseEvent("CIRC_MINOR one PURPOSE_CHANGED").type, "unknown");
  });

  it("comes back as it was encoded", () => {
    fc.assert(fc.property(circMinor, (event) => {
      const line = encodeCircuit(event)
        .value("OLD_PURPOSE", event.oldPurpose)
        .value("OLD_HS_STATE", event.oldHsState)
        .value("OLD_TIME_CREATED", encodeTime(event.oldTimeCreated))
        .extra(event);
      assert.deepEqual(plainEvent(parseEvent(`${line}`)), event);
    }));
  });
});

const fields = {
  circuitId: id,
  status: word,
  path: fc.array(longName, { maxLength: 4 }),
  buildFlags: optional(fc.array(word, { minLength: 1, maxLength: 4 })),
  purpose: optional(word),
  hsState: optional(word),
  rendQuery: optional(fc.stringMatching(/^[a-z2-7]{56}$/)),
  timeCreated: optional(time),
  reason: optional(word),
  remoteReason: optional(word),
  socksUsername: optional(text),
  socksPassword: optional(text),
  hsPow: optional(record({ type: fc.constantFrom("v1", "v2"), effort: fc.nat() })),
  confluxId: optional(fc.stringMatching(/^[0-9A-F]{32}$/)),
  confluxRtt: optional(fc.nat()),
};

const circ: fc.Arbitrary<CircEvent> = fc.tuple(record(fields), extras)
  .map(([event, left]) => ({ type: "CIRC", ...event, ...left }));

const circMinor: fc.Arbitrary<CircMinorEvent> = fc.tuple(
  record({
    ...fields,
    oldPurpose: optional(word),
    oldHsState: optional(word),
    oldTimeCreated: optional(time),
  }),
  extras,
).map(([event, left]) => ({ type: "CIRC_MINOR", ...event, ...left }));

function encodeCircuit(event: CircEvent | CircMinorEvent): EventLine {
  return new EventLine(event.type)
    .words(event.circuitId, event.status, event.path.map(encodeServer).join(",") || undefined)
    .value("BUILD_FLAGS", event.buildFlags?.join(","))
    .value("PURPOSE", event.purpose)
    .value("HS_STATE", event.hsState)
    .value("REND_QUERY", event.rendQuery)
    .value("TIME_CREATED", encodeTime(event.timeCreated))
    .value("REASON", event.reason)
    .value("REMOTE_REASON", event.remoteReason)
    .quoted("SOCKS_USERNAME", event.socksUsername)
    .quoted("SOCKS_PASSWORD", event.socksPassword)
    .value("HS_POW", event.hsPow && `${event.hsPow.type},${event.hsPow.effort}`)
    .value("CONFLUX_ID", event.confluxId)
    .value("CONFLUX_RTT", event.confluxRtt);
}
