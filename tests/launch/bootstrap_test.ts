import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ControlConnection } from "../../lib/control/connection.ts";
import {
  type BootstrapPhase,
  getBootstrapPhase,
  whenBootstrapped,
} from "../../lib/launch/bootstrap.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import { useNetwork } from "../_support/network.ts";
import { ScriptedControlPort } from "../../lib/testing/scripted_control_port.ts";

const phase = (percent: number) =>
  `NOTICE BOOTSTRAP PROGRESS=${percent} TAG=t${percent} SUMMARY="S"`;
const answer = (percent: number) => [`250-status/bootstrap-phase=${phase(percent)}`, "250 OK"];
const event = (percent: number) => `650 STATUS_CLIENT ${phase(percent)}`;

async function withControl(
  body: (port: ScriptedControlPort, control: ControlConnection) => Promise<void>,
): Promise<void> {
  await using port = await ScriptedControlPort.start();
  const runtime = await detectRuntime();
  await using control = await ControlConnection.connect({ control: port.address, runtime });
  await body(port, control);
}

describe("whenBootstrapped", () => {
  it("sees a bootstrap that is done already", () =>
    withControl(async (port, control) => {
      port.expect("SETEVENTS STATUS_CLIENT").reply("250 OK");
      port.expect("GETINFO status/bootstrap-phase").reply(...answer(100));
      port.expect("SETEVENTS").reply("250 OK");
      const phases: BootstrapPhase[] = [];
      await whenBootstrapped(control, { onProgress: (phase) => phases.push(phase) });
      assert.deepEqual(phases, [{ percent: 100, tag: "t100", summary: "S", warning: undefined }]);
    }));

  it("sees that a real Tor is done already", { timeout: 120_000 }, async () => {
    await using network = await useNetwork();
    const runtime = await detectRuntime();
    const { control: address } = network.client;
    await using control = await ControlConnection.connect({ control: address, runtime });
    const phases: BootstrapPhase[] = [];
    await whenBootstrapped(control, { onProgress: (phase) => phases.push(phase) });
    assert.deepEqual(phases, [{ percent: 100, tag: "done", summary: "Done", warning: undefined }]);
    assert.deepEqual(await getBootstrapPhase(control), phases[0]);
  });

  it("follows the events, and never goes back to what was true before", () =>
    withControl(async (port, control) => {
      port.expect("SETEVENTS STATUS_CLIENT").reply("250 OK");
      // All of it in one chunk: the events are told before the reply is read.
      port.expect("GETINFO status/bootstrap-phase").reply(...answer(10), event(20), event(50));
      port.expect("SETEVENTS").reply("250 OK");
      const percents: number[] = [];
      await whenBootstrapped(control, {
        onProgress: ({ percent }) => {
          percents.push(percent);
          if (percent === 50) void port.send(`${event(100)}\r\n`);
        },
      });
      assert.deepEqual(percents.slice(-3), [20, 50, 100]);
      assert.deepEqual(percents, percents.toSorted((a, b) => a - b));
    }));

  it("tells of warnings with their reason", () =>
    withControl(async (port, control) => {
      port.expect("SETEVENTS STATUS_CLIENT").reply("250 OK");
      port.expect("GETINFO status/bootstrap-phase").reply(
        ...answer(10),
        '650 STATUS_CLIENT WARN BOOTSTRAP PROGRESS=10 TAG=t10 SUMMARY="S" WARNING="No route" ' +
          'REASON=NOROUTE COUNT=3 RECOMMENDATION=warn HOSTID="AB" HOSTADDR="192.0.2.7:443"',
        event(100),
      );
      port.expect("SETEVENTS").reply("250 OK");
      const phases: BootstrapPhase[] = [];
      await whenBootstrapped(control, { onProgress: (phase) => phases.push(phase) });
      assert.deepEqual(phases.find(({ warning }) => warning !== undefined), {
        percent: 10,
        tag: "t10",
        summary: "S",
        warning: {
          message: "No route",
          reason: "NOROUTE",
          count: 3,
          recommendation: "warn",
          hostId: "AB",
          hostAddress: "192.0.2.7:443",
        },
      });
    }));

  it("reports what the callback throws, and goes on", () =>
    withControl(async (port, control) => {
      port.expect("SETEVENTS STATUS_CLIENT").reply("250 OK");
      port.expect("GETINFO status/bootstrap-phase").reply(...answer(100));
      port.expect("SETEVENTS").reply("250 OK");
      const errors: unknown[] = [];
      await whenBootstrapped(control, {
        onProgress: () => Promise.reject("late"),
        onError: (error) => errors.push(error),
      });
      await Promise.resolve();
      assert.deepEqual(errors, ["late"]);
    }));

  it("rejects when the connection is lost, is closed here, or the signal aborts", () =>
    withControl(async (port, control) => {
      const expectBegin = () => {
        port.expect("SETEVENTS STATUS_CLIENT").reply("250 OK");
        port.expect("GETINFO status/bootstrap-phase").reply(...answer(10));
      };
      expectBegin();
      port.expect("SETEVENTS").reply("250 OK");
      const controller = new AbortController();
      const reason = new Error("enough");
      const aborted = whenBootstrapped(control, {
        signal: controller.signal,
        onProgress: () => controller.abort(reason),
      });
      await assert.rejects(aborted, reason);

      expectBegin();
      const lost = whenBootstrapped(control, { onProgress: () => port.close() });
      await assert.rejects(lost, { name: "DisconnectedError" });
    }));
});

describe("getBootstrapPhase", () => {
  it("refuses what it cannot read", () =>
    withControl(async (port, control) => {
      port.expect("GETINFO status/bootstrap-phase")
        .reply("250-status/bootstrap-phase=what?", "250 OK");
      await assert.rejects(getBootstrapPhase(control), {
        name: "TorError",
        message: 'Cannot read the bootstrap phase "what?"',
      });
    }));
});
