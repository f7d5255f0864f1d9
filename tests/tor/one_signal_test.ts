import assert from "node:assert/strict";
import process from "node:process";
import { describe, it } from "node:test";
import { Consensus } from "../../lib/state/consensus.ts";
import { ScriptedControlPort } from "../../lib/testing/scripted_control_port.ts";
import { connect } from "../../lib/tor/connect.ts";
import { nextTurn } from "../../lib/util/next_turn.ts";
import { entry } from "../state/_relays.ts";
import { CountedSignal } from "../_support/counted_signal.ts";
import { ScriptedSocksServer } from "../_support/scripted_socks_server.ts";

const EACH = 25;

describe("a hundred waits under one signal", () => {
  it("make no warning, and all end when it aborts", async () => {
    const warnings: string[] = [];
    const warned = (warning: Error) => warnings.push(String(warning));
    process.on("warning", warned);
    try {
      await using port = await ScriptedControlPort.start();
      await using socks = await ScriptedSocksServer.start({ reply: "silence" });
      await using tor = await connect({ control: port.address, socks: socks.address });
      // From now on nothing is answered.
      port.always(/^GETINFO/);
      const counted = new CountedSignal();
      const { signal } = counted;
      const consensus = new Consensus({ control: tor.control });
      await consensus.update(entry("one"));
      const [router] = consensus.allRouters;
      const waits = Array.from({ length: EACH }, (_, i) => [
        tor.control.getInfo("version", { signal }),
        router!.getLocation({ signal }),
        tor.fetch(`http://one-signal-${i}.example/`, { signal }),
        tor.dnsResolve(`one-signal-${i}.example`, { signal }),
      ]).flat();
      const ended = Promise.allSettled(waits);
      await socks.asked;
      assert.ok(counted.listeners > 0);
      const reason = new Error("enough");
      counted.controller.abort(reason);
      for (const result of await ended) {
        assert.equal(result.status === "rejected" && result.reason, reason);
      }
      assert.equal(counted.most, 1);
      await nextTurn();
      assert.deepEqual(warnings, []);
    } finally {
      process.off("warning", warned);
    }
  });
});
