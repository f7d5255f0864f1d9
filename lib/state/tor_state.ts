import type { StreamEndReason } from "../control/commands/stream_commands.ts";
import { DisconnectedError, TorError } from "../errors/mod.ts";
import type { AbortOptions } from "../runtime/types.ts";
import { abortable, withDeadline } from "../util/abort.ts";
import { callSafely, type ErrorHandler, reportUnhandled } from "../util/report_error.ts";
import { AddressMap, endAddressMap, resyncAddressMap, updateAddressMap } from "./address_map.ts";
import type { Attacher } from "./attacher.ts";
import type { Circuit, CircuitListener, CloseCircuitOptions } from "./circuit.ts";
import type { CircuitConnections } from "./circuit_connections.ts";
import { closeCircuit } from "./close_circuit.ts";
import { closeStream } from "./close_stream.ts";
import { ListenerSet } from "./listener_set.ts";
import { LiveCircuits } from "./live_circuits.ts";
import { LiveState, type Snapshot, type StateEvent } from "./live_state.ts";
import { LiveStreams } from "./live_streams.ts";
import { findLocalProcess } from "./local_process.ts";
import type { Router } from "./router.ts";
import type { BuildCircuitOptions, TorStateOptions } from "./state_options.ts";
import { StateRelays } from "./state_relays.ts";
import type { Stream, StreamListener } from "./stream.ts";
import { StreamAttachment } from "./stream_attachment.ts";

/**
 * What a Tor does, always as Tor has told last: its circuits, streams, relays, guards and mapped
 * addresses. Get it from `Tor.getState`. After a lost connection that is restored it is brought up to
 * date, and its listeners are told: of circuits and streams that are gone as closed, of others as new.
 *
 * There is one state for a Tor, which lives until it is disposed, or the Tor is.
 *
 * @example See the circuits of a Tor
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
 * await using tor = await connect({ control: port.address });
 * await using state = await tor.getState();
 * assert.equal(state.circuits.size, 0);
 *
 * const built = new Promise((resolve) => state.addCircuitListener({ circuitBuilt: resolve }));
 * await port.send("650 CIRC 7 LAUNCHED PURPOSE=GENERAL\r\n650 CIRC 7 BUILT PURPOSE=GENERAL\r\n");
 * await built;
 * assert.equal(state.circuits.get(7)?.purpose, "GENERAL");
 * ```
 */
export class TorState extends StateRelays implements AsyncDisposable {
  readonly #options: TorStateOptions;
  readonly #onError: ErrorHandler;
  readonly #circuitListeners: ListenerSet<CircuitListener>;
  readonly #streamListeners: ListenerSet<StreamListener>;
  readonly #circuits: LiveCircuits;
  readonly #streams: LiveStreams;
  readonly #attachment: StreamAttachment;
  readonly #live: LiveState;
  readonly #addressMap: AddressMap;
  #isOver = false;
  #torPid: number | undefined;
  #disposal: Promise<void> | undefined;

  private constructor(options: TorStateOptions) {
    const { control, fetch, geoip, onError = reportUnhandled } = options;
    super({ control, fetch, geoip, onError });
    this.#options = options;
    this.#onError = onError;
    this.#addressMap = new AddressMap(onError);
    this.#circuitListeners = new ListenerSet(onError);
    this.#streamListeners = new ListenerSet(onError);
    this.#circuits = new LiveCircuits({
      listeners: this.#circuitListeners,
      onError,
      router: ({ fingerprint, nickname }) =>
        this.routerFromId(
          nickname === undefined ? `$${fingerprint}` : `$${fingerprint}~${nickname}`,
        )!,
      close: (circuit, options) => closeCircuit(control, circuit, options),
      connect: (circuit) => this.#connect(circuit),
    });
    this.#streams = new LiveStreams({
      listeners: this.#streamListeners,
      onError,
      circuit: (id) => this.#circuits.byId.get(id),
      close: (stream, reason, options) => closeStream(control, stream, { reason, ...options }),
      findProcess: async ({ sourceAddress: address, sourcePort: port }, options) =>
        address === undefined || port === undefined
          ? undefined
          : await findLocalProcess(this.#options.runtime, { address, port }, options),
    });
    this.#attachment = new StreamAttachment({
      control,
      circuits: this.#circuits.byId,
      streams: this.#streams.byId,
      onError,
      reopen: options.reopen,
    });
    this.#live = new LiveState(control, {
      resync: (snapshot) => this.#resync(snapshot),
      apply: (event) => this.#apply(event),
      synced: () => this.#attachment.synced(),
      disconnected: (error) => this.#attachment.disconnected(error),
      ended: (error) => this.#lost(error),
    });
  }

  /**
   * Reads the state of a Tor; `Tor.getState` does so.
   *
   * @param options What it is made with, and a `signal` to give up with.
   * @throws {ControlReplyError} Where Tor, or a filter in front of it, refuses to tell.
   * @throws {DisconnectedError} Where the connection is lost.
   */
  static async open({ signal, ...options }: TorStateOptions & AbortOptions): Promise<TorState> {
    const state = new TorState(options);
    await state.#live.start({ signal });
    return state;
  }

  /** The circuits, by number. */
  get circuits(): ReadonlyMap<number, Circuit> {
    return this.#circuits.byId;
  }

  /** The streams, by number. */
  get streams(): ReadonlyMap<number, Stream> {
    return this.#streams.byId;
  }

  /** What addresses Tor maps to others. */
  get addressMap(): AddressMap {
    return this.#addressMap;
  }

  /** The id of Tor's process; `undefined` where it is not told. */
  get torPid(): number | undefined {
    return this.#torPid;
  }

  /**
   * Calls a listener with what becomes of any circuit, those that there are and those to come.
   *
   * @param listener An object with any of the methods of {@linkcode CircuitListener}.
   * @param options A `signal` that ends it.
   * @returns A function that ends it.
   */
  addCircuitListener(listener: CircuitListener, options: AbortOptions = {}): () => void {
    return this.#circuitListeners.add(listener, options);
  }

  /**
   * Calls a listener with what becomes of any stream, those that there are and those to come.
   *
   * @param listener An object with any of the methods of {@linkcode StreamListener}.
   * @param options A `signal` that ends it.
   * @returns A function that ends it.
   */
  addStreamListener(listener: StreamListener, options: AbortOptions = {}): () => void {
    return this.#streamListeners.add(listener, options);
  }

  /**
   * Begins to build a circuit (EXTENDCIRCUIT, control-spec, section 3.10). Where its first relay is none
   * of Tor's entry guards there is a warning: others may see that it is this client's own. A path of
   * one's choice weakens anonymity: see {@linkcode CircuitBuilder}, which also heeds the user's
   * `ExcludeNodes`; this does not.
   *
   * @param routers The relays, the nearest first, as {@linkcode Router} or by the name that Tor knows
   * them by; by default Tor chooses them.
   * @param options The purpose, and a `signal` to give up with: the circuit is closed then.
   * @returns The circuit, which is yet to be built: see {@linkcode Circuit.whenBuilt}.
   * @throws {ControlReplyError} Where Tor cannot begin: it does not know a relay, or none fits.
   * @throws {TypeError} Where a name is no relay's.
   *
   * @example Build a circuit by two relays
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
   * port.expect("EXTENDCIRCUIT 0 alice,bob purpose=controller").reply("250 EXTENDED 7");
   * await using tor = await connect({ control: port.address });
   * await using state = await tor.getState();
   *
   * const circuit = await state.buildCircuit(["alice", "bob"], { purpose: "controller" });
   * assert.equal(circuit.id, 7);
   * ```
   */
  async buildCircuit(
    routers: readonly (Router | string)[] = [],
    { purpose, signal }: BuildCircuitOptions = {},
  ): Promise<Circuit> {
    signal?.throwIfAborted();
    this.#warnOfGuard(routers[0]);
    const path = routers.map((router) => typeof router === "string" ? router : `$${router.idHex}`);
    const { control } = this.#options;
    const command = this.#circuits.expect(control.extendCircuit(0, { path, purpose }));
    try {
      return await abortable(command, signal);
    } catch (error) {
      if (signal?.aborted) command.then((late) => late.close()).catch(() => {});
      throw error;
    }
  }

  /**
   * Builds a circuit, and closes it where that takes too long.
   *
   * @param routers The relays, as {@linkcode buildCircuit} takes them.
   * @param timeout The time that it may take, in milliseconds.
   * @param options The purpose, and a `signal` to give up with: the circuit is closed then.
   * @returns The circuit, which is built.
   * @throws {TimeoutError} Where the time is over.
   * @throws {CircuitFailedError} Where it cannot be built.
   * @throws {RangeError} Where the time is not more than 0, or more than a timer can take.
   */
  async buildTimeoutCircuit(
    routers: readonly (Router | string)[] | undefined,
    timeout: number,
    { purpose, signal: outer }: BuildCircuitOptions = {},
  ): Promise<Circuit> {
    return await withDeadline(async (signal) => {
      const circuit = await this.buildCircuit(routers, { purpose, signal });
      try {
        return await circuit.whenBuilt({ signal });
      } catch (error) {
        if (!circuit.isClosed) circuit.close().catch(() => {});
        throw error;
      }
    }, { signal: outer, timeout, message: () => "The circuit was not built" });
  }

  /**
   * Closes a circuit, and resolves when Tor says that it is gone; see {@linkcode Circuit.close}.
   *
   * @param circuit The circuit.
   * @param options Whether to leave it where it has streams, and a `signal` to give up the wait with.
   * @returns Whether it is gone: always `true` without `ifUnused`.
   */
  async closeCircuit(circuit: Circuit, options: CloseCircuitOptions = {}): Promise<boolean> {
    return await circuit.close(options);
  }

  /**
   * Closes a stream, and resolves when Tor says that it is gone; see {@linkcode Stream.close}.
   *
   * @param stream The stream.
   * @param reason A reason of tor-spec, section 6.3, by name or by number; default `"MISC"`.
   * @param options A `signal` to give up the wait with.
   */
  async closeStream(
    stream: Stream,
    reason: StreamEndReason | number = "MISC",
    options: AbortOptions = {},
  ): Promise<void> {
    await stream.close(reason, options);
  }

  /**
   * Has an attacher choose the circuits of streams, in place of the one that there is; `undefined` leaves
   * that to Tor again, and so do the disposal of the state and of the Tor.
   *
   * Tor leaves streams to the controller meanwhile (`__LeaveStreamsUnattached`), and gets the old value
   * of that option back. Streams that Tor makes for itself are not offered. A program that is killed
   * cannot give back anything: of a Tor that outlives it, streams wait until they time out, or the option
   * is reset.
   *
   * Streams on one circuit can be told to be one client's: Tor's isolation does not hold for those that
   * are attached here.
   *
   * @param attacher Is offered every new and every detached stream. Where it fails, Tor chooses, and the
   * error goes to `onError`.
   * @param options A `signal` to give up the wait with.
   * @throws {ControlReplyError} Where Tor, or a filter in front of it, refuses to set the option.
   *
   * @example Let Tor choose, but see what it is asked for
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * port.always(/^(?:SETEVENTS|SETCONF|RESETCONF)/).reply("250 OK");
   * port.always(/^GETINFO/).replyWith(({ args }) => [
   *   ...args.split(" ").map((key) => `250-${key}=`),
   *   "250 OK",
   * ]);
   * port.expect("GETCONF __LeaveStreamsUnattached").reply("250 __LeaveStreamsUnattached=0");
   * const attached = port.expect("ATTACHSTREAM 9 0").reply("250 OK");
   * await using tor = await connect({ control: port.address });
   * await using state = await tor.getState();
   *
   * const targets: string[] = [];
   * await state.setAttacher({
   *   attachStream({ targetHost }) {
   *     targets.push(targetHost);
   *     return null;
   *   },
   * });
   * await port.send("650 STREAM 9 NEW 0 www.example:80 PURPOSE=USER\r\n");
   * await attached.received;
   * assert.deepEqual(targets, ["www.example"]);
   * ```
   */
  async setAttacher(attacher: Attacher | undefined, options: AbortOptions = {}): Promise<void> {
    await this.#attachment.setAttacher(attacher, options);
  }

  /**
   * Stops to follow Tor, and gives its streams back to it. What is waited for rejects. Harmless when
   * repeated.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    await (this.#disposal ??= this.#dispose());
  }

  async #dispose(): Promise<void> {
    const error = new DisconnectedError("Cannot follow Tor any more: the state was disposed");
    await this.#attachment.dispose(error);
    this.#end(error);
    this.#live.stop();
    this.#options.onEnd?.();
  }

  async #lost(error: TorError): Promise<void> {
    this.#end(error);
    await (this.#disposal ??= this.#attachment.lost(error));
    this.#options.onEnd?.();
  }

  async #resync(snapshot: Snapshot): Promise<void> {
    await this.resyncRelays(snapshot.relays, snapshot.entryGuards);
    const { pid } = snapshot;
    const isSameTor = pid !== undefined && pid === this.#torPid;
    this.#torPid = pid;
    this.#circuits.resync(snapshot.circuits, { isSameTor });
    this.#streams.resync(snapshot.streams, { isSameTor });
    resyncAddressMap(this.#addressMap, snapshot.addresses);
  }

  #apply(event: StateEvent): void {
    switch (event.type) {
      case "CIRC":
      case "CIRC_MINOR":
        return this.#circuits.apply(event);
      case "STREAM": {
        const stream = this.#streams.apply(event);
        if (stream !== undefined) this.#attachment.hear(stream, event);
        return;
      }
      case "ADDRMAP":
        return updateAddressMap(this.#addressMap, event);
      case "NEWCONSENSUS":
      case "GUARD":
        return this.applyToRelays(event);
    }
  }

  #warnOfGuard(first: Router | string | undefined): void {
    const { entryGuards } = this;
    const router = typeof first === "string" ? this.routerFromId(first) : first;
    if (router === undefined || entryGuards.size === 0 || entryGuards.has(router.idHex)) return;
    // deno-lint-ignore no-console
    const { onWarning = (message) => console.warn(message) } = this.#options;
    const warning = `A circuit is built whose first relay ${router} is none of Tor's entry guards`;
    callSafely(onWarning, warning, this.#onError);
  }

  #connect(circuit: Circuit): CircuitConnections {
    const { connectBy } = this.#options;
    if (connectBy === undefined) {
      throw new TorError(`Cannot connect by circuit ${circuit.id}: there is no SOCKS port to use`);
    }
    return connectBy({
      bind: (ask, options) => this.#attachment.open(circuit, ask, options),
    });
  }

  #end(error: TorError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    endAddressMap(this.#addressMap);
    this.#circuits.abandon(error);
    this.#streams.abandon(error);
    this.#circuitListeners.clear();
    this.#streamListeners.clear();
  }
}
