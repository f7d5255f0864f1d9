/** A TCP port that passes everything on to another, and counts how often a client waits for it. */
export class RoundTripCounter implements AsyncDisposable {
  /** Where it listens. */
  readonly address: string;
  readonly #listener: Deno.TcpListener;
  readonly #target: Deno.ConnectOptions;
  readonly #passing: Promise<void>[] = [];
  #most = 0;

  private constructor(listener: Deno.TcpListener, target: Deno.ConnectOptions) {
    this.#listener = listener;
    this.#target = target;
    this.address = `127.0.0.1:${listener.addr.port}`;
    this.#passing.push(this.#accept());
  }

  /** Starts to listen, for connections to `target`, such as `"127.0.0.1:9051"`. */
  static start(target: string): RoundTripCounter {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const port = Number(target.slice(target.lastIndexOf(":") + 1));
    return new RoundTripCounter(listener, { hostname: "127.0.0.1", port });
  }

  /** The round trips of the connection that had most since the last call. */
  take(): number {
    const most = this.#most;
    this.#most = 0;
    return most;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await Promise.all(this.#passing);
  }

  async #accept(): Promise<void> {
    for await (const client of this.#listener) {
      const server = await Deno.connect(this.#target);
      let trips = 0;
      let isAnswered = true;
      const asks = () => {
        if (isAnswered) trips++;
        isAnswered = false;
        this.#most = Math.max(this.#most, trips);
      };
      // A connection that breaks has been counted as far as it came.
      this.#passing.push(
        pass(client, server, asks).catch(() => {}),
        pass(server, client, () => isAnswered = true).catch(() => {}),
      );
    }
  }
}

async function pass(from: Deno.Conn, to: Deno.Conn, tell: () => void): Promise<void> {
  const told = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      tell();
      controller.enqueue(chunk);
    },
  });
  await from.readable.pipeThrough(told).pipeTo(to.writable);
}
