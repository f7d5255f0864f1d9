import { type Command, describeCommand, encodeCommand, redactSecrets } from "../codec/command.ts";
import { MessageDecoder, type MessageDecoderOptions } from "../codec/message_decoder.ts";
import type { MessageLine, Reply } from "../codec/message.ts";
import { encodeText } from "../codec/text.ts";
import { controlReplyError, DisconnectedError, TorError } from "../errors/mod.ts";
import type { Conn } from "../runtime/types.ts";
import { type Deferred, deferred } from "../util/deferred.ts";
import { nextTurn } from "../util/next_turn.ts";
import { onAbort } from "../util/on_abort.ts";
import { describeForeignPeer } from "./foreign_peer.ts";

/** Who is told what comes over a {@linkcode Channel} outside of replies. */
export interface ChannelHandler {
  /** An asynchronous event has come; see `MessageHandler.event`. */
  event(text: string, data: string | undefined, rest: readonly MessageLine[]): void;
  /** A line came that is part of nothing; it was dropped. */
  stray(line: string): void;
  /** Whether readers need a turn of the event loop to catch up with what has come. */
  isCongested(): boolean;
  /** The channel is closed: by `close()` where there is no error, else by what the error tells. */
  closed(error: TorError | undefined): void;
}

/** How a request is sent. */
export interface ChannelRequestOptions {
  /** Gives up the wait for the reply, which is dropped when it comes. */
  signal?: AbortSignal | undefined;
  /** Gets the data of the reply's data blocks as they come; the reply does not keep them. */
  onData?: ((piece: string) => void) | undefined;
  /** Resolve where any line of the reply is a success, rather than the last one; default `false`. */
  mixed?: boolean | undefined;
  /** Is called when the reply has come, before any event that comes behind it is told. */
  onReply?: (() => void) | undefined;
}

interface PendingRequest {
  readonly command: Command;
  readonly mixed: boolean;
  readonly onReply: (() => void) | undefined;
  readonly onData: ((piece: string) => void) | undefined;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: unknown) => void;
}

/** After how many bytes everything else gets a turn of the event loop. */
const TURN_SIZE = 256 * 1024;

const HANDLER_OF_NONE: ChannelHandler = {
  event() {},
  stray() {},
  isCongested: () => false,
  closed() {},
};

/**
 * The control protocol over one {@linkcode Conn}: a read loop that owns the socket, and a queue of
 * commands which are written at once and matched to replies first in, first out. It lives as long as
 * its connection, and knows neither authentication nor subscriptions.
 */
export class Channel {
  /** What comes outside of replies is told to this; set it before anything can come. */
  handler: ChannelHandler = HANDLER_OF_NONE;

  readonly #conn: Conn;
  readonly #decoder: MessageDecoder;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #pending: PendingRequest[] = [];
  #head = 0;
  #outbox = "";
  #spoken = false;
  #end: { readonly error: TorError | undefined } | undefined;
  #pause: Promise<void> | undefined;
  #requested: Deferred<void> | undefined;

  /** Starts to read from `conn`, which belongs to the channel from now on. */
  constructor(conn: Conn, options: MessageDecoderOptions = {}) {
    this.#conn = conn;
    this.#writer = conn.writable.getWriter();
    this.#writer.closed.catch(() => {}); // the read loop learns of it too
    this.#decoder = new MessageDecoder({
      reply: (reply) => this.#reply(reply),
      event: (text, data, rest) => {
        this.#spoken = true;
        this.handler.event(text, data, rest);
      },
      stray: (line) => this.#stray(line),
      dataStart: () => this.#pending[this.#head]?.onData,
    }, options);
    this.#read();
  }

  /** Whether the channel is closed. */
  get isClosed(): boolean {
    return this.#end !== undefined;
  }

  /**
   * Sends a command at once and resolves with its reply.
   *
   * @throws {TypeError} Where an argument could break out of the command.
   * @throws {ControlReplyError} Where the reply refuses the command.
   * @throws {DisconnectedError} Where the connection is lost before the reply has come.
   */
  request(
    command: Command,
    { signal, onData, onReply, mixed = false }: ChannelRequestOptions = {},
  ): Promise<Reply> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const text = encodeCommand(command);
      if (this.#end !== undefined) throw this.#lost(command, this.#end.error);
      const request = { command, mixed, onData, onReply, resolve, reject };
      this.#pending.push(signal === undefined ? request : abortableRequest(request, signal));
      this.#requested?.resolve();
      this.#send(text);
    });
  }

  /**
   * Makes the read loop wait for `until` before it takes more from the socket. It does not wait while
   * anyone waits for another command's reply: that may be the very one who is to end the wait.
   */
  pause(until: Promise<void>): void {
    this.#pause = until;
  }

  /** Closes the connection; commands that wait are rejected with `error`, or a {@linkcode DisconnectedError}. */
  async close(error?: TorError): Promise<void> {
    this.#finish(error);
    await this.#conn.close();
  }

  /** Commands of one turn of the event loop go out in one write. */
  #send(text: string): void {
    if (this.#outbox === "") queueMicrotask(() => this.#flush());
    this.#outbox += text;
  }

  #flush(): void {
    const text = this.#outbox;
    this.#outbox = "";
    // A write that fails means a broken connection, which ends the read loop with the cause.
    this.#writer.write(encodeText(text)).catch(() => {});
  }

  async #read(): Promise<void> {
    try {
      const reader = this.#conn.readable.getReader();
      for (let size = 0;;) {
        const { done, value } = await reader.read();
        if (done) break;
        this.#decoder.push(value);
        if (this.#pause !== undefined) await this.#waitForReader(this.#pause);
        // Chunks that are there at once would leave nothing else a turn, such as an iterator to take
        // its events.
        size += value.length;
        if (size < TURN_SIZE && !this.handler.isCongested()) continue;
        size = 0;
        await nextTurn();
      }
      this.#finish(this.#endOfStream());
    } catch (error) {
      this.#finish(
        error instanceof TorError
          ? error
          : new DisconnectedError("The control connection broke", { cause: error }),
      );
    }
    await this.#conn.close();
  }

  async #waitForReader(pause: Promise<void>): Promise<void> {
    const others = this.#pending.length - this.#head - 1;
    if (others <= 0) {
      this.#requested = deferred();
      await Promise.race([pause, this.#requested.promise]);
      this.#requested = undefined;
    }
    this.#pause = undefined;
  }

  #endOfStream(): TorError {
    const foreign = this.#spoken ? undefined : describeForeignPeer(this.#decoder.rest);
    if (foreign !== undefined) return foreign;
    const where = this.#head < this.#pending.length ? " in the midst of a command" : "";
    return new DisconnectedError(`Tor closed the control connection${where}`);
  }

  #reply(reply: Reply): void {
    this.#spoken = true;
    const request = this.#pending[this.#head];
    if (request === undefined) {
      for (const line of reply.lines) this.handler.stray(`${line.code} ${line.text}`);
      return;
    }
    this.#pending[this.#head++] = undefined!;
    if (this.#head === this.#pending.length) {
      this.#pending = [];
      this.#head = 0;
    } else if (this.#head >= 1024 && this.#head * 2 >= this.#pending.length) {
      this.#pending = this.#pending.slice(this.#head);
      this.#head = 0;
    }
    request.onReply?.();
    if (reply.code < 400 || (request.mixed && reply.lines.some((line) => line.code < 400))) {
      request.resolve(reply);
    } else {
      const { command } = request;
      const lines = reply.lines.map((line) => redactSecrets(command, line.text));
      const codes = reply.lines.map((line) => line.code);
      request.reject(
        controlReplyError(describeCommand(command), { code: reply.code, lines, codes }),
      );
    }
  }

  #stray(line: string): void {
    if (!this.#spoken) {
      const foreign = describeForeignPeer(encodeText(line));
      if (foreign !== undefined) throw foreign;
    }
    this.handler.stray(line);
  }

  #lost(command: Command, error: TorError | undefined): DisconnectedError {
    return new DisconnectedError(
      `Cannot get the reply to ${describeCommand(command)}: ` +
        (error?.message ?? "the control connection was closed"),
      { cause: error },
    );
  }

  #finish(error: TorError | undefined): void {
    if (this.#end !== undefined) return;
    this.#end = { error };
    const pending = this.#pending.slice(this.#head);
    this.#pending = [];
    this.#head = 0;
    for (const request of pending) request.reject(this.#lost(request.command, error));
    this.handler.closed(error);
  }
}

/** A request whose caller may give up the wait: its place in the queue stays, its reply is dropped. */
function abortableRequest(request: PendingRequest, signal: AbortSignal): PendingRequest {
  const stop = onAbort(signal, () => request.reject(signal.reason));
  const settle = <T>(f: (value: T) => void) => (value: T) => {
    stop();
    f(value);
  };
  return { ...request, resolve: settle(request.resolve), reject: settle(request.reject) };
}
