import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  parseBootstrapPhase,
  parseEvent,
  type StatusClientEvent,
} from "../../../lib/codec/events/mod.ts";
import { EventLine } from "../../_support/encode_event.ts";
import { extraKeywords, extras, record, text, word } from "../../_support/event_arbitraries.ts";
import { plainEvent } from "../../_support/plain_event.ts";

const RECOGNISED = { extra: {}, extraArguments: [] };

/** Lines with the fields that they must give besides type, severity and action. */
const TABLE: [string, Record<string, unknown>][] = [
  ["STATUS_GENERAL NOTICE CLOCK_JUMPED TIME=-120", { time: -120 }],
  [
    'STATUS_GENERAL WARN DANGEROUS_VERSION CURRENT=0.4.9.11 REASON=OBSOLETE RECOMMENDED="0.4.8.1, 0.4.8.2,0.4.9"',
    {
      current: "0.4.9.11",
      reason: "OBSOLETE",
      recommended: ["0.4.8.1", "0.4.8.2", "0.4.9"],
    },
  ],
  ["STATUS_GENERAL WARN TOO_MANY_CONNECTIONS CURRENT=1024", { current: 1024 }],
  ['STATUS_GENERAL WARN BUG REASON="It broke"', { reason: "It broke" }],
  ["STATUS_GENERAL WARN CLOCK_SKEW SKEW=-3600 SOURCE=OR:1.2.3.4:9001", {
    skew: -3600,
    minSkew: undefined,
    source: "OR:1.2.3.4:9001",
  }],
  ["STATUS_GENERAL WARN CLOCK_SKEW MIN_SKEW=+60 SOURCE=CONSENSUS", {
    skew: undefined,
    minSkew: 60,
    source: "CONSENSUS",
  }],
  ["STATUS_GENERAL WARN BAD_LIBEVENT METHOD=kqueue VERSION=1.1 BADNESS=BROKEN RECOVERED=NO", {
    method: "kqueue",
    version: "1.1",
    badness: "BROKEN",
    recovered: false,
  }],
  ["STATUS_GENERAL ERR DIR_ALL_UNREACHABLE", {}],
  ['STATUS_CLIENT NOTICE BOOTSTRAP PROGRESS=10 TAG=conn_done SUMMARY="Connected to a relay"', {
    progress: 10,
    tag: "conn_done",
    summary: "Connected to a relay",
    warning: undefined,
    reason: undefined,
    count: undefined,
    recommendation: undefined,
    hostId: undefined,
    hostAddress: undefined,
  }],
  [
    'STATUS_CLIENT WARN BOOTSTRAP PROGRESS=5 TAG=conn SUMMARY="Connecting" WARNING="Refused" ' +
    "REASON=CONNECTREFUSED COUNT=3 RECOMMENDATION=warn " +
    'HOSTID="8849EE8C5A26471A1B1C53AEF783BA60D8468600" HOSTADDR="127.0.0.1:9001"',
    {
      progress: 5,
      tag: "conn",
      summary: "Connecting",
      warning: "Refused",
      reason: "CONNECTREFUSED",
      count: 3,
      recommendation: "warn",
      hostId: "8849EE8C5A26471A1B1C53AEF783BA60D8468600",
      hostAddress: "127.0.0.1:9001",
    },
  ],
  ["STATUS_CLIENT NOTICE ENOUGH_DIR_INFO", {}],
  ["STATUS_CLIENT NOTICE NOT_ENOUGH_DIR_INFO", {}],
  ["STATUS_CLIENT NOTICE CIRCUIT_ESTABLISHED", {}],
  ["STATUS_CLIENT NOTICE CIRCUIT_NOT_ESTABLISHED REASON=CLOCK_JUMPED", { reason: "CLOCK_JUMPED" }],
  ["STATUS_CLIENT NOTICE CONSENSUS_ARRIVED", {}],
  ["STATUS_CLIENT WARN DANGEROUS_PORT PORT=23 RESULT=WARN", { port: 23, result: "WARN" }],
  ["STATUS_CLIENT WARN DANGEROUS_SOCKS PROTOCOL=SOCKS5 ADDRESS=1.2.3.4:80", {
    protocol: "SOCKS5",
    address: "1.2.3.4:80",
  }],
  [String.raw`STATUS_CLIENT WARN SOCKS_UNKNOWN_PROTOCOL DATA="GET \r\n\377"`, {
    data: "GET \r\n\udcff",
  }],
  ['STATUS_CLIENT WARN SOCKS_BAD_HOSTNAME HOSTNAME="a b"', { hostname: "a b" }],
  ["STATUS_SERVER NOTICE EXTERNAL_ADDRESS ADDRESS=1.2.3.4 HOSTNAME=a.example METHOD=RESOLVED", {
    address: "1.2.3.4",
    hostname: "a.example",
    method: "RESOLVED",
  }],
  ["STATUS_SERVER NOTICE CHECKING_REACHABILITY ORADDRESS=1.2.3.4:9001", {
    orAddress: "1.2.3.4:9001",
    dirAddress: undefined,
  }],
  ["STATUS_SERVER NOTICE REACHABILITY_SUCCEEDED DIRADDRESS=1.2.3.4:9030", {
    orAddress: undefined,
    dirAddress: "1.2.3.4:9030",
  }],
  ["STATUS_SERVER WARN REACHABILITY_FAILED ORADDRESS=1.2.3.4:9001", {
    orAddress: "1.2.3.4:9001",
    dirAddress: undefined,
  }],
  ["STATUS_SERVER NOTICE GOOD_SERVER_DESCRIPTOR", {}],
  ["STATUS_SERVER NOTICE ACCEPTED_SERVER_DESCRIPTOR DIRAUTH=1.2.3.4:80", {
    dirAuth: "1.2.3.4:80",
  }],
  ['STATUS_SERVER WARN BAD_SERVER_DESCRIPTOR DIRAUTH=1.2.3.4:80 REASON="Old"', {
    dirAuth: "1.2.3.4:80",
    reason: "Old",
  }],
  ["STATUS_SERVER NOTICE SERVER_DESCRIPTOR_STATUS STATUS=LISTED", { status: "LISTED" }],
  ['STATUS_SERVER NOTICE NAMESERVER_STATUS NS=1.1.1.1 STATUS=DOWN ERR="timed out"', {
    ns: "1.1.1.1",
    status: "DOWN",
    err: "timed out",
  }],
  ["STATUS_SERVER WARN NAMESERVER_ALL_DOWN", {}],
  ["STATUS_SERVER NOTICE DNS_HIJACKED", {}],
  ["STATUS_SERVER NOTICE DNS_USELESS", {}],
  ["STATUS_SERVER NOTICE HIBERNATION_STATUS STATUS=SOFT", { status: "SOFT" }],
];

describe("STATUS_GENERAL, STATUS_CLIENT, STATUS_SERVER", () => {
  for (const [line, fields] of TABLE) {
    const [type, severity, action] = line.split(" ");
    it(`read ${action}`, () => {
      assert.deepEqual(plainEvent(parseEvent(line)), {
        type,
        severity,
        action,
        ...fields,
        ...RECOGNISED,
      });
    });
  }

  it("read the HOST of the specification", () => {
    const event = parseEvent("STATUS_CLIENT WARN BOOTSTRAP PROGRESS=5 HOST=88");
    assert.ok(event.type === "STATUS_CLIENT" && event.action === "BOOTSTRAP");
    assert.equal(event.hostId, "88");
  });

  it("read STATUS_SEVER, as Tor before 0.2.0.22 wrote it", () => {
    assert.deepEqual(plainEvent(parseEvent("STATUS_SEVER NOTICE DNS_USELESS")), {
      type: "STATUS_SERVER",
      severity: "NOTICE",
      action: "DNS_USELESS",
      ...RECOGNISED,
    });
  });

  for (const action of ["SOMETHING_NEW", "constructor", "__proto__", "unknown"]) {
    it(`keep the unknown action ${action}`, () => {
      assert.deepEqual(plainEvent(parseEvent(`STATUS_CLIENT NOTICE ${action} A=1 B="x y" z`)), {
        type: "STATUS_CLIENT",
        severity: "NOTICE",
        action: "unknown",
        keyword: action,
        extra: { A: "1", B: "x y" },
        extraArguments: ["z"],
      });
    });
  }

  it("keep arguments that are not recognised or not of their type", () => {
    const event = parseEvent("STATUS_CLIENT NOTICE BOOTSTRAP PROGRESS=half TAG=x NEW=1 word");
    assert.ok(event.type === "STATUS_CLIENT" && event.action === "BOOTSTRAP");
    assert.equal(event.progress, undefined);
    assert.deepEqual({ ...event.extra }, { PROGRESS: "half", NEW: "1" });
    assert.deepEqual(event.extraArguments, ["word"]);
  });

  for (const line of ["STATUS_CLIENT", "STATUS_CLIENT NOTICE", "STATUS_SERVER", "STATUS_GENERAL"]) {
    it(`take ${line} for malformed`, () => assert.equal(parseEvent(line).type, "unknown"));
  }

  it("come back as they were encoded", () => {
    const [bootstrap, unknown] = [
      fc.tuple(
        record({
          type: fc.constant<"STATUS_CLIENT">("STATUS_CLIENT"),
          severity: word,
          action: fc.constant<"BOOTSTRAP">("BOOTSTRAP"),
          progress: fc.nat({ max: 100 }),
          tag: fc.stringMatching(/^[a-z_]+$/),
          summary: text,
          warning: fc.option(text, { nil: undefined }),
          reason: fc.option(word, { nil: undefined }),
          count: fc.option(fc.nat(), { nil: undefined }),
          recommendation: fc.option(word, { nil: undefined }),
          hostId: fc.option(word, { nil: undefined }),
          hostAddress: fc.option(text, { nil: undefined }),
        }),
        extras,
      ).map(([event, left]) => ({ ...event, ...left })),
      fc.tuple(
        record({
          type: fc.constant<"STATUS_CLIENT">("STATUS_CLIENT"),
          severity: word,
          action: fc.constant<"unknown">("unknown"),
          keyword: fc.stringMatching(/^X_[A-Z]{1,9}$/),
        }),
        extraKeywords,
      ).map(([event, left]) => ({ ...event, ...left })),
    ];
    fc.assert(fc.property(fc.oneof(bootstrap, unknown), (event) => {
      assert.deepEqual(plainEvent(parseEvent(encodeStatus(event))), event);
    }));
  });
});

describe("parseBootstrapPhase", () => {
  it("reads what GETINFO status/bootstrap-phase gives", () => {
    const phase = parseBootstrapPhase(
      'NOTICE BOOTSTRAP PROGRESS=0 TAG=starting SUMMARY="Starting"',
    );
    assert.equal(phase?.severity, "NOTICE");
    assert.equal(phase?.progress, 0);
    assert.equal(phase?.tag, "starting");
    assert.equal(phase?.summary, "Starting");
  });

  it("gives nothing for anything else", () => {
    assert.equal(parseBootstrapPhase(""), undefined);
    assert.equal(parseBootstrapPhase("NOTICE CIRCUIT_ESTABLISHED"), undefined);
  });
});

function encodeStatus(event: StatusClientEvent): string {
  const line = new EventLine(event.type).words(event.severity);
  if (event.action === "unknown") return line.words(event.keyword).extra(event).toString();
  line.words(event.action);
  if (event.action === "BOOTSTRAP") {
    line.value("PROGRESS", event.progress)
      .value("TAG", event.tag)
      .quoted("SUMMARY", event.summary)
      .quoted("WARNING", event.warning)
      .value("REASON", event.reason)
      .value("COUNT", event.count)
      .value("RECOMMENDATION", event.recommendation)
      .quoted("HOSTID", event.hostId)
      .quoted("HOSTADDR", event.hostAddress);
  }
  return line.extra(event).toString();
}
