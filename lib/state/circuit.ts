import type {
  CircEvent,
  CircMinorEvent,
  CircReason,
  CircStatus,
  CircuitId,
  LongName,
} from "../codec/events/mod.ts";
import { CircuitFailedError, type TorError } from "../errors/mod.ts";
import type { AbortOptions, Conn, HttpAgent } from "../runtime/types.ts";
import { abortable } from "../util/abort.ts";
import { type Deferred, deferred } from "../util/deferred.ts";
import type { ErrorHandler } from "../util/report_error.ts";
import type {
  CircuitAgentOptions,
  CircuitConnections,
  CircuitFetchInit,
  CircuitStreamOptions,
} from "./circuit_connections.ts";
import { CircuitAttributes } from "./circuit_attributes.ts";
import type { CircuitStream } from "./circuit_stream.ts";
import { type Listeners, ListenerSet } from "./listener_set.ts";
import type { Router } from "./router.ts";

/** Why a circuit is gone. */
export interface CircuitEnd {
  /** The reason; `undefined` where Tor did not tell, or it was not seen since the connection was lost. */
  readonly reason: CircReason | undefined;
  /** The reason that the relay at the other end gave. */
  readonly remoteReason: CircReason | undefined;
}

/**
 * Is told what becomes of circuits: an object with any of these methods, each of which may be
 * asynchronous. What one throws is reported, and harms no other. Each circuit ends with
 * `circuitClosed` or with `circuitFailed`, never with both.
 */
export interface CircuitListener {
  /** There is a circuit that was not there before. */
  circuitNew?(circuit: Circuit): unknown;
  /** Tor begins to build a circuit. */
  circuitLaunched?(circuit: Circuit): unknown;
  /** A circuit has reached one more relay. */
  circuitExtend?(circuit: Circuit, router: Router): unknown;
  /** A circuit can be used. */
  circuitBuilt?(circuit: Circuit): unknown;
  /** A circuit that was built is gone. */
  circuitClosed?(circuit: Circuit, end: CircuitEnd): unknown;
  /** A circuit could not be built, and is gone. */
  circuitFailed?(circuit: Circuit, end: CircuitEnd): unknown;
}

/** How a circuit is closed. */
export interface CloseCircuitOptions extends AbortOptions {
  /** Leave a circuit that has streams; default `false`. */
  ifUnused?: boolean | undefined;
}

/** What a {@linkcode Circuit} needs of the state that it is part of. */
export interface CircuitContext {
  /** The listeners of all circuits. */
  readonly listeners: Listeners<CircuitListener>;
  /** Gets what the listeners of one circuit throw. */
  readonly onError: ErrorHandler;
  /** The relay of a name: a known one, or else one that is made of the name. */
  router(name: LongName): Router;
  /** Closes a circuit; tells whether it is gone. */
  close(circuit: Circuit, options: CloseCircuitOptions): Promise<boolean>;
  /** Makes the connections that go by a circuit. */
  connect(circuit: Circuit): CircuitConnections;
}

let update: (circuit: Circuit, event: CircEvent | CircMinorEvent) => void;
let lose: (circuit: Circuit) => void;
let abandon: (circuit: Circuit, error: TorError) => void;
let add: (circuit: Circuit, stream: CircuitStream) => void;
let remove: (circuit: Circuit, stream: CircuitStream) => void;

/**
 * A circuit of Tor's, always as Tor has told last. Get one from {@linkcode TorState.circuits},
 * {@linkcode TorState.buildCircuit} or a {@linkcode CircuitListener}.
 *
 * @example Wait for a circuit, and see which way it goes
 * ```ts
 * import { connect } from "@torcon/torcon";
 * import { ScriptedControlPort } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using port = await ScriptedControlPort.start();
 * port.always(/^SETEVENTS/).reply("250 OK");
 * port.always(/^GETINFO/).replyWith(({ args }) => [
 *   ...args.split(" ").map((key) => `250-${key}=`),
 *   "250 OK",
 * ]);
 * port.expect("EXTENDCIRCUIT 0").reply("250 EXTENDED 7");
 * await using tor = await connect({ control: port.address });
 * await using state = await tor.getState();
 *
 * const circuit = await state.buildCircuit();
 * const path = `$${"A".repeat(40)}~first,$${"B".repeat(40)}~last`;
 * await port.send(`650 CIRC 7 BUILT ${path} PURPOSE=GENERAL\r\n`);
 * await circuit.whenBuilt();
 * assert.deepEqual(circuit.path.map((router) => router.nickname), ["first", "last"]);
 * ```
 */
export class Circuit extends CircuitAttributes {
  readonly #context: CircuitContext;
  readonly #id: CircuitId;
  readonly #streams = new Set<CircuitStream>();
  #state: CircStatus;
  #isTold = false;
  /** How many of its relays the listeners know of. */
  #reached = 0;
  /** Whether it was built while nobody listened, so that they are yet to be counted. */
  #isUncounted = false;
  #isClosed = false;
  #lost: TorError | undefined;
  #listeners: ListenerSet<CircuitListener> | undefined;
  #built: Deferred<void> | undefined;
  #gone: Deferred<void> | undefined;
  #connections: CircuitConnections | undefined;

  static {
    update = (circuit, event) => circuit.#update(event);
    lose = (circuit) => circuit.#end("CLOSED");
    abandon = (circuit, error) => circuit.#abandon(error);
    add = (circuit, stream) => circuit.#streams.add(stream);
    remove = (circuit, stream) => circuit.#streams.delete(stream);
  }

  /** Makes a circuit of which only the number is known yet; a `TorState` does so. */
  constructor(context: CircuitContext, id: CircuitId, state: CircStatus = "LAUNCHED") {
    super((name) => context.router(name));
    this.#context = context;
    this.#id = id;
    this.#state = state;
  }

  /** The number that Tor gave it. */
  get id(): CircuitId {
    return this.#id;
  }

  /** How far it is, by control-spec's word (section 4.1.1), such as `"BUILT"`; `"CLOSED"` or `"FAILED"` at its end. */
  get state(): CircStatus {
    return this.#state;
  }

  /** Whether it is gone. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The streams on it, which are those of `TorState.streams`. */
  get streams(): ReadonlySet<CircuitStream> {
    return this.#streams;
  }

  /**
   * Calls a listener with what becomes of this circuit.
   *
   * @param listener An object with any of the methods of {@linkcode CircuitListener}.
   * @param options A `signal` that ends it.
   * @returns A function that ends it.
   */
  listen(listener: CircuitListener, options: AbortOptions = {}): () => void {
    this.#listeners ??= new ListenerSet(this.#context.onError);
    return this.#listeners.add(listener, options);
  }

  /**
   * Resolves when it can be used: at once where it can already.
   *
   * @param options A `signal` to give up the wait with.
   * @returns The circuit itself.
   * @throws {CircuitFailedError} Where it is gone, or goes before that.
   * @throws {DisconnectedError} Where the connection is lost for good, or the state was disposed.
   */
  async whenBuilt({ signal }: AbortOptions = {}): Promise<this> {
    signal?.throwIfAborted();
    if (this.#isClosed) throw this.#failure("Cannot use");
    if (this.#state === "BUILT") return this;
    if (this.#lost !== undefined) throw this.#lost;
    this.#built ??= quiet(deferred());
    await abortable(this.#built.promise, signal);
    return this;
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
    this.#gone ??= quiet(deferred());
    await abortable(this.#gone.promise, signal);
  }

  /**
   * Closes it (CLOSECIRCUIT, control-spec, section 3.17), and resolves when Tor says that it is gone.
   * Harmless when repeated.
   *
   * @param options Whether to leave it where it has streams, and a `signal` to give up the wait with.
   * @returns Whether it is gone: always `true` without `ifUnused`.
   * @throws {DisconnectedError} Where the connection is lost before that.
   */
  async close(options: CloseCircuitOptions = {}): Promise<boolean> {
    return await this.#context.close(this, options);
  }

  /**
   * Connects to a host by this circuit, and by no other. Tor leaves new streams to the controller
   * meanwhile (`__LeaveStreamsUnattached`); others are given back to it at once, or offered to the
   * attacher where there is one.
   *
   * @param host A name, which goes to Tor as it is and is resolved by the last relay, or an IP address.
   * An onion service cannot be reached by a circuit that is chosen.
   * @param port 1 to 65535.
   * @param options TLS, limits.
   * @returns The connection, which belongs to the caller.
   * @throws {CircuitFailedError} Where the circuit is gone, or goes before that.
   * @throws {SocksError} Of the class that tells why Tor did not connect.
   * @throws {TorError} Where the stream cannot go by this circuit for another reason.
   */
  async streamVia(host: string, port: number, options?: CircuitStreamOptions): Promise<Conn> {
    return await this.#connect().streamVia(host, port, options);
  }

  /**
   * The platform's `fetch`, by type and behaviour, by this circuit and no other; it can be passed on by
   * itself. See `Tor.fetch` for what it does and does not.
   *
   * @param input The request or its URL.
   * @param init As that of the platform.
   * @returns The response.
   * @throws {TypeError} Where it cannot be carried out; its `cause` tells why, such as a
   * {@linkcode CircuitFailedError}.
   */
  readonly fetch = async (
    input: string | URL | Request,
    init?: CircuitFetchInit,
  ): Promise<Response> => await this.#connect().fetch(input, init);

  /**
   * Makes an `http.Agent` of `node:http` that connects by this circuit, and by no other.
   *
   * @param options Whether connections are kept, and what is trusted and allowed.
   * @returns The agent; `destroy()` ends its connections.
   */
  async httpAgent<Agent extends HttpAgent = HttpAgent>(
    options?: CircuitAgentOptions,
  ): Promise<Agent> {
    return await this.#connect().httpAgent<Agent>(options);
  }

  /** Its number and state, and the way that it goes. */
  override toString(): string {
    const path = this.path.map((router) => router.nickname ?? router.idHex).join(">");
    return `circuit ${this.#id} ${this.#state}${path === "" ? "" : ` ${path}`}`;
  }

  #connect(): CircuitConnections {
    return this.#connections ??= this.#context.connect(this);
  }

  #update(event: CircEvent | CircMinorEvent): void {
    if (this.#isUncounted && this.#isHeard) this.#countReached();
    this.take(event);
    if (event.type === "CIRC_MINOR") return;
    const { status } = event;
    const isNews = !this.#isTold || status !== this.#state;
    this.#state = status;
    if (!this.#isTold) {
      this.#isTold = true;
      this.#context.listeners.tell((listener) => listener.circuitNew?.(this));
    }
    if (status === "EXTENDED") return this.#extended();
    // What Tor tells again, asked after a lost connection, is no news.
    if (!isNews) return;
    switch (status) {
      case "LAUNCHED":
        return this.#tell((listener) => listener.circuitLaunched?.(this));
      case "BUILT":
        this.#isUncounted = true;
        if (this.#isHeard) this.#countReached();
        else this.settle(); // it may be long before Tor tells of it again
        this.#built?.resolve();
        this.#built = undefined;
        return this.#tell((listener) => listener.circuitBuilt?.(this));
      case "CLOSED":
      case "FAILED":
        return this.#end(status);
    }
  }

  #countReached(): void {
    this.#isUncounted = false;
    this.#reached = this.names.length;
  }

  #extended(): void {
    if (!this.#isHeard) return;
    const reached = this.names.slice(this.#reached);
    this.#reached += reached.length;
    for (const name of reached) {
      const router = this.#context.router(name);
      this.#tell((listener) => listener.circuitExtend?.(this, router));
    }
  }

  #end(state: string): void {
    this.#state = state;
    this.#isClosed = true;
    this.settle();
    this.#built?.reject(this.#failure("Cannot use"));
    this.#gone?.resolve();
    if (!this.#isHeard) return;
    const { reason, remoteReason } = this;
    const end: CircuitEnd = { reason, remoteReason };
    if (state === "FAILED") this.#tell((listener) => listener.circuitFailed?.(this, end));
    else this.#tell((listener) => listener.circuitClosed?.(this, end));
    this.#listeners?.clear();
  }

  #abandon(error: TorError): void {
    this.#lost = error;
    this.#built?.reject(error);
    this.#gone?.reject(error);
    this.#listeners?.clear();
    void this.#connections?.[Symbol.asyncDispose]();
  }

  #failure(action: string): CircuitFailedError {
    const { id: circuitId, reason, remoteReason } = this;
    const what = this.#state === "FAILED" ? "could not be built" : "is closed";
    const message = `${action} circuit ${circuitId}: it ${what}`;
    return new CircuitFailedError(message, { circuitId, reason, remoteReason });
  }

  /** Whether anybody is to be told: what is not read of an event is not parsed. */
  get #isHeard(): boolean {
    return this.#context.listeners.size > 0 || this.#listeners !== undefined;
  }

  #tell(call: (listener: CircuitListener) => unknown): void {
    this.#context.listeners.tell(call);
    this.#listeners?.tell(call);
  }
}

/** Takes in what Tor told of the circuit, and tells its listeners. */
export function updateCircuit(circuit: Circuit, event: CircEvent | CircMinorEvent): void {
  update(circuit, event);
}

/** Ends a circuit that Tor has no more, though its end was not seen. */
export function loseCircuit(circuit: Circuit): void {
  lose(circuit);
}

/** Ends every wait for a circuit that nothing will be heard of any more. */
export function abandonCircuit(circuit: Circuit, error: TorError): void {
  abandon(circuit, error);
}

/** Notes that a stream is on the circuit. */
export function addStream(circuit: Circuit, stream: CircuitStream): void {
  add(circuit, stream);
}

/** Notes that a stream is on the circuit no more. */
export function removeStream(circuit: Circuit, stream: CircuitStream): void {
  remove(circuit, stream);
}

function quiet<T>(wait: Deferred<T>): Deferred<T> {
  wait.promise.catch(() => {}); // its waiters hear of it
  return wait;
}
