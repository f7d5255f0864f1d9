/**
 * The program that the examples of tests are about. It watches what becomes of a Tor's streams, and
 * closes each circuit on which too many have failed, so that Tor takes another.
 *
 * @module
 */
import { DisconnectedError, type Tor, UnrecognizedEntityError } from "@torcon/torcon";

/** When a circuit is closed. */
export interface RetireOptions {
  /** How many streams may fail on a circuit before it is closed; default 3. */
  limit?: number | undefined;
  /** Ends the watch. */
  signal?: AbortSignal | undefined;
}

/** Begins to watch, and resolves when Tor has agreed to tell of its streams. */
export async function retireFailingCircuits(
  { control }: Tor,
  { limit = 3, signal }: RetireOptions = {},
): Promise<void> {
  const failures = new Map<number, number>();

  await control.addEventListener("STREAM", async ({ circuitId, status }) => {
    // A stream that has no circuit yet tells of circuit 0.
    if (circuitId === 0 || (status !== "FAILED" && status !== "DETACHED")) return;
    const count = (failures.get(circuitId) ?? 0) + 1;
    failures.set(circuitId, count);
    if (count !== limit) return;
    await control.closeCircuit(circuitId).catch((error) => {
      // Then it is closed already, or there is nobody left to tell.
      const isOver = error instanceof UnrecognizedEntityError || error instanceof DisconnectedError;
      if (!isOver) throw error;
    });
  }, { signal });
}
