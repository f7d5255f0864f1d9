import type { ControlConnection } from "../control/connection.ts";
import { UnrecognizedEntityError } from "../errors/mod.ts";
import type { AbortOptions } from "../runtime/types.ts";
import type { Circuit, CloseCircuitOptions } from "./circuit.ts";

/**
 * Closes a circuit, and waits until Tor says that it is gone.
 *
 * @returns Whether it is gone: not where it has streams and is to be left then.
 */
export async function closeCircuit(
  control: ControlConnection,
  circuit: Circuit,
  { ifUnused = false, signal }: CloseCircuitOptions = {},
): Promise<boolean> {
  if (circuit.isClosed) return true;
  const closed = circuit.whenClosed({ signal });
  closed.catch(() => {});
  try {
    await control.closeCircuit(circuit.id, { ifUnused, signal });
  } catch (error) {
    // Tor knows a circuit no more that it is about to close, and has yet to say so.
    if (!(error instanceof UnrecognizedEntityError)) throw error;
  }
  // Tor says the same whether or not it closes a circuit that may be in use.
  if (ifUnused && !circuit.isClosed && await isOpen(control, circuit, { signal })) return false;
  await closed;
  return true;
}

async function isOpen(
  control: ControlConnection,
  { id }: Circuit,
  options: AbortOptions,
): Promise<boolean> {
  const status = await control.getInfo("circuit-status", options);
  return status.split("\n").some((line) => line.startsWith(`${id} `));
}
