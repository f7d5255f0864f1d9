import type { HttpServer, Runtime, TcpAddress } from "../../../runtime/types.ts";
import { delay } from "../../../util/abort.ts";
import { formatAddress } from "../../../util/address.ts";
import { encodeHex } from "../../../util/hex.ts";
import { contentType } from "../../content_type.ts";
import type { ChangesSource } from "../unread_changes.ts";
import { act, isAction, type Steered } from "./actions.ts";
import { answer, bare } from "./answers.ts";
import { EventFeed } from "./event_feed.ts";
import { PAGE_FILES } from "./page_assets.ts";
import { WebGuard } from "./web_guard.ts";

/** How long pages have to hear that Tor is gone, in milliseconds. */
const FAREWELL = 1_000;

/**
 * The most connections: any user of the machine may open some, and a program has not many files. It is far more
 * than the pages need.
 */
const CONNECTIONS = 64;

/** How a {@linkcode PageServer} is opened. */
export interface PageServerOptions {
  /** Where it listens: on this machine alone. */
  address: TcpAddress;
  /** The platform. */
  runtime: Runtime;
  /** Gets what fails that no page is told of. */
  onError: (error: unknown) => void;
  /** Gives up. */
  signal: AbortSignal;
}

/** Serves the page of a monitor to whoever was told its address. */
export class PageServer implements AsyncDisposable {
  /** The address of the page, which is a secret: whoever has it sees and steers what Tor does. */
  readonly url: string;
  readonly #server: HttpServer;
  readonly #feed: EventFeed;

  private constructor(url: string, server: HttpServer, feed: EventFeed) {
    this.url = url;
    this.#server = server;
    this.#feed = feed;
  }

  /**
   * Listens. The monitor belongs to whoever opened it.
   *
   * @throws {AddressInUseError} Where something else listens at the address.
   */
  static async open(
    monitor: ChangesSource & Steered,
    { address, runtime, onError, signal }: PageServerOptions,
  ): Promise<PageServer> {
    const listener = await runtime.listen(address, { signal });
    const bound = { ...address, ...listener.address };
    const origin = `http://${formatAddress(bound)}`;
    const token = encodeHex(crypto.getRandomValues(new Uint8Array(16))).toLowerCase();
    const guard = new WebGuard(bound, token);
    const feed = new EventFeed(monitor);
    const server = await runtime.serve(listener, (request) => {
      const path = guard.admit(request);
      return typeof path === "number" ? bare(path) : respond(path, request, { feed, monitor });
    }, { origin, onError, maxConnections: CONNECTIONS });
    return new PageServer(`${origin}/${token}/`, server, feed);
  }

  /** Resolves when it is closed, and rejects where nobody can reach it any more. */
  get finished(): Promise<void> {
    return this.#server.finished;
  }

  /** Lets the pages hear that there is no more to tell, then closes. */
  async farewell(): Promise<void> {
    const over = new AbortController();
    try {
      await Promise.race([this.#server.close(), delay(FAREWELL, over.signal)]);
    } finally {
      over.abort();
    }
  }

  /** Closes it, and cuts off whoever follows. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#feed.close();
    await this.#server.close({ force: true });
  }
}

function respond(
  path: string,
  request: Request,
  { feed, monitor }: { feed: EventFeed; monitor: Steered },
): Response | Promise<Response> {
  const { method } = request;
  if (isAction(path)) {
    return method === "POST" ? act(path, request, monitor) : bare(405, { allow: "POST" });
  }
  const file = PAGE_FILES.get(path);
  if (path !== "events" && file === undefined) return bare(404);
  if (method !== "GET") return bare(405, { allow: "GET" });
  if (file !== undefined) return answer(file, contentType(path || "index.html"));
  const events = feed.open();
  return events === undefined
    ? bare(503)
    : answer(events as ReadableStream<Uint8Array<ArrayBuffer>>, "text/event-stream");
}
