import { CircuitFailedError, TimeoutError } from "../../lib/errors/mod.ts";
import type { Circuit } from "../../lib/state/circuit.ts";
import type { Router } from "../../lib/state/router.ts";
import type { TorState } from "../../lib/state/tor_state.ts";
import type { Tor } from "../../lib/tor/tor.ts";

/** Builds a circuit of a real tor: now and then a relay cannot reach another, or Tor waits for a guard. */
export async function build(
  state: TorState,
  path?: readonly (Router | string)[],
  purpose?: "controller",
): Promise<Circuit> {
  for (let attempt = 1;; attempt++) {
    try {
      return await state.buildTimeoutCircuit(path, 10_000, { purpose });
    } catch (error) {
      const isUsual = error instanceof CircuitFailedError || error instanceof TimeoutError;
      if (!isUsual || attempt === 5) throw error;
    }
  }
}

/** The circuits of the streams that succeed meanwhile, in order. */
export async function circuitsOf(
  { tor, state }: { tor: Tor; state: TorState },
  work: () => Promise<unknown>,
): Promise<(Circuit | undefined)[]> {
  const circuits: (Circuit | undefined)[] = [];
  const stop = state.addStreamListener({
    streamSucceeded: ({ circuit }) => circuits.push(circuit),
  });
  await work();
  // What Tor tells before it answers is in by its reply.
  await tor.control.getInfo("version");
  stop();
  return circuits;
}
