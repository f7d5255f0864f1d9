import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { Monitor, type MonitorListener } from "../../lib/cli/monitor/monitor.ts";
import { parseBandwidthCache } from "../../lib/cli/monitor/read_status.ts";
import { ScriptedControlPort } from "../../lib/testing/scripted_control_port.ts";
import { connect } from "../../lib/tor/connect.ts";
import type { Tor } from "../../lib/tor/tor.ts";

const [ALICE, BOB] = ["A".repeat(40), "B".repeat(40)];

/** Two relays of a consensus. */
const RELAYS = [
  "r alice qqqqqqqqqqqqqqqqqqqqqqqqqqo AAAAAAAAAAAAAAAAAAAAAAAAAAA " +
  "2038-01-01 00:00:00 192.0.2.1 9001 0",
  "s Fast Guard Running Valid",
  "w Bandwidth=20",
  "r bob u7u7u7u7u7u7u7u7u7u7u7u7u7s AAAAAAAAAAAAAAAAAAAAAAAAAAA " +
  "2038-01-01 00:00:00 192.0.2.2 9002 0",
  "s Exit Running Valid",
];

const INFO: Readonly<Record<string, string>> = {
  "process/pid": "812",
  uptime: "100",
  "status/bootstrap-phase": 'NOTICE BOOTSTRAP PROGRESS=75 TAG=x SUMMARY="Loading"',
  "network-liveness": "up",
  "traffic/read": "5000",
  "traffic/written": "300",
  "bw-event-cache": "1,2 30,40",
  "ip-to-country/192.0.2.1": "de",
  "ip-to-country/192.0.2.2": "us",
  "circuit-status": `7 BUILT $${ALICE}~alice,$${BOB}~bob PURPOSE=GENERAL`,
  "stream-status": "9 SUCCEEDED 7 www.example:80",
};

describe("Monitor", () => {
  let port: ScriptedControlPort;
  let tor: Tor;

  beforeEach(async () => {
    port = await ScriptedControlPort.start();
    port.always(/^SETEVENTS/).reply("250 OK");
    port.always(/^GETINFO/).replyWith(({ args }) => [
      ...args.split(" ").map((key) => `250-${key}=${INFO[key] ?? ""}`),
      "250 OK",
    ]);
    port.always("GETINFO ns/all").reply("250+ns/all=", ...RELAYS, ".", "250 OK");
    tor = await connect({ control: port.address });
  });
  afterEach(async () => {
    await tor[Symbol.asyncDispose]();
    await port[Symbol.asyncDispose]();
  });

  /** What a listener is told next by one of its methods. */
  function next<K extends "status" | "bandwidth" | "circuits" | "streams" | "log" | "ended">(
    monitor: Monitor,
    method: K,
  ): Promise<Parameters<NonNullable<MonitorListener[K]>>[0]> {
    return new Promise((resolve) => {
      const remove = monitor.addListener({
        [method]: (value: Parameters<NonNullable<MonitorListener[K]>>[0]) => {
          remove();
          resolve(value);
        },
      });
    });
  }

  it("begins with all there is", async () => {
    await using monitor = await Monitor.open(tor);
    const { status, bandwidth, circuits, streams, log } = monitor.snapshot();
    const { started, ...rest } = status;
    assert.ok(Math.abs(Date.now() - 100_000 - started!) < 60_000);
    assert.deepEqual(rest, {
      version: "0.4.9.11",
      control: port.address,
      pid: 812,
      bootstrap: { percent: 75, summary: "Loading", warning: undefined },
      network: "up",
      bytesRead: 5000,
      bytesWritten: 300,
    });
    assert.deepEqual(bandwidth.map(({ read, written }) => [read, written]), [[1, 2], [30, 40]]);
    assert.equal(bandwidth[1]!.time - bandwidth[0]!.time, 1000);
    assert.deepEqual([circuits[0]?.id, circuits[0]?.streams], [7, [9]]);
    assert.deepEqual([streams[0]?.target, streams[0]?.circuit], ["www.example", 7]);
    assert.deepEqual(log, []);
    assert.deepEqual(monitor.relay(ALICE), {
      address: "192.0.2.1:9001",
      flags: ["Fast", "Guard", "Running", "Valid"],
      bandwidth: 20,
    });
  });

  it("looks each relay's country up once, and tells of it", async () => {
    await using monitor = await Monitor.open(tor);
    const told = next(monitor, "circuits");
    assert.deepEqual(monitor.snapshot().circuits[0]?.path.map(({ country }) => country), [
      undefined,
      undefined,
    ]);
    assert.deepEqual((await told)[0]?.path.map(({ country }) => country), ["DE", "US"]);
    const again = next(monitor, "circuits");
    await port.send(`650 CIRC 8 LAUNCHED $${ALICE}~alice\r\n`);
    assert.equal((await again)[1]?.path[0]?.country, "DE");
    const asked = port.received.filter(({ args }) => args.startsWith("ip-to-country/"));
    assert.equal(asked.length, 2);
  });

  it("tells of a second, which the totals grow by", async () => {
    await using monitor = await Monitor.open(tor);
    const told = next(monitor, "bandwidth");
    await port.send("650 BW 1000 200\r\n");
    const { read, written } = await told;
    assert.deepEqual([read, written], [1000, 200]);
    const { status, bandwidth } = monitor.snapshot();
    assert.deepEqual([status.bytesRead, status.bytesWritten, bandwidth.length], [6000, 500, 3]);
  });

  it("tells of the bootstrap, the network and the log", async () => {
    await using monitor = await Monitor.open(tor);
    const phase = next(monitor, "status");
    await port.send('650 STATUS_CLIENT WARN BOOTSTRAP PROGRESS=80 SUMMARY="On" WARNING="No"\r\n');
    assert.deepEqual((await phase).bootstrap, { percent: 80, summary: "On", warning: "No" });
    const network = next(monitor, "status");
    await port.send("650 NETWORK_LIVENESS DOWN\r\n");
    assert.equal((await network).network, "down");
    const line = next(monitor, "log");
    await port.send("650 WARN Something is odd\r\n");
    const { severity, text } = await line;
    assert.deepEqual({ severity, text }, { severity: "warn", text: "Something is odd" });
  });

  it("gathers what comes at once, and tells all of it in one call", async () => {
    await using monitor = await Monitor.open(tor);
    monitor.snapshot(); // it asks for the countries
    await next(monitor, "circuits");
    let calls = 0;
    monitor.addListener({ circuits: () => void calls++ });
    const circuits = next(monitor, "circuits");
    const streams = next(monitor, "streams");
    await port.send(
      Array.from({ length: 50 }, (_, i) => `650 CIRC ${i + 20} LAUNCHED\r\n`).join("") +
        "650 CIRC_MINOR 20 PURPOSE_CHANGED PURPOSE=CONTROLLER\r\n" +
        "650 STREAM 11 NEW 0 other.example:443\r\n650 STREAM 11 SENTCONNECT 20 other.example:443\r\n",
    );
    assert.equal((await circuits).length, 51);
    assert.equal((await circuits)[1]?.purpose, "CONTROLLER");
    assert.deepEqual((await circuits)[1]?.streams, [11]);
    assert.equal((await streams)[1]?.state, "SENTCONNECT");
    assert.equal(calls, 1);
  });

  it("keeps no more than it says", async () => {
    await using monitor = await Monitor.open(tor);
    const last = new Promise<void>((resolve) => {
      monitor.addListener({ bandwidth: ({ read }) => read === 2000 ? resolve() : undefined });
    });
    const lines = (count: number, line: (i: number) => string) =>
      Array.from({ length: count }, (_, i) => `650 ${line(i)}\r\n`).join("");
    await port.send(lines(1100, (i) => `CIRC ${i + 100} LAUNCHED`));
    await port.send(lines(1100, (i) => `STREAM ${i + 100} NEW 0 x.example:80`));
    await port.send(lines(300, (i) => `NOTICE line ${i}`));
    await port.send(lines(1001, (i) => `BW ${i + 1000} 0`));
    await last;
    const { bandwidth, circuits, streams, log } = monitor.snapshot();
    assert.deepEqual([circuits.length, streams.length], [1000, 1000]);
    assert.deepEqual([log.length, log[0]?.text], [200, "line 100"]);
    assert.deepEqual([bandwidth.length, bandwidth.at(-1)?.read], [900, 2000]);
  });

  it("closes circuits and streams, and takes on a new identity", async () => {
    await using monitor = await Monitor.open(tor);
    port.expect("CLOSESTREAM 9 1").reply(
      "250 OK",
      "650 STREAM 9 CLOSED 7 www.example:80 REASON=DONE",
    );
    await monitor.closeStream(9);
    port.expect("CLOSECIRCUIT 7").reply("250 OK", "650 CIRC 7 CLOSED REASON=REQUESTED");
    await monitor.closeCircuit(7);
    assert.deepEqual(monitor.snapshot().circuits, []);
    port.expect("SIGNAL NEWNYM").reply("250 OK", "650 SIGNAL NEWNYM");
    await monitor.newIdentity();
    assert.deepEqual(monitor.snapshot().log.map(({ severity, text }) => [severity, text]), [
      ["torcon", "Closed stream 9"],
      ["torcon", "Closed circuit 7"],
      ["torcon", "Tor has a new identity"],
    ]);
    await assert.rejects(monitor.closeCircuit(99), /circuit 99/);
    await assert.rejects(monitor.closeStream(99), /stream 99/);
  });

  it("tells when Tor is gone", async () => {
    await using monitor = await Monitor.open(tor);
    const ended = next(monitor, "ended");
    port.connections[0]!.close();
    assert.match(String(await ended), /DisconnectedError/);
    await assert.rejects(monitor.ended, { name: "DisconnectedError" });
  });

  it("unsubscribes when it is disposed, and leaves the Tor open", async () => {
    const monitor = await Monitor.open(tor);
    let calls = 0;
    monitor.addListener({ log: () => void calls++, ended: () => void calls++ });
    const before = new Set(port.received);
    await monitor[Symbol.asyncDispose]();
    await monitor[Symbol.asyncDispose]();
    await monitor.ended;
    await port.send("650 NOTICE Late\r\n");
    assert.equal(await tor.control.getInfo("uptime"), "100");
    assert.equal(calls, 0);
    await port.waitFor((command) =>
      command.keyword === "SETEVENTS" && !before.has(command) &&
      !/BW|NOTICE|WARN|ERR|STATUS_CLIENT|NETWORK_LIVENESS/.test(command.args)
    );
  });

  it("does without what a filter in front of Tor hides", async () => {
    port.always(/^GETINFO (?:uptime|traffic|bw-event|network|status|process)/)
      .reply("552 Not yours");
    await using monitor = await Monitor.open(tor);
    const { status, bandwidth } = monitor.snapshot();
    assert.deepEqual([status.pid, status.started, status.bootstrap, bandwidth], [
      undefined,
      undefined,
      undefined,
      [],
    ]);
    const told = next(monitor, "bandwidth");
    await port.send("650 BW 10 20\r\n");
    await told;
    assert.equal(monitor.snapshot().status.bytesRead, undefined);
  });

  it("gives up by its signal", async () => {
    const enough = new AbortController();
    const opening = Monitor.open(tor, { signal: enough.signal });
    enough.abort(new Error("Enough"));
    await assert.rejects(opening, /Enough/);
  });
});

describe("parseBandwidthCache", () => {
  it("reads what Tor has told of the last seconds", () => {
    const cases: [string, number[][]][] = [
      ["", []],
      ["5,6", [[10_000, 5, 6]]],
      ["1,2 3,4 5,6", [[8000, 1, 2], [9000, 3, 4], [10_000, 5, 6]]],
      ["1,2 nonsense 5,6", [[9000, 1, 2], [10_000, 5, 6]]],
    ];
    for (const [text, expected] of cases) {
      const samples = parseBandwidthCache(text, 10_000);
      assert.deepEqual(samples.map(({ time, read, written }) => [time, read, written]), expected);
    }
  });
});
