import type { IncomingMessage } from "node:http";
import { NodeReadSide } from "./node_read_side.ts";

/** Methods that are not for a handler: they ask for a tunnel, or for what was sent (RFC 9110). */
const REFUSED_METHODS: ReadonlySet<string> = new Set(["CONNECT", "TRACE", "TRACK"]);

/** What a {@linkcode ServedRequest} is made of. */
export interface ServedRequestOptions {
  /** What the URL begins with. */
  origin: string;
  /** Aborts when the client leaves. */
  signal: AbortSignal;
}

/** A request of `node:http` for a fetch handler. */
export class ServedRequest {
  /** The request; where it cannot be handed over, the status that tells why. */
  readonly request: Request | number;
  readonly #message: IncomingMessage;
  readonly #body: NodeReadSide | undefined;

  /** Takes over the message and its body. */
  constructor(message: IncomingMessage, options: ServedRequestOptions) {
    this.#message = message;
    message.on("error", () => {}); // the client has left
    const { method = "", headers: head } = message;
    const hasBody = head["transfer-encoding"] !== undefined || Number(head["content-length"]) > 0;
    if (hasBody && method !== "GET" && method !== "HEAD") {
      const body = this.#body = new NodeReadSide(message, { onCancel: () => message.resume() });
      message.on("end", () => body.end());
      // Bun goes on reading for a message that is paused.
      const { socket } = message;
      message.on("pause", () => socket.pause()).on("resume", () => socket.resume());
      message.on("close", () => this.#cutOff("the client has left"));
    }
    this.request = this.#make(options);
  }

  /** Lets go of what of the body was not read: it is dropped as it comes. */
  drop(): void {
    this.#cutOff("the request was answered");
    this.#message.removeAllListeners("data").resume();
  }

  #cutOff(why: string): void {
    if (this.#body?.over === false) {
      this.#body.fail(new TypeError(`Cannot read the body of the request: ${why}`));
    }
  }

  #make({ origin, signal }: ServedRequestOptions): Request | number {
    const { method = "", url = "" } = this.#message;
    if (REFUSED_METHODS.has(method)) return 405;
    const path = pathOf(url);
    if (path === undefined || !namesHost(this.#message)) return 400;
    try {
      const init: RequestInit & { duplex: "half" } = {
        method,
        headers: headersOf(this.#message),
        signal,
        duplex: "half",
      };
      if (this.#body !== undefined) {
        init.body = this.#body.stream as ReadableStream<Uint8Array<ArrayBuffer>>;
      }
      return new Request(origin + path, init);
    } catch {
      return 400;
    }
  }
}

/** Whether it names its host as it must (RFC 9112, section 3.2); which it is does not count. */
function namesHost({ httpVersion, rawHeaders }: IncomingMessage): boolean {
  const hosts = rawHeaders.filter((_, index) =>
    index % 2 === 1 && rawHeaders[index - 1]!.toLowerCase() === "host"
  );
  if (hosts.length === 0) return httpVersion === "1.0";
  return hosts.length === 1 && !/[/?#@\\\s]/.test(hosts[0]!);
}

/** The path and the query that are asked for, whatever host is named with them. */
function pathOf(target: string): string | undefined {
  if (target.startsWith("/")) return target;
  if (target === "*") return "/*";
  const rest = /^https?:\/\/[^/?#]*(.*)$/i.exec(target)?.[1];
  return rest === undefined || rest.startsWith("/") ? rest : `/${rest}`;
}

function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!;
    const value = rawHeaders[index + 1]!;
    const before = name.toLowerCase() === "cookie" ? headers.get(name) : null;
    // Only cookies are not joined by a comma (RFC 6265, section 5.4).
    if (before === null) headers.append(name, value);
    else headers.set(name, `${before}; ${value}`);
  }
  return headers;
}
