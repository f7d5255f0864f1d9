import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type HsDescEvent, parseEvent, parseHsDescriptor } from "../../../lib/codec/events/mod.ts";
import { encodeServer, EventLine } from "../../_support/encode_event.ts";
import {
  extraKeywords,
  extras,
  longName,
  optional,
  record,
  text,
  word,
} from "../../_support/event_arbitraries.ts";
import { plainEvent } from "../../_support/plain_event.ts";
import { recordedEvents } from "../../_support/recorded_events.ts";

const ADDRESS = "v32nd5oxo4xr6lfbpb3kzq4tbwqspibo2hwqtxl6un5scdu7txwgodyd";
const DESCRIPTOR_ID = "qPP8z78EzJsV0FiaLT2huIDmBBuuy/JLhnqhCORAjdM";
const N03R = { fingerprint: "7F4896F5E5A3243784AC7B0ED7B4A7CEA4850CC4", nickname: "n03r" };
const RECOGNISED = { extra: {}, extraArguments: [] };

const parse = (line: string | EventLine) => plainEvent(parseEvent(`${line}`));

describe("HS_DESC", () => {
  it("reads an upload", () => {
    const index = "95D8303927A46CEB3D1FF09CE80AC95B9B8E71881954A197CF479A1A20ADA4DF";
    assert.deepEqual(
      parse(
        `HS_DESC UPLOAD ${ADDRESS} UNKNOWN $7F4896F5E5A3243784AC7B0ED7B4A7CEA4850CC4~n03r ` +
          `${DESCRIPTOR_ID} HSDIR_INDEX=${index}`,
      ),
      {
        type: "HS_DESC",
        action: "UPLOAD",
        hsAddress: ADDRESS,
        authType: "UNKNOWN",
        hsDir: N03R,
        descriptorId: DESCRIPTOR_ID,
        reason: undefined,
        replica: undefined,
        hsDirIndex: index,
        ...RECOGNISED,
      },
    );
  });

  it("reads what is unknown, and what has no descriptor", () => {
    assert.deepEqual(
      parse("HS_DESC FAILED UNKNOWN NO_AUTH UNKNOWN REASON=QUERY_NO_HSDIR REPLICA=1"),
      {
        type: "HS_DESC",
        action: "FAILED",
        hsAddress: undefined,
        authType: "NO_AUTH",
        hsDir: undefined,
        descriptorId: undefined,
        reason: "QUERY_NO_HSDIR",
        replica: 1,
        hsDirIndex: undefined,
        ...RECOGNISED,
      },
    );
  });

  it("is malformed where a word is missing or no relay", () => {
    assert.equal(parseEvent(`HS_DESC UPLOADED ${ADDRESS} UNKNOWN`).type, "unknown");
    assert.equal(parseEvent(`HS_DESC UPLOADED ${ADDRESS} UNKNOWN <none>`).type, "unknown");
  });

  it("comes back as it was encoded", () => {
    const arbitrary: fc.Arbitrary<HsDescEvent> = fc.tuple(
      record({
        type: fc.constant<"HS_DESC">("HS_DESC"),
        action: word,
        hsAddress: optional(fc.stringMatching(/^[a-z2-7]{56}$/)),
        authType: word,
        hsDir: optional(longName),
        descriptorId: fc.stringMatching(/^[A-Za-z0-9+/]{43}$/),
        reason: optional(word),
        replica: optional(fc.nat()),
        hsDirIndex: optional(fc.stringMatching(/^[0-9A-F]{64}$/)),
      }),
      extras,
    ).map(([event, left]) => ({ ...event, ...left }));
    fc.assert(fc.property(arbitrary, (event) => {
      const hsDir = event.hsDir === undefined ? "UNKNOWN" : encodeServer(event.hsDir);
      const line = new EventLine("HS_DESC")
        .words(event.action, event.hsAddress ?? "UNKNOWN", event.authType, hsDir)
        .words(event.descriptorId)
        .value("REASON", event.reason)
        .value("REPLICA", event.replica)
        .value("HSDIR_INDEX", event.hsDirIndex)
        .extra(event);
      assert.deepEqual(parse(line), event);
    }));
  });
});

describe("HS_DESC_CONTENT", () => {
  const recorded = recordedEvents().filter(({ text }) => text.startsWith("HS_DESC_CONTENT"));

  it("reads a recorded descriptor when it is asked for", () => {
    const { text, data } = recorded[0]!;
    const event = parseEvent(text, data);
    assert.ok(event.type === "HS_DESC_CONTENT");
    assert.equal(event.hsAddress, ADDRESS);
    assert.equal(event.descriptorId, DESCRIPTOR_ID);
    assert.equal(event.hsDir?.nickname, "n02r");
    assert.equal(event.body, data);
    assert.equal(event.descriptor, event.descriptor);
    const { signingKeyCert, superencrypted, signature, ...descriptor } = event.descriptor!;
    assert.equal(descriptor.version, 3);
    assert.equal(descriptor.lifetime, 180);
    assert.equal(typeof descriptor.revisionCounter, "bigint");
    assert.deepEqual(descriptor.extra, []);
    assert.match(signingKeyCert!, /^AQgAB5w7[A-Za-z0-9+/]+=$/);
    assert.match(superencrypted!, /^[A-Za-z0-9+/]{10000,}={0,2}$/);
    assert.match(signature!, /^[A-Za-z0-9+/]{86}$/);
  });

  it("has no descriptor where the fetch failed", () => {
    const event = parseEvent("HS_DESC_CONTENT UNKNOWN abc UNKNOWN", "");
    assert.ok(event.type === "HS_DESC_CONTENT");
    assert.equal(event.hsAddress, undefined);
    assert.equal(event.hsDir, undefined);
    assert.equal(event.body, "");
    assert.equal(event.descriptor, undefined);
  });

  it("is malformed where a word is missing", () => {
    assert.equal(parseEvent(`HS_DESC_CONTENT ${ADDRESS} ${DESCRIPTOR_ID}`, "x").type, "unknown");
  });

  it("comes back as it was encoded", () => {
    const arbitrary = record({
      hsAddress: optional(fc.stringMatching(/^[a-z2-7]{56}$/)),
      descriptorId: fc.stringMatching(/^[A-Za-z0-9+/]{43}$/),
      hsDir: optional(longName),
      body: text,
    });
    fc.assert(fc.property(arbitrary, extraKeywords, (event, left) => {
      const hsDir = event.hsDir === undefined ? "UNKNOWN" : encodeServer(event.hsDir);
      const line = new EventLine("HS_DESC_CONTENT")
        .words(event.hsAddress ?? "UNKNOWN", event.descriptorId, hsDir)
        .extra(left);
      const parsed = plainEvent(parseEvent(`${line}`, event.body));
      assert.deepEqual(parsed, { type: "HS_DESC_CONTENT", ...event, ...left });
    }));
  });
});

describe("parseHsDescriptor", () => {
  it("keeps lines that it does not recognise", () => {
    const descriptor = parseHsDescriptor(
      "hs-descriptor 3\ndescriptor-lifetime long\nnew-field 1\nnew-block\n-----BEGIN X-----\nabc\n" +
        "-----END X-----\nsuperencrypted\n-----BEGIN MESSAGE-----\nab\ncd\n-----END MESSAGE-----\n",
    );
    assert.deepEqual(descriptor, {
      version: 3,
      lifetime: undefined,
      signingKeyCert: undefined,
      revisionCounter: undefined,
      superencrypted: "abcd",
      signature: undefined,
      extra: [
        "descriptor-lifetime long",
        "new-field 1",
        "new-block",
        "-----BEGIN X-----",
        "abc",
        "-----END X-----",
      ],
    });
  });

  it("reads a revision counter of 64 bits", () => {
    const descriptor = parseHsDescriptor("hs-descriptor 3\nrevision-counter 18446744073709551615");
    assert.equal(descriptor?.revisionCounter, 18446744073709551615n);
  });

  it("gives nothing for what is no descriptor", () => {
    assert.equal(parseHsDescriptor(""), undefined);
    assert.equal(parseHsDescriptor("rendezvous-service-descriptor abc"), undefined);
  });

  it("throws nothing, whatever comes", () => {
    const line = fc.constantFrom(
      "hs-descriptor 3",
      "signature",
      "superencrypted",
      "-----BEGIN X-----",
      "-----END X-----",
      "",
      "revision-counter 5",
      "text",
    );
    fc.assert(fc.property(fc.array(line), (lines) => {
      const descriptor = parseHsDescriptor(["hs-descriptor 3", ...lines].join("\n"));
      assert.equal(descriptor?.version, 3);
    }));
  });
});
