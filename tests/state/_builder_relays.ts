import type { CircuitBuilderState } from "../../lib/state/circuit_builder.ts";
import { type Relay, type SyntheticState, USUAL } from "./_synthetic_relays.ts";

/** The flags of an exit. */
export const EXIT: string = `Exit ${USUAL}`;
/** A policy for the Web. */
export const WEB = "p accept 80,443\np6 accept 443\n";

/** Guards, relays between and exits, of which each can be the last for other ports. */
export const RELAYS: readonly Relay[] = [
  { name: "g1" },
  { name: "g2" },
  { name: "m1", flags: "Fast Running Valid" },
  { name: "m2", flags: "Fast Running Stable Valid" },
  { name: "slow", flags: "Running Stable Valid" },
  { name: "down", flags: "Fast Guard Stable V2Dir Valid" },
  { name: "e1", flags: EXIT, policy: WEB },
  { name: "e2", flags: "Exit Fast Running Valid", policy: "p accept 22,25,80\n" },
  { name: "bad", flags: `BadExit ${EXIT}`, policy: WEB },
  { name: "closed", flags: EXIT },
  { name: "odd", flags: "Fast Running Stable Valid", policy: "p accept 6667\n" },
  { name: "unknown", flags: EXIT, policy: WEB, family: undefined },
];

/** A state that builds nothing. */
export function unbuilding(state: SyntheticState): CircuitBuilderState {
  return Object.assign(state, { buildTimeoutCircuit: () => Promise.reject(new Error("Built")) });
}
