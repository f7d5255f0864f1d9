import type { ControlConnection } from "../control/connection.ts";
import { DisconnectedError } from "../errors/mod.ts";
import type { OnionServiceOptions } from "../onion/ephemeral_onion_service.ts";
import type { FilesystemOnionServiceOptions } from "../onion/filesystem_onion_service.ts";
import type { OnionAddress } from "../onion/onion_address.ts";
import type { OnionService } from "../onion/onion_service.ts";
import type { PublishOptions } from "../onion/publication.ts";
import type { AbortOptions, Conn, Listener, SocketAddress } from "../runtime/types.ts";
import { abortable } from "../util/abort.ts";
import { OnionConn } from "./onion_conn.ts";

/** Where Tor hands over what comes in, and by which kind of service. */
export interface OnionListenOptions extends
  PublishOptions,
  Pick<
    OnionServiceOptions,
    | "clients"
    | "discardKey"
    | "maxStreams"
    | "maxStreamsCloseCircuit"
    | "nonAnonymous"
    | "powDefences"
    | "privateKey"
    | "privateKeyFile"
  >,
  Pick<FilesystemOnionServiceOptions, "groupReadable" | "settings"> {
  /** The port at the onion address, 1 to 65535. */
  port: number;
  /**
   * The port of 127.0.0.1 to which Tor hands over what comes in, 0 for any free one: every program on
   * this machine can connect to it as well. By default a Unix socket in a directory of mode 0700, to
   * which no other user can, and a free port where that cannot be: on Windows, and where Tor runs as
   * another user. A Tor that has a file system of its own, as in a container, needs a port.
   */
  localPort?: number | undefined;
  /**
   * The directory of a service that keeps its key and its clients there, as
   * `Tor.createFilesystemOnionService` makes it; `groupReadable` and `settings` are for it alone. By
   * default the service is in Tor's memory, as `Tor.createOnionService` makes it.
   */
  directory?: string | undefined;
  /**
   * Where the user interrupts this program (SIGINT, SIGTERM, SIGHUP), remove the service and close the
   * listener before the signal ends the program; default `true`. A program that has more to do then,
   * such as to answer the requests that have begun, says `false` and does it all in a handler of its
   * own; of a launched Tor as well.
   */
  endOnInterrupt?: boolean | undefined;
}

/** What an {@linkcode OnionListener} is made of. */
export interface OnionListenerParts {
  /** The service. */
  service: OnionService;
  /** Its port. */
  port: number;
  /** What the service hands its connections to. */
  local: Listener;
  /** The connection to the Tor that has the service. */
  control: ControlConnection;
  /** Ends with the listener: what was made for it alone. */
  owned?: AsyncDisposable | undefined;
}

/**
 * Accepts the connections that come to a port of an onion service: an async iterable of
 * {@linkcode Conn}s that ends when it is closed. Leaving a loop over it does not close it: another may
 * go on. Get one from {@linkcode Tor.listenOnion}.
 *
 * Of a connection's peer nothing is known: its `remoteAddress` is `undefined`. Its `localAddress` is that
 * of the service.
 *
 * Where the service is lost with the connection to Tor, the iteration rejects with a
 * `DisconnectedError`; where something else has removed it, the iteration ends.
 *
 * @example Answer one who connects
 * ```ts
 * import { connect, type OnionListener } from "@torcon/torcon";
 * import { startLoneTor } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using lone = await startLoneTor();
 * await using tor = await connect({ control: lone.control });
 *
 * await using listener: OnionListener = await tor.listenOnion({ port: 79, awaitUploads: "none" });
 * assert.equal(`${listener.address}`, listener.hostname);
 * const next = listener[Symbol.asyncIterator]().next();
 * await listener.close();
 * assert.equal((await next).done, true);
 * ```
 */
export class OnionListener implements AsyncDisposable, AsyncIterable<Conn> {
  /** The service, which is removed when this is closed. */
  readonly service: OnionService;
  /** The port at the onion address. */
  readonly port: number;
  /** Where Tor hands over the connections on this machine. */
  readonly localAddress: SocketAddress;
  readonly #parts: OnionListenerParts;
  #failure: DisconnectedError | undefined;
  #closing: Promise<void> | undefined;

  /** Takes over the service and what it hands its connections to. */
  constructor(parts: OnionListenerParts) {
    this.service = parts.service;
    this.port = parts.port;
    this.localAddress = parts.local.address;
    this.#parts = parts;
    parts.service.whenRemoved().then(() => this.#lose(), (cause) => this.#lose(cause));
  }

  /** The onion address. */
  get address(): OnionAddress {
    return this.service.address;
  }

  /** The onion address as a host name, with `.onion`. */
  get hostname(): string {
    return this.service.hostname;
  }

  /**
   * Removes the service, stops listening, removes the Unix socket with its directory and ends the
   * iteration. Connections that nobody took are closed, those that were taken live on. Harmless when
   * repeated.
   *
   * @param options A `signal` to give up the wait with; it is closed all the same.
   * @throws {ControlReplyError} Where Tor refuses to remove the service. All else is closed then.
   * @throws {DisconnectedError} Where the connection to Tor is lost, and the service may live on.
   */
  async close({ signal }: AbortOptions = {}): Promise<void> {
    this.#closing ??= this.#close();
    await abortable(this.#closing, signal);
  }

  /** Closes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Gives the connections in their order. */
  [Symbol.asyncIterator](): AsyncIterator<Conn> {
    const conns = this.#parts.local[Symbol.asyncIterator]();
    return { next: () => this.#next(conns) };
  }

  async #next(conns: AsyncIterator<Conn>): Promise<IteratorResult<Conn>> {
    const { done, value } = await conns.next();
    if (!done) {
      const { hostname, port } = this;
      return { done: false, value: new OnionConn(value, { hostname, port }) };
    }
    if (this.#failure !== undefined) throw this.#failure;
    return { done, value: undefined };
  }

  async #close(): Promise<void> {
    const { service, local, owned } = this.#parts;
    try {
      await service.remove();
    } finally {
      await local.close().finally(() => owned?.[Symbol.asyncDispose]());
    }
  }

  #lose(cause?: unknown): void {
    if (this.#closing !== undefined) return;
    if (cause !== undefined || !this.#parts.control.connected) {
      this.#failure = new DisconnectedError(
        `Cannot listen on ${this.hostname} any more: the control connection ended`,
        cause === undefined ? undefined : { cause },
      );
    }
    this.close().catch(() => {}); // there is nothing left to remove
  }
}
