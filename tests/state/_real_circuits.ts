import { CircuitFailedError, TimeoutError } from "../../lib/errors/mod.ts";
import type { Circuit } from "../../lib/state/circuit.ts";
import type { Router } from "../../lib/state/router.ts";
import type { TorState } from "../../lib/state/tor_state.ts";

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
