import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { connect } from "../../lib/tor/connect.ts";
import { ScriptedState, scriptedTor } from "./_scripted_state.ts";

describe("the end of a state, of a Tor that answers no more", () => {
  it("comes at once, and leaves nobody subscribed", async () => {
    await using scripted = await ScriptedState.open();
    const { state, port, tor } = scripted;
    port.always(/^SETEVENTS/);
    await state[Symbol.asyncDispose]();
    await port.waitFor(/^SETEVENTS CIRC_MINOR/);
    await tor[Symbol.asyncDispose]();
    await assert.rejects(tor.getState(), /closed/);
  });

  it("comes with the Tor object's own", async () => {
    await using scripted = await ScriptedState.open();
    scripted.port.always(/^SETEVENTS/);
    await scripted.tor[Symbol.asyncDispose]();
    assert.equal(scripted.tor.control.connected, false);
  });

  it("comes where it was not read yet", async () => {
    await using port = await scriptedTor();
    port.always(/^SETEVENTS/);
    await using tor = await connect({ control: port.address });
    const state = tor.getState();
    state.catch(() => {});
    await port.waitFor(/^SETEVENTS CIRC/);
    await tor[Symbol.asyncDispose]();
    await assert.rejects(state, /the Tor object was closed/);
  });
});
