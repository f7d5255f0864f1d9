import type { StreamEvent, StreamId, StreamReason, StreamStatus } from "../codec/events/mod.ts";
import type { StreamEndReason } from "../control/commands/stream_commands.ts";
import type { TorError } from "../errors/mod.ts";
import type { AbortOptions } from "../runtime/types.ts";
import { abortable } from "../util/abort.ts";
import { type Deferred, deferred } from "../util/deferred.ts";
import type { ErrorHandler } from "../util/report_error.ts";
import { addStream, type Circuit, removeStream } from "./circuit.ts";
import { type Listeners, ListenerSet } from "./listener_set.ts";
import type { LocalProcess } from "./local_process.ts";
import { StreamAttributes } from "./stream_attributes.ts";

/** Why a stream was detached, or is gone. */
export interface StreamEnd {
  /** The reason; `undefined` where Tor did not tell, or it was not seen since the connection was lost. */
  readonly reason: StreamReason | undefined;
  /** The reason that the other end gave, where `reason` is `END`. */
  readonly remoteReason: StreamReason | undefined;
}

/**
 * Is told what becomes of streams: an object with any of these methods, each of which may be
 * asynchronous. What one throws is reported, and harms no other. Each stream ends with `streamClosed`
 * or with `streamFailed`, never with both.
 */
export interface StreamListener {
  /** There is a stream that was not there before. */
  streamNew?(stream: Stream): unknown;
  /** A stream has reached its target. */
  streamSucceeded?(stream: Stream): unknown;
  /** A stream was put on a circuit, or from one on another. */
  streamAttach?(stream: Stream, circuit: Circuit): unknown;
  /** A stream was taken off its circuit, and may be put on another. */
  streamDetach?(stream: Stream, end: StreamEnd): unknown;
  /** A stream is gone. */
  streamClosed?(stream: Stream, end: StreamEnd): unknown;
  /** A stream did not reach its target, and is gone. */
  streamFailed?(stream: Stream, end: StreamEnd): unknown;
}

/** What a {@linkcode Stream} needs of the state that it is part of. */
export interface StreamContext {
  /** The listeners of all streams. */
  readonly listeners: Listeners<StreamListener>;
  /** Gets what the listeners of one stream throw. */
  readonly onError: ErrorHandler;
  /** The circuit of a number. */
  circuit(id: number): Circuit | undefined;
  /** Closes a stream. */
  close(stream: Stream, reason: StreamEndReason | number, options: AbortOptions): Promise<void>;
  /** Finds the process that has a connection to Tor from an address. */
  findProcess(stream: Stream, options: AbortOptions): Promise<LocalProcess | undefined>;
}

let update: (stream: Stream, event: StreamEvent) => void;
let lose: (stream: Stream) => void;
let abandon: (stream: Stream, error: TorError) => void;

/**
 * A stream of Tor's, always as Tor has told last. Get one from {@linkcode TorState.streams}, a circuit
 * or a {@linkcode StreamListener}.
 *
 * @example See where a stream goes
 * ```ts
 * import { connect } from "@torcon/torcon";
 * import { ScriptedControlPort } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using port = await ScriptedControlPort.start();
 * port.always(/^SETEVENTS/).reply("250 OK");
 * port.always(/^GETINFO/).replyWith(({ args }) => [`250-${args}=`, "250 OK"]);
 * port.always("GETINFO circuit-status stream-status").reply(
 *   "250-circuit-status=7 BUILT",
 *   "250-stream-status=9 SUCCEEDED 7 [2001:db8::1]:443",
 *   "250 OK",
 * );
 * await using tor = await connect({ control: port.address });
 * await using state = await tor.getState();
 *
 * const stream = state.streams.get(9);
 * assert.equal(stream?.targetAddress, "2001:db8::1");
 * assert.equal(stream?.circuit?.id, 7);
 * ```
 */
export class Stream extends StreamAttributes {
  readonly #context: StreamContext;
  #state: StreamStatus = "NEW";
  #isClosed = false;
  #hasSucceeded = false;
  #lost: TorError | undefined;
  #circuit: Circuit | undefined;
  #listeners: ListenerSet<StreamListener> | undefined;
  #gone: Deferred<void> | undefined;

  static {
    update = (stream, event) => stream.#update(event);
    lose = (stream) => stream.#end("CLOSED");
    abandon = (stream, error) => stream.#abandon(error);
  }

  /** Makes a stream of which only the number is known yet; a `TorState` does so. */
  constructor(context: StreamContext, id: StreamId) {
    super(id);
    this.#context = context;
  }

  /** What Tor told last, by control-spec's word (section 4.1.2), such as `"SENTCONNECT"` or `"XOFF_RECV"`. */
  get state(): StreamStatus {
    return this.#state;
  }

  /** Whether it is gone. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Whether it has reached its target. */
  get hasSucceeded(): boolean {
    return this.#hasSucceeded;
  }

  /** The circuit that it is on; of one that is gone, the last. */
  get circuit(): Circuit | undefined {
    return this.#circuit;
  }

  /**
   * Calls a listener with what becomes of this stream.
   *
   * @param listener An object with any of the methods of {@linkcode StreamListener}.
   * @param options A `signal` that ends it.
   * @returns A function that ends it.
   */
  listen(listener: StreamListener, options: AbortOptions = {}): () => void {
    this.#listeners ??= new ListenerSet(this.#context.onError);
    return this.#listeners.add(listener, options);
  }

  /**
   * Resolves when it is gone: at once where it is already.
   *
   * @param options A `signal` to give up the wait with.
   * @throws {DisconnectedError} Where the connection is lost for good, or the state was disposed.
   */
  async whenClosed({ signal }: AbortOptions = {}): Promise<void> {
    signal?.throwIfAborted();
    if (this.#isClosed) return;
    if (this.#lost !== undefined) throw this.#lost;
    if (this.#gone === undefined) {
      this.#gone = deferred();
      this.#gone.promise.catch(() => {}); // its waiters hear of it
    }
    await abortable(this.#gone.promise, signal);
  }

  /**
   * Closes it (CLOSESTREAM, control-spec, section 3.16), and resolves when Tor says that it is gone.
   * Harmless when repeated.
   *
   * @param reason A reason of tor-spec, section 6.3, by name or by number; default `"MISC"`.
   * @param options A `signal` to give up the wait with.
   * @throws {RangeError} Where the reason is none.
   * @throws {DisconnectedError} Where the connection is lost before that.
   */
  async close(
    reason: StreamEndReason | number = "MISC",
    options: AbortOptions = {},
  ): Promise<void> {
    await this.#context.close(this, reason, options);
  }

  /**
   * Finds the process on this machine that opened it, on Linux by `/proc`.
   *
   * @param options A `signal` to give up with.
   * @returns The process; `undefined` where the client is elsewhere, came by a Unix socket or is gone,
   * and where the platform cannot tell or does not permit to look.
   */
  async findProcess(options: AbortOptions = {}): Promise<LocalProcess | undefined> {
    return await this.#context.findProcess(this, options);
  }

  /** Its number, state and target. */
  override toString(): string {
    return `stream ${this.id} ${this.#state} ${this.target}`.trimEnd();
  }

  #update(event: StreamEvent): void {
    const { status } = event;
    this.#state = status;
    if (this.take(event)) {
      this.#context.listeners.tell((listener) => listener.streamNew?.(this));
    }
    switch (status) {
      case "NEW":
      case "NEWRESOLVE":
      case "CONTROLLER_WAIT": // it tells the circuit that the stream was on before
        if (this.#circuit !== undefined) this.#detach();
        return;
      case "DETACHED":
        return this.#detach();
      case "CLOSED":
      case "FAILED":
        return this.#end(status);
    }
    this.#attach(event.circuitId);
    if (status !== "SUCCEEDED" || this.#hasSucceeded) return;
    this.#hasSucceeded = true;
    // It may be long before Tor tells of it again.
    this.settle();
    this.#tell((listener) => listener.streamSucceeded?.(this));
  }

  #detach(): void {
    this.#moveTo(undefined);
    const { reason, remoteReason } = this;
    this.#tell((listener) => listener.streamDetach?.(this, { reason, remoteReason }));
  }

  #attach(circuitId: number): void {
    const circuit = circuitId === 0 ? undefined : this.#context.circuit(circuitId);
    if (circuit === this.#circuit) return;
    this.#moveTo(circuit);
    if (circuit !== undefined) this.#tell((listener) => listener.streamAttach?.(this, circuit));
  }

  #moveTo(circuit: Circuit | undefined): void {
    if (circuit === this.#circuit) return;
    if (this.#circuit !== undefined) removeStream(this.#circuit, this);
    if (circuit !== undefined) addStream(circuit, this);
    this.#circuit = circuit;
  }

  #end(state: string): void {
    this.#state = state;
    this.#isClosed = true;
    if (this.#circuit !== undefined) removeStream(this.#circuit, this);
    this.settle();
    this.#gone?.resolve();
    // What is not read of an event is not parsed.
    if (this.#context.listeners.size === 0 && this.#listeners === undefined) return;
    const { reason, remoteReason } = this;
    const end: StreamEnd = { reason, remoteReason };
    if (state === "FAILED") this.#tell((listener) => listener.streamFailed?.(this, end));
    else this.#tell((listener) => listener.streamClosed?.(this, end));
    this.#listeners?.clear();
  }

  #abandon(error: TorError): void {
    this.#lost = error;
    this.#gone?.reject(error);
    this.#listeners?.clear();
  }

  #tell(call: (listener: StreamListener) => unknown): void {
    this.#context.listeners.tell(call);
    this.#listeners?.tell(call);
  }
}

/** Takes in what Tor told of the stream, and tells its listeners. */
export function updateStream(stream: Stream, event: StreamEvent): void {
  update(stream, event);
}

/** Ends a stream that Tor has no more, though its end was not seen. */
export function loseStream(stream: Stream): void {
  lose(stream);
}

/** Ends every wait for a stream that nothing will be heard of any more. */
export function abandonStream(stream: Stream, error: TorError): void {
  abandon(stream, error);
}
