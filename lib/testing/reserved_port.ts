import type { Listener, Runtime } from "../runtime/types.ts";

/** A free TCP port that nobody else gets until it is released. */
export class ReservedPort implements AsyncDisposable {
  /** The port. */
  readonly port: number;
  readonly #listener: Listener;

  private constructor(port: number, listener: Listener) {
    this.port = port;
    this.#listener = listener;
  }

  /** Reserves a port on an address of this machine; 0 is any free one. */
  static async reserve(runtime: Runtime, hostname: string, port = 0): Promise<ReservedPort> {
    const listener = await runtime.listen({ hostname, port });
    const { address } = listener;
    return new ReservedPort("port" in address ? address.port : port, listener);
  }

  /** Lets go of the port, so that a program can listen on it. Harmless when repeated. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#listener.close();
  }
}
