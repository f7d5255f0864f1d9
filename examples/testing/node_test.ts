/**
 * Tests of `retire_failing_circuits.ts` by Node's test runner, without the Tor network:
 *
 *     node --test examples/testing/node_test.ts
 *
 * Node 24 runs this file as it is; Node 20 and 22 run what `tsc` makes of it.
 *
 * @module
 */
import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import { connect } from "@torcon/torcon";
import { PrivateNetwork, ScriptedControlPort } from "@torcon/torcon/testing";
import { retireFailingCircuits } from "./retire_failing_circuits.ts";

/** An event as Tor sends it. */
const failed = (circuitId: number) =>
  `650 STREAM 1 FAILED ${circuitId} www.example:80 REASON=TIMEOUT\r\n`;

test("scripted: closes the circuit that is the first to fail three times", async () => {
  await using port = await ScriptedControlPort.start();
  port.always(/^SETEVENTS/).reply("250 OK");
  port.always(/^CLOSECIRCUIT/).reply("250 OK");
  await using tor = await connect({ control: port.address });

  await retireFailingCircuits(tor, { limit: 3 });
  for (const circuitId of [6, 5, 0, 0, 0, 5, 6, 5]) await port.send(failed(circuitId));

  assert.equal((await port.waitFor(/^CLOSECIRCUIT/)).args, "5");
});

test("scripted: goes on where a circuit is gone already", async () => {
  await using port = await ScriptedControlPort.start();
  port.always(/^SETEVENTS/).reply("250 OK");
  const gone = port.expect("CLOSECIRCUIT 5").reply('552 Unknown circuit "5"');
  const closed = port.expect("CLOSECIRCUIT 6").reply("250 OK");
  const errors: unknown[] = [];
  await using tor = await connect({
    control: port.address,
    onError: (error) => errors.push(error),
  });

  await retireFailingCircuits(tor, { limit: 1 });
  await port.send(failed(5));
  await gone.received;
  await port.send(failed(6));
  await closed.received;

  assert.deepEqual(errors, []);
});

test("network: closes a circuit of a real Tor", async () => {
  // Whoever has started a network for many files puts its description into this variable.
  const { TORCON_TEST_NETWORK: description } = process.env;
  await using network = description === undefined
    ? await PrivateNetwork.start()
    : await PrivateNetwork.attach(description);
  await network.dns.add({ "node.retire.example": "127.0.0.1" });
  // Nobody else uses the circuits of this client; without guards it does not probe those that failed
  // before it closes them.
  await using client = await network.addClient({ torrc: { UseEntryGuards: 0 } });
  await using tor = await connect({ control: client.control });

  const events = tor.control.events("STREAM", "CIRC");
  await retireFailingCircuits(tor, { limit: 1 });
  // The name leads to this machine, where nothing listens on port 9: no circuit can connect to it.
  const enough = new AbortController();
  const stream = tor.streamVia("node.retire.example", 9, { signal: enough.signal });
  const rejected = assert.rejects(stream);

  let failedOn: number | undefined;
  for await (const event of events) {
    if (event.type === "STREAM" && event.status === "DETACHED") failedOn ??= event.circuitId;
    const isClosed = event.type === "CIRC" && event.status === "CLOSED";
    if (isClosed && event.circuitId === failedOn) break;
  }
  enough.abort();
  await rejected;
});
