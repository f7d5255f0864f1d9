import { encodeText } from "../codec/text.ts";
import { DisconnectedError } from "../errors/mod.ts";
import type { Conn } from "../runtime/types.ts";
import { delay } from "../util/abort.ts";
import { CommandReader, type ControlCommand } from "./command_reader.ts";

/** One controller's connection to a `ScriptedControlPort`. */
export interface ScriptedConnection {
  /** The commands that came on it, in order. */
  readonly received: readonly ControlCommand[];
  /** Whether the controller has authenticated on it, or the script has answered it in the port's stead. */
  readonly authenticated: boolean;
  /** Resolves when the connection is closed, by either side. Never rejects. */
  readonly closed: Promise<void>;
  /**
   * Sends text as it is: an event with its line ending, half a line, or what is no control protocol.
   *
   * @throws {DisconnectedError} Where the connection is closed.
   */
  send(text: string): Promise<void>;
  /** Closes the connection at once. */
  close(): Promise<void>;
}

/** Who is told what happens on a {@linkcode ScriptedPeer}. */
export interface ScriptedPeerHandler {
  /** A command was read, and will be handled when those before it are. */
  received(command: ControlCommand): void;
  /** The turn has come to a command; the next one waits until the promise has settled. */
  handle(peer: ScriptedPeer, command: ControlCommand): Promise<void>;
  /** A step failed, other than because the controller is gone. */
  failed(error: unknown): void;
  /** The connection is closed, by either side. */
  closed(peer: ScriptedPeer): void;
}

/** A {@linkcode ScriptedConnection} as its port sees it. */
export class ScriptedPeer implements ScriptedConnection {
  readonly received: ControlCommand[] = [];
  authenticated = false;
  readonly closed: Promise<void>;
  readonly #conn: Conn;
  readonly #handler: ScriptedPeerHandler;
  readonly #chunkSize: number;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #queue: Promise<void> = Promise.resolve();
  #sent: Promise<void> = Promise.resolve();
  #open = true;

  /** Takes over `conn` and starts to read from it; writes are cut into pieces of `chunkSize` bytes. */
  constructor(conn: Conn, handler: ScriptedPeerHandler, chunkSize: number) {
    this.#conn = conn;
    this.#handler = handler;
    this.#chunkSize = chunkSize;
    this.#writer = conn.writable.getWriter();
    this.#writer.closed.catch(() => {});
    this.closed = conn.closed.catch(() => {});
    void this.#read();
  }

  /** One text after the other: the pieces of two never mix. */
  send(text: string): Promise<void> {
    const sent = this.#sent.then(() => this.#send(encodeText(text)));
    this.#sent = sent.catch(() => {});
    return sent;
  }

  async #send(bytes: Uint8Array): Promise<void> {
    try {
      for (let start = 0; start < bytes.length; start += this.#chunkSize) {
        // A turn of the event loop lets the system send each piece by itself.
        if (start > 0) await delay(0);
        await this.#writer.write(bytes.slice(start, start + this.#chunkSize));
      }
    } catch (cause) {
      throw new DisconnectedError("Cannot send: the connection is closed", { cause });
    }
  }

  async close(): Promise<void> {
    if (this.#open) {
      this.#open = false;
      this.#handler.closed(this);
    }
    await this.#conn.close();
  }

  /** Does a step after those that are under way. */
  enqueue(step: () => Promise<void>): void {
    this.#queue = this.#queue.then(step).catch((error) => {
      if (!(error instanceof DisconnectedError)) this.#handler.failed(error);
    });
  }

  async #read(): Promise<void> {
    const commands = new CommandReader();
    const reader = this.#conn.readable.getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        for (const command of commands.push(value)) this.#take(command);
      }
    } catch {
      // A controller that breaks the connection has left it.
    }
    await this.#queue;
    await this.close();
  }

  #take(command: ControlCommand): void {
    this.received.push(command);
    this.#handler.received(command);
    this.enqueue(() => this.#handler.handle(this, command));
  }
}
