/**
 * Tests of `retire_failing_circuits.ts` by Bun's test runner, without the Tor network:
 *
 *     bun test ./examples/testing/bun_test.ts
 *
 * @module
 */
import { expect, test } from "bun:test";
import process from "node:process";
import { connect } from "@torcon/torcon";
import { PrivateNetwork, ScriptedControlPort } from "@torcon/torcon/testing";
import { retireFailingCircuits } from "./retire_failing_circuits.ts";

/** Bun gives a test, and a hook, 5 seconds otherwise: too little to start a network. */
const SLOW = 120_000;

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

  expect((await port.waitFor(/^CLOSECIRCUIT/)).args).toBe("5");
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

  expect(errors).toEqual([]);
});

test("network: closes a circuit of a real Tor", async () => {
  // Whoever has started a network for many files puts its description into this variable.
  const { TORCON_TEST_NETWORK: description } = process.env;
  await using network = description === undefined
    ? await PrivateNetwork.start()
    : await PrivateNetwork.attach(description);
  await network.dns.add({ "bun.retire.example": "127.0.0.1" });
  // Nobody else uses the circuits of this client; without guards it does not probe those that failed
  // before it closes them.
  await using client = await network.addClient({ torrc: { UseEntryGuards: 0 } });
  await using tor = await connect({ control: client.control });

  const events = tor.control.events("STREAM", "CIRC");
  await retireFailingCircuits(tor, { limit: 1 });
  // The name leads to this machine, where nothing listens on port 9: no circuit can connect to it.
  const enough = new AbortController();
  const stream = tor.streamVia("bun.retire.example", 9, { signal: enough.signal });
  const rejected = expect(stream).rejects.toThrow();

  let failedOn: number | undefined;
  for await (const event of events) {
    if (event.type === "STREAM" && event.status === "DETACHED") failedOn ??= event.circuitId;
    const isClosed = event.type === "CIRC" && event.status === "CLOSED";
    if (isClosed && event.circuitId === failedOn) break;
  }
  enough.abort();
  await rejected;
}, SLOW);
