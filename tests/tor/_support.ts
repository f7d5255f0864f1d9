import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Socket } from "node:net";
import type { CircuitId, StreamEvent } from "../../lib/codec/events/mod.ts";
import type { ControlConnection } from "../../lib/control/connection.ts";
import { testCertificate } from "../_support/certificates.ts";

/** The time that a test on a real network may take. */
export const SLOW = { timeout: 120_000 };

/** An HTTP or HTTPS server of the test on a loopback address. */
export interface TestServer extends AsyncDisposable {
  readonly port: number;
  /** How many connections it has accepted. */
  readonly accepted: () => number;
}

/** How a server is started. */
interface ServerOptions {
  /** Makes it a server of TLS. */
  certificate?: Parameters<typeof testCertificate>[0];
  /** Default 127.0.0.1. */
  hostname?: string;
  /** Default any free one. */
  port?: number;
}

/** Starts a server. */
export async function startServer(
  handler: (request: IncomingMessage, response: ServerResponse) => void,
  { certificate, hostname = "127.0.0.1", port = 0 }: ServerOptions = {},
): Promise<TestServer> {
  const server: Server = certificate === undefined
    ? createServer(handler)
    : createTlsServer(testCertificate(certificate), handler);
  const sockets = new Set<Socket>();
  let accepted = 0;
  server.on("connection", (socket: Socket) => {
    accepted++;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(port, hostname, resolve));
  return {
    port: (server.address() as { port: number }).port,
    accepted: () => accepted,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** The circuits of the streams to one target that succeed from now on, in order. */
export class StreamCircuits implements AsyncDisposable {
  readonly #events: AsyncIterableIterator<StreamEvent>;

  private constructor(events: AsyncIterableIterator<StreamEvent>) {
    this.#events = events;
  }

  /** Begins to watch. */
  static async watch(control: ControlConnection): Promise<StreamCircuits> {
    const events = control.events("STREAM");
    // What follows is answered after Tor has begun to send them.
    await control.getInfo("version");
    return new StreamCircuits(events);
  }

  /** The circuits of the next streams to `port` that succeed. */
  async next(port: number, count: number): Promise<CircuitId[]> {
    const circuits: CircuitId[] = [];
    while (circuits.length < count) circuits.push((await this.nextEvent(port)).circuitId);
    return circuits;
  }

  /** The event by which the next stream to `port` succeeds. */
  async nextEvent(port: number): Promise<StreamEvent> {
    for (;;) {
      const { done, value } = await this.#events.next();
      if (done) throw new Error("The events ended before the stream did succeed");
      if (value.status === "SUCCEEDED" && value.targetPort === port) return value;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#events.return?.();
  }
}

/** What a promise rejects with. */
export async function rejection<E = Error>(promise: Promise<unknown>): Promise<E> {
  try {
    await promise;
  } catch (error) {
    return error as E;
  }
  throw new Error("It did not reject");
}
