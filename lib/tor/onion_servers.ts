import type { Runtime } from "../runtime/types.ts";
import type { TorConnectionsOptions } from "./connections.ts";
import { listenOnion } from "./listen_onion.ts";
import type { OnionListener, OnionListenOptions } from "./onion_listener.ts";
import {
  bindHandler,
  handlerOf,
  logHandlerError,
  type OnionHandler,
  type OnionHandlerObject,
  OnionServer,
  originOf,
  type ServeOnionOptions,
} from "./onion_server.ts";
import { TorOnions } from "./onion_services.ts";

/** What a `Tor` can serve on its onion services. */
export abstract class TorServers extends TorOnions {
  readonly #runtime: Runtime;

  /** Opens nothing yet. */
  constructor(options: TorConnectionsOptions) {
    super(options);
    this.#runtime = options.runtime;
  }

  /**
   * Listens behind an onion address: listens on this machine, creates an onion service that leads there,
   * and resolves when it is published. Where that fails or is aborted, nothing of it stays.
   *
   * @param options The port, and what else the service shall be like.
   * @returns The listener, to be closed or disposed.
   * @throws {AddressInUseError} Where something listens on `localPort` already.
   * @throws {TypeError} Where an option does not go with `directory`, or as
   * {@linkcode createOnionService} and {@linkcode createFilesystemOnionService} do.
   * @throws {RangeError} Where a port is none, or a number is out of range.
   * @throws {OnionPublishError} Where the service cannot be published.
   * @throws {OnionKeyFileError} Where the directory cannot be used.
   * @throws {ControlReplyError} Where Tor refuses.
   * @throws {DisconnectedError} Where the connection is lost before it is published.
   *
   * @example Greet whoever connects
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { startLoneTor } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using lone = await startLoneTor();
   * await using tor = await connect({ control: lone.control });
   *
   * const listener = await tor.listenOnion({ port: 7777, awaitUploads: "none" });
   * const serving = (async () => {
   *   for await (const conn of listener) {
   *     await conn.writable.getWriter().write(new TextEncoder().encode("hello\n"));
   *     await conn.close();
   *   }
   * })();
   * assert.match(listener.hostname, /^[a-z2-7]{56}\.onion$/);
   * await listener.close();
   * await serving;
   * ```
   */
  async listenOnion(options: OnionListenOptions): Promise<OnionListener> {
    return await listenOnion(this, { runtime: this.#runtime, options });
  }

  /**
   * Serves HTTP on an onion service: hands each request to `handler`, and sends what it answers. It takes
   * what `Deno.serve` and `Bun.serve` take, and modules that `export default { fetch }`. Resolves when
   * the service is published; where that fails or is aborted, nothing of it stays.
   *
   * A request's `url` begins with the onion address, whatever the client says of the host; its `signal`
   * is aborted when the client leaves before it has the answer. What a handler throws is answered with
   * status 500 and no word about it. Where a visitor is nobody knows: neither the request nor `info` tells
   * an address. There are no web sockets.
   *
   * An answer has the handler's headers and those of its framing. There is no `Date`, unless the handler
   * tells one: where a clock is wrong the machine can be found by it.
   *
   * @param handler The handler, or an object that has it as `fetch`.
   * @param options The port, by default 80, and what else the service shall be like.
   * @returns The server, to be shut down or disposed.
   * @throws {TypeError} Where the handler is none, and as {@linkcode listenOnion} does. It throws all
   * else that this one throws.
   *
   * @example Serve a page
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { startLoneTor } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using lone = await startLoneTor();
   * await using tor = await connect({ control: lone.control });
   *
   * const server = await tor.serve(
   *   (request) => new Response(`You asked for ${new URL(request.url).pathname}\n`),
   *   { awaitUploads: "none" }, // this Tor has no network
   * );
   * assert.equal(server.url, `http://${server.hostname}/`);
   * await server.shutdown();
   * await server.finished;
   * ```
   */
  async serve(
    handler: OnionHandler | OnionHandlerObject,
    options: ServeOnionOptions = {},
  ): Promise<OnionServer> {
    const answer = handlerOf(handler);
    const { port = 80, onError = logHandlerError } = options;
    const listener = await this.listenOnion({ ...options, port });
    const server = await this.#runtime.serve(listener, bindHandler(answer, listener), {
      origin: originOf(listener),
      onError,
    });
    return new OnionServer(listener, server);
  }
}
