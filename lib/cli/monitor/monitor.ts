import type { BwEvent, LogEvent, StatusClientEvent } from "../../codec/events/mod.ts";
import type { ControlEventMap } from "../../control/connection_events.ts";
import { ControlReplyError, TorError } from "../../errors/mod.ts";
import type { AbortOptions } from "../../runtime/types.ts";
import type { Circuit } from "../../state/circuit.ts";
import { ListenerSet } from "../../state/listener_set.ts";
import type { TorState } from "../../state/tor_state.ts";
import type { NewIdentity } from "../../tor/new_identity.ts";
import type { Tor } from "../../tor/tor.ts";
import { abortable } from "../../util/abort.ts";
import { type Deferred, deferred } from "../../util/deferred.ts";
import { reportUnhandled } from "../../util/report_error.ts";
import type { CircuitFacts } from "../commands/circuits.ts";
import { type StreamFacts, streamFacts } from "../commands/streams.ts";
import { infoOrNone } from "../info_or_none.ts";
import { bootstrapOf, parseBandwidthCache, readMonitorStatus } from "./read_status.ts";
import { RelayCountries } from "./relay_countries.ts";
import type {
  BandwidthSample,
  LogLine,
  MonitorSnapshot,
  MonitorStatus,
  RelayDetails,
} from "./snapshot.ts";

/** The most that is kept. */
const LIMITS = { seconds: 15 * 60, circuits: 1000, streams: 1000, logLines: 200, logText: 2000 };

/** How long changes of circuits and streams gather before they are told of, in milliseconds. */
const GATHERING = 100;

/** Is told of what changes: an object with any of these methods. */
export interface MonitorListener {
  /** What Tor is, or how far, has changed. */
  status?(status: MonitorStatus): unknown;
  /** A second is over. The totals of the status have grown by it, which is not told of by itself. */
  bandwidth?(sample: BandwidthSample): unknown;
  /** Something became of the circuits, which are given all; at most ten times a second. */
  circuits?(circuits: readonly CircuitFacts[]): unknown;
  /** The same of the streams. */
  streams?(streams: readonly StreamFacts[]): unknown;
  /** There is a new line in the log. */
  log?(line: LogLine): unknown;
  /** Tor is gone, and nothing more will come; not called at a disposal. */
  ended?(error: unknown): unknown;
}

/** What one Tor does, kept ready to be shown. It belongs to whoever opened it; the Tor does not. */
export class Monitor implements AsyncDisposable {
  readonly #tor: Tor;
  readonly #stop = new AbortController();
  readonly #listeners = new ListenerSet<MonitorListener>(reportUnhandled);
  readonly #countries: RelayCountries;
  readonly #ended: Deferred<void> = deferred();
  readonly #removals: (() => unknown)[] = [];
  readonly #stale = new Set<"circuits" | "streams">();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #state!: TorState;
  #status!: MonitorStatus;
  #bandwidth: readonly BandwidthSample[] = [];
  #circuits: readonly CircuitFacts[] | undefined;
  #streams: readonly StreamFacts[] | undefined;
  #log: readonly LogLine[] = [];

  private constructor(tor: Tor) {
    this.#tor = tor;
    this.#countries = new RelayCountries({
      onFound: () => this.#change("circuits"),
      onError: (error) => this.#warn(error),
    });
    this.#ended.promise.catch(() => {}); // who waits for it hears of it
  }

  /**
   * Subscribes to what Tor tells, and asks it for the rest.
   *
   * @param tor The Tor, which is to be open as long as the monitor is.
   * @param options A `signal` to give up with.
   */
  static async open(tor: Tor, { signal }: AbortOptions = {}): Promise<Monitor> {
    const monitor = new Monitor(tor);
    try {
      await abortable(monitor.#open(), signal);
    } catch (error) {
      await monitor[Symbol.asyncDispose]();
      throw error;
    }
    return monitor;
  }

  /** All there is to show now. */
  snapshot(): MonitorSnapshot {
    return {
      status: this.#status,
      bandwidth: this.#bandwidth,
      circuits: this.#circuits ??= this.#readCircuits(),
      streams: this.#streams ??= this.#readStreams(),
      log: this.#log,
    };
  }

  /** What is told of a relay besides, by its fingerprint. */
  relay(fingerprint: string): RelayDetails {
    const router = this.#state.routerFromId(`$${fingerprint}`);
    const { ip, orPort, bandwidth } = router ?? {};
    return {
      address: ip === undefined ? undefined : `${ip}:${orPort ?? 0}`,
      flags: [...router?.flags ?? []],
      bandwidth,
    };
  }

  /**
   * Calls a listener with what changes from now on.
   *
   * @param listener An object with any of the methods of {@linkcode MonitorListener}.
   * @param options A `signal` that ends it.
   * @returns A function that ends it.
   */
  addListener(listener: MonitorListener, options: AbortOptions = {}): () => void {
    return this.#listeners.add(listener, options);
  }

  /** Resolves when the monitor is disposed, and rejects when Tor is gone. Never needs handling. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /**
   * Closes a circuit, and resolves when Tor says that it is gone.
   *
   * @throws {TorError} Where there is none of this number.
   */
  async closeCircuit(id: number, { signal }: AbortOptions = {}): Promise<void> {
    const circuit = this.#state.circuits.get(id);
    if (circuit === undefined) throw new TorError(`Cannot close circuit ${id}: there is none`);
    await circuit.close({ signal });
    this.#note(`Closed circuit ${id}`);
  }

  /**
   * Closes a stream, and resolves when Tor says that it is gone.
   *
   * @throws {TorError} Where there is none of this number.
   */
  async closeStream(id: number, { signal }: AbortOptions = {}): Promise<void> {
    const stream = this.#state.streams.get(id);
    if (stream === undefined) throw new TorError(`Cannot close stream ${id}: there is none`);
    await stream.close("MISC", { signal });
    this.#note(`Closed stream ${id}`);
  }

  /** Asks for a new identity, and resolves when Tor has taken it on: at most every ten seconds. */
  async newIdentity(options: AbortOptions = {}): Promise<NewIdentity> {
    const result = await this.#tor.newIdentity(options);
    this.#note("Tor has a new identity");
    return result;
  }

  /**
   * Unsubscribes; whether Tor answers is not waited for, since it may not. The Tor stays open. Harmless when
   * repeated.
   */
  [Symbol.asyncDispose](): Promise<void> {
    this.#listeners.clear();
    this.#stop.abort(new TorError("The monitor was closed"));
    clearTimeout(this.#timer);
    this.#ended.resolve();
    for (const remove of this.#removals.splice(0)) {
      Promise.resolve(remove()).catch(reportUnhandled);
    }
    return Promise.resolve();
  }

  async #open(): Promise<void> {
    const { signal } = this.#stop;
    const { control } = this.#tor;
    control.closed.catch((error) => this.#lost(error));
    const [state, status, cache] = await Promise.all([
      this.#tor.getState({
        signal,
        onError: (error) => this.#warn(error),
        onWarning: (message) => this.#note(message),
      }),
      readMonitorStatus(this.#tor, signal),
      this.#readBandwidth(),
      this.#on("STATUS_CLIENT", (event) => this.#hearStatus(event)),
      this.#on("NETWORK_LIVENESS", ({ status }) => {
        this.#tellStatus({ network: status.toLowerCase() });
      }),
      ...(["NOTICE", "WARN", "ERR"] as const).map((type) =>
        this.#on(type, (event) => this.#hearLog(event))
      ),
      this.#on("CIRC_MINOR", () => this.#change("circuits")),
      this.#on("STREAM", () => this.#change("circuits", "streams")),
      this.#on("disconnected", ({ error }) => this.#note(`Lost the connection: ${error.message}`)),
      this.#on("reconnected", () => this.#reconnected()),
    ]);
    signal.throwIfAborted();
    this.#state = state;
    this.#status = { ...status, ...this.#status };
    this.#bandwidth = [...cache, ...this.#bandwidth].slice(-LIMITS.seconds);
    this.#followState(state);
  }

  #followState(state: TorState): void {
    const circuits = () => this.#change("circuits");
    const streams = () => this.#change("circuits", "streams");
    this.#removals.push(
      state.addCircuitListener({
        circuitNew: circuits,
        circuitLaunched: circuits,
        circuitExtend: circuits,
        circuitBuilt: circuits,
        circuitClosed: circuits,
        circuitFailed: circuits,
      }),
      // The other changes of streams are STREAM events; these are told after a lost connection, too.
      state.addStreamListener({ streamNew: streams, streamClosed: streams, streamFailed: streams }),
    );
  }

  /** Listens to an event, where this Tor knows it. */
  async #on<K extends keyof ControlEventMap>(
    type: K,
    listener: (event: ControlEventMap[K]) => void,
  ): Promise<void> {
    const { control } = this.#tor;
    this.#removals.push(() => control.removeEventListener(type, listener));
    try {
      await control.addEventListener(type, listener);
    } catch (error) {
      if (!(error instanceof ControlReplyError)) throw error;
    }
  }

  /** Subscribes to the bandwidth, and asks for that of the seconds before. */
  async #readBandwidth(): Promise<readonly BandwidthSample[]> {
    const [, cache] = await Promise.all([
      this.#on("BW", (event) => this.#hearBandwidth(event)),
      infoOrNone(this.#tor.control, "bw-event-cache", {
        signal: this.#stop.signal,
        // What came before the answer is in it.
        onReply: () => this.#bandwidth = [],
      }),
    ]);
    return parseBandwidthCache(cache ?? "", Date.now());
  }

  #hearBandwidth({ read, written }: BwEvent): void {
    const sample: BandwidthSample = { time: Date.now(), read, written };
    this.#bandwidth = [...this.#bandwidth, sample].slice(-LIMITS.seconds);
    if (this.#state === undefined) return;
    const { bytesRead, bytesWritten } = this.#status;
    this.#status = {
      ...this.#status,
      bytesRead: bytesRead === undefined ? undefined : bytesRead + read,
      bytesWritten: bytesWritten === undefined ? undefined : bytesWritten + written,
    };
    this.#listeners.tell((listener) => listener.bandwidth?.(sample));
  }

  #hearStatus(event: StatusClientEvent): void {
    if (event.action === "BOOTSTRAP") this.#tellStatus({ bootstrap: bootstrapOf(event) });
  }

  #hearLog({ type, message }: LogEvent): void {
    this.#write({ severity: type.toLowerCase() as LogLine["severity"], text: message });
  }

  async #reconnected(): Promise<void> {
    this.#note("The connection is restored");
    try {
      this.#tellStatus(await readMonitorStatus(this.#tor, this.#stop.signal));
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#warn(error);
    }
  }

  #tellStatus(news: Partial<MonitorStatus>): void {
    this.#status = { ...this.#status, ...news };
    if (this.#state === undefined) return;
    this.#listeners.tell((listener) => listener.status?.(this.#status));
  }

  #note(text: string): void {
    this.#write({ severity: "torcon", text });
  }

  #warn(error: unknown): void {
    this.#note(error instanceof Error ? error.message : String(error));
  }

  #write({ severity, text }: Omit<LogLine, "time">): void {
    const line: LogLine = { time: Date.now(), severity, text: text.slice(0, LIMITS.logText) };
    this.#log = [...this.#log, line].slice(-LIMITS.logLines);
    this.#listeners.tell((listener) => listener.log?.(line));
  }

  /** Notes that something became of these, and tells of it with what else becomes of them soon. */
  #change(...kinds: ("circuits" | "streams")[]): void {
    for (const kind of kinds) {
      this.#stale.add(kind);
      if (kind === "circuits") this.#circuits = undefined;
      else this.#streams = undefined;
    }
    if (this.#stop.signal.aborted || this.#state === undefined) return;
    this.#timer ??= setTimeout(() => this.#tellChanges(), GATHERING);
  }

  #tellChanges(): void {
    this.#timer = undefined;
    const stale = new Set(this.#stale);
    this.#stale.clear();
    const { circuits, streams } = this.snapshot();
    if (stale.has("circuits")) this.#listeners.tell((listener) => listener.circuits?.(circuits));
    if (stale.has("streams")) this.#listeners.tell((listener) => listener.streams?.(streams));
  }

  #readCircuits(): readonly CircuitFacts[] {
    return byId(this.#state.circuits).slice(0, LIMITS.circuits).map((circuit) =>
      this.#facts(circuit)
    );
  }

  #facts(circuit: Circuit): CircuitFacts {
    return {
      id: circuit.id,
      state: circuit.state,
      purpose: circuit.purpose,
      created: circuit.timeCreated,
      path: circuit.path.map((router) => ({
        fingerprint: router.idHex,
        nickname: router.nickname,
        country: this.#countries.get(router),
      })),
      streams: [...circuit.streams].map(({ id }) => id),
      conflux: circuit.confluxId,
    };
  }

  #readStreams(): readonly StreamFacts[] {
    return byId(this.#state.streams).slice(0, LIMITS.streams).map(streamFacts);
  }

  #lost(error: unknown): void {
    if (this.#stop.signal.aborted) return;
    this.#listeners.tell((listener) => listener.ended?.(error));
    this.#ended.reject(error);
    clearTimeout(this.#timer);
  }
}

function byId<T extends { readonly id: number }>(all: ReadonlyMap<number, T>): T[] {
  return [...all.values()].sort((a, b) => a.id - b.id);
}
