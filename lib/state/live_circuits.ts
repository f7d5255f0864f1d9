import {
  type CircEvent,
  type CircMinorEvent,
  parseCircuitStatusLine,
} from "../codec/events/mod.ts";
import type { TorError } from "../errors/mod.ts";
import {
  abandonCircuit,
  Circuit,
  type CircuitContext,
  loseCircuit,
  updateCircuit,
} from "./circuit.ts";
import { EndedIds } from "./ended_ids.ts";

/** The circuits that Tor has, kept by its events. */
export class LiveCircuits {
  readonly #context: CircuitContext;
  readonly #circuits = new Map<number, Circuit>();
  /** Those that ended while it was not known yet who waits for them. */
  readonly #ended = new Map<number, Circuit>();
  readonly #endedIds = new EndedIds();
  #expected = 0;

  /** There is none yet. */
  constructor(context: CircuitContext) {
    this.#context = context;
  }

  /** By number. */
  get byId(): ReadonlyMap<number, Circuit> {
    return this.#circuits;
  }

  /** Takes in an event. */
  apply(event: CircEvent | CircMinorEvent): void {
    const { circuitId, status } = event;
    const isOver = event.type === "CIRC" && (status === "CLOSED" || status === "FAILED");
    let circuit = this.#circuits.get(circuitId);
    if (circuit === undefined) {
      // Tor may still tell of what was over before it was asked.
      if (event.type === "CIRC_MINOR" || (isOver && this.#expected === 0)) return;
      if (status === "LAUNCHED") this.#endedIds.delete(circuitId);
      else if (this.#endedIds.has(circuitId)) return;
      circuit = this.#add(circuitId, isOver ? "LAUNCHED" : status);
    }
    if (isOver) {
      this.#circuits.delete(circuitId);
      this.#endedIds.add(circuitId);
      if (this.#expected > 0) this.#ended.set(circuitId, circuit);
    }
    updateCircuit(circuit, event);
  }

  /**
   * The circuit that a command makes, which may have been told of, and may even have ended, by the time
   * that the reply is read.
   */
  async expect(command: Promise<number>): Promise<Circuit> {
    this.#expected++;
    try {
      const id = await command;
      return this.#circuits.get(id) ?? this.#ended.get(id) ?? this.#add(id, "LAUNCHED");
    } finally {
      if (--this.#expected === 0) this.#ended.clear();
    }
  }

  /**
   * Takes in the answer to `GETINFO circuit-status`.
   *
   * @param isSameTor Whether the circuits that are known are circuits of this very Tor.
   */
  resync(status: string, { isSameTor }: { isSameTor: boolean }): void {
    const events = status.split("\n").map(parseCircuitStatusLine).filter((event) =>
      event !== undefined
    );
    this.#endedIds.clear();
    const present = new Set(isSameTor ? events.map(({ circuitId }) => circuitId) : []);
    for (const [id, circuit] of this.#circuits) {
      if (present.has(id)) continue;
      this.#circuits.delete(id);
      loseCircuit(circuit);
    }
    for (const event of events) this.apply(event);
  }

  /** Gives up: nothing will be heard any more. */
  abandon(error: TorError): void {
    for (const circuit of this.#circuits.values()) abandonCircuit(circuit, error);
  }

  #add(id: number, status: string): Circuit {
    const circuit = new Circuit(this.#context, id, status);
    this.#circuits.set(id, circuit);
    return circuit;
  }
}
