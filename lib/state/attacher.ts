import type { Circuit } from "./circuit.ts";
import type { Stream } from "./stream.ts";

/** What an {@linkcode Attacher} says of a stream that it attaches itself, or that nobody is to attach yet. */
export const DO_NOT_ATTACH: unique symbol = Symbol("DO_NOT_ATTACH");

/** Where a stream goes: by a circuit, by one that Tor chooses (`null`), or by none. */
export type AttachDecision = Circuit | null | typeof DO_NOT_ATTACH;

/**
 * Chooses the circuits of streams.
 *
 * @example Send all streams to one port by one circuit
 * ```ts
 * import type { Attacher, Circuit } from "@torcon/torcon";
 *
 * export function byPort(port: number, circuit: Circuit): Attacher {
 *   return { attachStream: ({ targetPort }) => targetPort === port ? circuit : null };
 * }
 * ```
 */
export interface Attacher {
  /**
   * Chooses the circuit of a stream that is new, or was detached from the one that it had.
   *
   * @param stream The stream.
   * @param circuits The circuits that there are, by number.
   * @returns A circuit, which may be yet to be built; `null` to let Tor choose; or `DO_NOT_ATTACH`, after
   * which the stream waits until it is attached by `control.attachStream`, closed or given back to Tor.
   * A stream for which a circuit was chosen never goes by another: where it cannot be put on it, it is
   * closed. A stream to an onion service cannot go by a circuit that is chosen: Tor closes it.
   */
  attachStream(
    stream: Stream,
    circuits: ReadonlyMap<number, Circuit>,
  ): AttachDecision | Promise<AttachDecision>;
}
