import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Cli } from "../../lib/cli/cli.ts";
import { ControlSession } from "../../lib/cli/control/control_session.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import { openStdio } from "../../lib/runtime/stdio.ts";
import { ScriptedControlPort } from "../../lib/testing/scripted_control_port.ts";
import { connect } from "../../lib/tor/connect.ts";

describe("ControlSession", () => {
  it("keeps no more events than its limit where nobody reads them", async () => {
    await using port = await ScriptedControlPort.start();
    port.expect("SETEVENTS BW").reply("250 OK");
    await using tor = await connect({ control: port.address });
    const { signal } = new AbortController();
    const cli = new Cli({
      stdio: openStdio(),
      runtime: await detectRuntime(),
      signal,
      interrupt: () => {},
    });
    let events = 0;
    const lines = ["SETEVENTS BW"];
    const session = new ControlSession(tor.control, {
      cli,
      screen: {
        print: (text) => {
          if (!text.includes("BW")) return Promise.resolve();
          events++;
          return new Promise(() => {});
        },
        complain: (text) => Promise.reject(new Error(text)),
        read: () => new Promise((resolve) => lines.length > 0 && resolve(lines.shift())),
      },
    });
    const end = session.runAll();
    await port.waitFor("SETEVENTS BW");
    await port.send("650 BW 3 4\r\n".repeat(65_540));
    await assert.rejects(end, /^CommandError: Cannot keep more than 65536 events/);
    assert.equal(events, 65_536);
  });
});
