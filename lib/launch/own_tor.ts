import { ControlConnection } from "../control/connection.ts";
import type { AbortOptions, Runtime } from "../runtime/types.ts";
import type { ErrorHandler } from "../util/report_error.ts";
import type { ControlPorts } from "./control_ports.ts";
import type { TorProcess } from "./tor_process.ts";

/** How a Tor is taken ownership of. */
export interface OwnTorOptions extends AbortOptions {
  /** The adapter to the platform. */
  runtime: Runtime;
  /** Where its control ports are; a Unix socket is preferred. */
  ports: ControlPorts;
  /** The password for its control port, where it takes no cookie. */
  password?: string | undefined;
  /** Gets what a listener throws. */
  onError?: ErrorHandler | undefined;
}

/**
 * Connects to a Tor of this program's own and takes ownership of it: it ends with the connection,
 * and so with this program, however that ends (TAKEOWNERSHIP, control-spec, section 3.23).
 *
 * @throws {LaunchError} Where the process ends before that.
 */
export async function ownTor(
  process: TorProcess,
  { ports, signal, ...options }: OwnTorOptions,
): Promise<ControlConnection> {
  const address = ports.socket ?? ports.tcp!;
  const control = await process.guard(
    (signal) => ControlConnection.connect({ ...options, control: address, signal }),
    { before: "it let us in", signal },
  );
  try {
    await process.guard((signal) => control.takeOwnership({ signal }), {
      before: "it was owned",
      signal,
    });
    return control;
  } catch (error) {
    await control.close();
    throw error;
  }
}
