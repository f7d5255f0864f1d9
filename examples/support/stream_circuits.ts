import { type ControlConnection, parseCircuitStatusLine } from "@torcon/torcon";

/** Tells the circuits that connections took, from what Tor reports of its streams. */
export class StreamCircuits {
  readonly #control: ControlConnection;
  readonly #taken = new Map<string, number>();

  private constructor(control: ControlConnection) {
    this.#control = control;
  }

  /** Begins to listen: it knows of the connections that are made after this. */
  static async watch(control: ControlConnection): Promise<StreamCircuits> {
    const circuits = new StreamCircuits(control);
    // SENTCONNECT and SENTRESOLVE still have the name of the host, and what follows its address.
    await control.addEventListener("STREAM", ({ status, targetAddress, circuitId }) => {
      if (status.startsWith("SENT")) circuits.#taken.set(targetAddress, circuitId);
    });
    return circuits;
  }

  /** The circuit, with its relays, that was taken to connect to a host or to resolve it just now. */
  async takenTo(host: string): Promise<string> {
    const paths = new Map<number, string>();
    for await (const line of this.#control.getInfoLines("circuit-status")) {
      const { circuitId, path = [] } = parseCircuitStatusLine(line) ?? {};
      if (circuitId === undefined) continue;
      paths.set(circuitId, path.map((relay) => relay.nickname ?? relay.fingerprint).join(" > "));
    }
    // Tor has answered, so that all events of what was before have come.
    const circuitId = this.#taken.get(host);
    this.#taken.delete(host);
    if (circuitId === undefined) return "no circuit of its own";
    return `circuit ${circuitId}: ${paths.get(circuitId) ?? "closed already"}`;
  }
}
