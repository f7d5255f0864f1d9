import type { OnionAddress } from "../onion/onion_address.ts";
import type { OnionService } from "../onion/onion_service.ts";
import type {
  AbortOptions,
  CloseServerOptions,
  HttpServer,
  RequestHandler,
} from "../runtime/types.ts";
import { abortable } from "../util/abort.ts";
import type { OnionListener, OnionListenOptions } from "./onion_listener.ts";

/** What a handler is told of a request besides the request. Who has sent it nobody knows. */
export interface OnionRequestInfo {
  /** The address that was asked. */
  readonly address: OnionAddress;
  /** Its port. */
  readonly port: number;
}

/** Answers a request that came to an onion service. */
export type OnionHandler = (
  request: Request,
  info: OnionRequestInfo,
) => Response | Promise<Response>;

/** What has a handler as its method, such as the default export of a module for other servers. */
export interface OnionHandlerObject {
  /** Answers a request. */
  fetch: OnionHandler;
}

/** How {@linkcode Tor.serve} serves. */
export interface ServeOnionOptions extends Omit<OnionListenOptions, "port"> {
  /** The port at the onion address; default 80. */
  port?: number | undefined;
  /**
   * Gets what the handler throws, or the body of its answer; nothing of it is in the answer. By default
   * the console is told. And gets what `onProgress` throws.
   */
  onError?: ((error: unknown) => void) | undefined;
}

/** How an {@linkcode OnionServer} is shut down. */
export interface ShutdownOptions extends AbortOptions, CloseServerOptions {}

/**
 * A web server on an onion service. Get one from {@linkcode Tor.serve}.
 *
 * @example Serve what a module for other servers exports, at a port of one's choice
 * ```ts
 * import { connect, type OnionServer } from "@torcon/torcon";
 * import { startLoneTor } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using lone = await startLoneTor();
 * await using tor = await connect({ control: lone.control });
 *
 * const site = { fetch: () => new Response("hello") }; // as in: import site from "./site.ts"
 * const server: OnionServer = await tor.serve(site, { port: 8080, awaitUploads: "none" });
 * assert.equal(server.url, `http://${server.hostname}:8080/`);
 * await server.shutdown({ force: true });
 * ```
 */
export class OnionServer implements AsyncDisposable {
  /** The service, which is removed when this is shut down. */
  readonly service: OnionService;
  /** The port at the onion address. */
  readonly port: number;
  /** Where it is to be found, such as `"http://….onion/"`. */
  readonly url: string;
  /**
   * Resolves when the server is shut down, or its service is removed, and every request that had begun
   * is answered. Rejects with a `DisconnectedError` where the service is lost with the connection to
   * Tor. Never needs handling.
   */
  readonly finished: Promise<void>;
  readonly #server: HttpServer;

  /** Takes over a server on a listener. */
  constructor(listener: OnionListener, server: HttpServer) {
    this.service = listener.service;
    this.port = listener.port;
    this.url = `${originOf(listener)}/`;
    this.#server = server;
    this.finished = server.finished;
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
   * Removes the service, so that nobody finds it any more, and resolves when every request that had
   * begun is answered. Harmless when repeated; to force it is possible later as well.
   *
   * @param options Whether requests are cut off, and a `signal` to give up the wait with.
   * @throws {ControlReplyError} Where Tor refuses to remove the service. All else is closed then.
   * @throws {DisconnectedError} Where the connection to Tor is lost, and the service may live on.
   */
  async shutdown({ signal, ...options }: ShutdownOptions = {}): Promise<void> {
    await abortable(this.#server.close(options), signal);
  }

  /** Shuts it down at once: requests that are not answered yet are cut off. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown({ force: true });
  }
}

/** What the URL of every request begins with. */
export function originOf({ hostname, port }: OnionListener): string {
  return port === 80 ? `http://${hostname}` : `http://${hostname}:${port}`;
}

/**
 * The handler for what was given as one.
 *
 * @throws {TypeError} Where it is neither a function nor an object that has one as `fetch`.
 */
export function handlerOf(handler: OnionHandler | OnionHandlerObject): OnionHandler {
  if (typeof handler === "function") return handler;
  if (typeof handler?.fetch === "function") return (request, info) => handler.fetch(request, info);
  throw new TypeError("Cannot serve with what is neither a function nor has one as fetch");
}

/** Binds a handler to what it is told of every request. */
export function bindHandler(handler: OnionHandler, listener: OnionListener): RequestHandler {
  const info: OnionRequestInfo = Object.freeze({ address: listener.address, port: listener.port });
  return (request) => handler(request, info);
}

/** Tells the console of what a handler threw: visitors must not be able to end the program. */
export function logHandlerError(error: unknown): void {
  // deno-lint-ignore no-console
  console.error("Unhandled error in the handler of an onion service:", error);
}
