import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { HttpClient } from "../../lib/http/http_client.ts";
import { EphemeralOnionService } from "../../lib/onion/ephemeral_onion_service.ts";
import { OnionAddress } from "../../lib/onion/onion_address.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import type { Runtime } from "../../lib/runtime/types.ts";
import { CircuitPool } from "../../lib/state/circuit_pool.ts";
import { startLoneTor } from "../../lib/testing/lone_tor.ts";
import { PrivateNetwork } from "../../lib/testing/private_network.ts";
import { ScriptedControlPort } from "../../lib/testing/scripted_control_port.ts";
import { connect } from "../../lib/tor/connect.ts";
import { launch } from "../../lib/tor/launch.ts";
import type { Tor } from "../../lib/tor/tor.ts";

const HOST = "z3k5bp24up66xw6x53zggyfzxpzwhf7x5uho2f7cjxbjerlnhsb2xoqd.onion";
const NO_TIMES = [-1, NaN, -Infinity, 0x8000_0000, "5"];
const NO_COUNTS = [-1, NaN, 1.5, 2 ** 53, "5"];

describe("a number that makes no sense", () => {
  let port: ScriptedControlPort;
  let runtime: Runtime;
  let tor: Tor;
  let service: EphemeralOnionService;

  before(async () => {
    runtime = await detectRuntime();
    port = await ScriptedControlPort.start();
    tor = await connect({ control: port.address });
    service = new EphemeralOnionService({
      address: OnionAddress.parse(HOST),
      ports: [],
      clients: undefined,
      privateKey: undefined,
      isDetached: true,
    }, { control: tor.control, dialer: () => assert.fail("it dials"), runtime });
  });
  after(async () => {
    await tor[Symbol.asyncDispose]();
    // Here it is told if anything was asked of Tor.
    await port[Symbol.asyncDispose]();
  });

  /** Where each number is given, by the name that an error has for it. */
  const uses: [name: string, values: readonly unknown[], use: (value: number) => unknown][] = [
    ["timeout", [0, ...NO_TIMES], (timeout) => connect({ control: "127.0.0.1:1", timeout })],
    ["eventQueueLimit", [0, ...NO_COUNTS], (value) => connect({ eventQueueLimit: value })],
    ["lineLimit", [0, ...NO_COUNTS], (lineLimit) => connect({ lineLimit })],
    ["replyLimit", [0, ...NO_COUNTS], (replyLimit) => connect({ replyLimit })],
    ["reconnect.attempts", [0, ...NO_COUNTS], (attempts) => connect({ reconnect: { attempts } })],
    [
      "reconnect.initialDelay",
      [Infinity, ...NO_TIMES],
      (initialDelay) => connect({ reconnect: { initialDelay } }),
    ],
    [
      "reconnect.maxDelay",
      [Infinity, ...NO_TIMES],
      (maxDelay) => connect({ reconnect: { maxDelay } }),
    ],
    ["timeout", [0, ...NO_TIMES], (timeout) => launch({ timeout, torBinary: "/no/tor" })],
    ["timeout", [0, ...NO_TIMES], (timeout) => startLoneTor({ timeout, torBinary: "/no/tor" })],
    [
      "timeout",
      [0, ...NO_TIMES],
      (timeout) => PrivateNetwork.start({ timeout, torBinary: "/no/tor" }),
    ],
    [
      "authorities",
      [0, Infinity, ...NO_COUNTS],
      (value) => PrivateNetwork.start({ authorities: value, torBinary: "/no/tor" }),
    ],
    ["chunkSize", [0, ...NO_COUNTS], (chunkSize) => ScriptedControlPort.start({ chunkSize })],
    ["limit", [0, ...NO_COUNTS], (limit) => tor.control.events("BW", { limit })],
    ["timeout", [0, ...NO_TIMES], (timeout) => tor.streamVia("a.example", 80, { timeout })],
    ["timeout", [0, ...NO_TIMES], (timeout) => tor.createOnionService({ ports: 80, timeout })],
    ["port", [0, Infinity, 65536, ...NO_COUNTS], (value) => tor.listenOnion({ port: value })],
    [
      "localPort",
      [Infinity, 65536, ...NO_COUNTS],
      (localPort) => tor.listenOnion({ port: 80, localPort }),
    ],
    [
      "maxStreams",
      [Infinity, 65536, ...NO_COUNTS],
      (maxStreams) => tor.createOnionService({ ports: 80, maxStreams, awaitUploads: "none" }),
    ],
    ["timeout", [0, ...NO_TIMES], (timeout) => service.checkReachable({ port: 80, timeout })],
    [
      "port",
      [0, Infinity, 65536, ...NO_COUNTS],
      (value) => service.checkReachable({ port: value }),
    ],
    [
      "ready",
      [0, Infinity, ...NO_COUNTS],
      (ready) => new CircuitPool({ build: () => assert.fail("it builds") }, { ready }),
    ],
    ...(["idleTimeout", "tlsTimeout"] as const).map((name): typeof uses[number] => [
      name,
      name === "idleTimeout" ? [Infinity, ...NO_TIMES] : [0, ...NO_TIMES],
      (value) => new HttpClient({ runtime, dial: () => assert.fail("it dials"), [name]: value }),
    ]),
  ];
  uses.forEach(([name, values, use], i) => {
    it(`is refused at once, and told: ${name} (${i + 1})`, async () => {
      for (const value of values) {
        // deno-lint-ignore require-await
        await assert.rejects(async () => use(value as number), (error) => {
          assert.ok(error instanceof RangeError, `${value}: ${error}`);
          assert.ok(error.message.startsWith(`Cannot use ${value} as ${name}: expected `));
          return true;
        });
      }
    });
  });
});
