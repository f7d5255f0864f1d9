import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { decodeText } from "../../lib/codec/text.ts";
import type { TcpAddress } from "../../lib/runtime/types.ts";
import { deferred } from "../../lib/util/deferred.ts";
import { formatIpAddress } from "../../lib/util/ip_address.ts";

/** What the server does in its turn: sends bytes, hangs up in one way or the other, or nothing. */
export type SocksTurn = Uint8Array | readonly number[] | "close" | "reset" | "silence";

/** How the server differs from one that grants everything and then echoes. */
export interface SocksScript {
  /** What it does as soon as a client has connected. */
  first?: SocksTurn;
  /** What it answers to the greeting; default the first method that was offered. */
  method?: SocksTurn;
  /** What it answers to username and password; default that they are right. */
  authentication?: SocksTurn;
  /** What it answers to the request; default {@linkcode SUCCESS}. */
  reply?: SocksTurn | ((request: SeenRequest) => SocksTurn | Promise<SocksTurn>);
  /** What it sends in one piece with the reply. */
  data?: Uint8Array;
  /** What it does after the reply; default it echoes. */
  then?: SocksTurn;
  /** Sends no more than so many bytes at once. */
  chunkSize?: number;
}

/** What a client has asked for. */
export interface SeenRequest {
  /** The methods that were offered. */
  methods: number[];
  /** The username, if it was asked for. */
  username?: string;
  /** The password, if it was asked for. */
  password?: string;
  /** The command's code. */
  command: number;
  /** The host. */
  host: string;
  /** The address type. */
  type: number;
  /** The port. */
  port: number;
}

/** The reply that grants a request. */
export const SUCCESS: readonly number[] = [5, 0, 0, 1, 0, 0, 0, 0, 0, 0];

/** A SOCKS5 server on loopback that does what its script says. */
export class ScriptedSocksServer implements AsyncDisposable {
  /** What the clients have asked for, oldest first. */
  readonly requests: SeenRequest[] = [];
  readonly #server: Server;
  readonly #script: SocksScript;
  readonly #open = new Set<Socket>();
  #hadClients = false;
  #gone = deferred<void>();
  #asked = deferred<void>();

  private constructor(script: SocksScript) {
    this.#script = script;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      if (this.#hadClients && this.#open.size === 0) this.#gone = deferred();
      this.#hadClients = true;
      this.#open.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        this.#open.delete(socket);
        if (this.#open.size === 0) this.#gone.resolve();
      });
      this.#serve(socket).catch(() => socket.destroy());
    });
  }

  /** Starts a server on a free port of loopback. */
  static async start(script: SocksScript = {}): Promise<ScriptedSocksServer> {
    const server = new ScriptedSocksServer(script);
    server.#server.listen(0, "127.0.0.1");
    await once(server.#server, "listening");
    return server;
  }

  /** Where it listens. */
  get address(): TcpAddress {
    return { hostname: "127.0.0.1", port: (this.#server.address() as AddressInfo).port };
  }

  /** Resolves when a client has connected and all are gone; hangs where one stays. */
  get clientsGone(): Promise<void> {
    return this.#gone.promise;
  }

  /** Resolves when a client has sent its request, or whatever comes in its place. */
  get asked(): Promise<void> {
    return this.#asked.promise;
  }

  /** Hangs up on all clients, and stops. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#open) socket.destroy();
    await closed;
  }

  async #serve(socket: Socket): Promise<void> {
    const input = new Input(socket);
    const { first, method, authentication, reply = SUCCESS, data, then, chunkSize } = this.#script;
    const play = (turn: SocksTurn) => playTurn(socket, turn, chunkSize);
    if (first !== undefined) await play(first);

    const [, count] = await input.take(2);
    const methods = [...await input.take(count!)];
    if (method === "silence") this.#asked.resolve();
    await play(method ?? [5, methods[0]!]);
    const seen: SeenRequest = { methods, command: 0, host: "", type: 0, port: 0 };
    if (methods[0] === 2) {
      const [, length] = await input.take(2);
      seen.username = decodeText(await input.take(length!));
      seen.password = decodeText(await input.take((await input.take(1))[0]!));
      if (authentication === "silence") this.#asked.resolve();
      await play(authentication ?? [1, 0]);
    }
    const header = await input.take(4);
    seen.command = header[1]!;
    seen.type = header[3]!;
    const length = seen.type === 1 ? 4 : seen.type === 4 ? 16 : (await input.take(1))[0]!;
    const host = await input.take(length);
    seen.host = seen.type === 3 ? decodeText(host) : formatIpAddress(host);
    const [high, low] = await input.take(2);
    seen.port = high! << 8 | low!;
    this.requests.push(seen);
    this.#asked.resolve();

    const turn = typeof reply === "function" ? await reply(seen) : reply;
    await play(typeof turn === "string" ? turn : [...turn, ...(data ?? [])]);
    if (then !== undefined) await play(then);
    input.release();
    socket.pipe(socket);
  }
}

/** Does what the turn says; all but sending is the end of the conversation. */
async function playTurn(
  socket: Socket,
  turn: SocksTurn,
  chunkSize: number = Infinity,
): Promise<void> {
  if (typeof turn !== "string") {
    const bytes = Uint8Array.from(turn);
    for (let sent = 0; sent < bytes.length; sent += chunkSize) {
      const chunk = bytes.subarray(sent, sent + chunkSize);
      await new Promise((resolve) => socket.write(chunk, resolve));
    }
    return;
  }
  if (turn === "close") socket.end();
  if (turn === "reset") socket.resetAndDestroy();
  socket.resume(); // to see the client go
  socket.on("end", () => socket.end());
  await once(socket, "close");
  throw new Error("The conversation is over");
}

/** Takes bytes from a socket, as many as are wanted. */
class Input {
  readonly #socket: Socket;
  #bytes: number[] = [];
  #wake = deferred<void>();
  #ended = false;
  readonly #onData = (chunk: Uint8Array): void => {
    this.#bytes.push(...chunk);
    this.#wake.resolve();
  };
  readonly #onEnd = (): void => {
    this.#ended = true;
    this.#wake.resolve();
  };

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", this.#onData).on("end", this.#onEnd).on("close", this.#onEnd);
  }

  async take(count: number): Promise<Uint8Array> {
    while (this.#bytes.length < count) {
      if (this.#ended) throw new Error("The client is gone");
      this.#wake = deferred();
      await this.#wake.promise;
    }
    return Uint8Array.from(this.#bytes.splice(0, count));
  }

  /** Leaves the socket to others, with what was read too much put back. */
  release(): void {
    this.#socket.off("data", this.#onData).off("end", this.#onEnd).off("close", this.#onEnd);
    if (this.#bytes.length > 0) this.#socket.unshift(Uint8Array.from(this.#bytes.splice(0)));
  }
}
