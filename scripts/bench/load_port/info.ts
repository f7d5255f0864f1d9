/** What the load port prints when it is up, as one line of JSON. */
export interface LoadPortInfo {
  /** The TCP port on 127.0.0.1. */
  readonly port: number;
  /** How many events one block has: `LOAD` takes a multiple of it. */
  readonly blockEvents: number;
  /** What the circuit ids of a block's events add up to. */
  readonly blockCircuitIds: number;
  /** What the circuit ids, the path lengths and the numbers of keyword fields add up to. */
  readonly blockChecksum: number;
  /** How many bytes one block has. */
  readonly blockBytes: number;
  /** How many relays the reply to `GETINFO ns/all` lists. */
  readonly relays: number;
  /** How many lines that reply has. */
  readonly statusLines: number;
  /** How many characters its value has where lines are joined by a line feed. */
  readonly statusCharacters: number;
  /** How many bytes that reply has. */
  readonly statusBytes: number;
}
