import type { Circuit } from "./wire.ts";

/** How far a circuit is: it is shown for a while after its end. */
export type Phase = "building" | "built" | "closed" | "failed";

/** A circuit as it is shown. */
export interface ShownCircuit extends Circuit {
  readonly phase: Phase;
}

/** How long a circuit is shown after its end, in milliseconds. */
const LINGERING = 4_000;

/** The circuits of Tor, and those that are no more since a moment. */
export class ShownCircuits {
  #circuits: readonly Circuit[] = [];
  #gone: { circuit: ShownCircuit; until: number }[] = [];

  /** Takes on what Tor has at the time `now`. */
  update(circuits: readonly Circuit[], now: number): void {
    const ids = new Set(circuits.map(({ id }) => id));
    for (const circuit of this.#circuits) {
      if (ids.has(circuit.id)) continue;
      const phase = phaseOf(circuit) === "built" ? "closed" : "failed";
      this.#gone.push({ circuit: { ...circuit, phase, streams: [] }, until: now + LINGERING });
    }
    this.#circuits = circuits;
  }

  /** Forgets all that was shown, and takes on another state. */
  reset(circuits: readonly Circuit[]): void {
    this.#circuits = circuits;
    this.#gone = [];
  }

  /** Lets go of those whose time is over; whether there were any. */
  expire(now: number): boolean {
    const before = this.#gone.length;
    this.#gone = this.#gone.filter(({ until }) => until > now);
    return this.#gone.length < before;
  }

  /** All that there is to be shown, by their numbers. */
  all(): ShownCircuit[] {
    return [
      ...this.#circuits.map((circuit) => ({ ...circuit, phase: phaseOf(circuit) })),
      ...this.#gone.map(({ circuit }) => circuit),
    ].sort((a, b) => a.id - b.id);
  }
}

function phaseOf({ state }: Circuit): Phase {
  if (state === "BUILT") return "built";
  return state === "FAILED" ? "failed" : state === "CLOSED" ? "closed" : "building";
}
