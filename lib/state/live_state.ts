import type {
  AddrMapEvent,
  CircEvent,
  CircMinorEvent,
  GuardEvent,
  NewConsensusEvent,
  StreamEvent,
} from "../codec/events/mod.ts";
import type { ControlConnection } from "../control/connection.ts";
import { ControlReplyError, DisconnectedError, type TorError } from "../errors/mod.ts";
import type { AbortOptions } from "../runtime/types.ts";
import { abortable } from "../util/abort.ts";
import { reportUnhandled } from "../util/report_error.ts";

/**
 * The events that keep a state. NS is none of them: it tells of single relays what NEWCONSENSUS tells of all
 * in the same moment.
 */
const EVENTS = ["CIRC", "CIRC_MINOR", "STREAM", "ADDRMAP", "NEWCONSENSUS", "GUARD"] as const;

/** One of the events that keep a state. */
export type StateEvent =
  | CircEvent
  | CircMinorEvent
  | StreamEvent
  | AddrMapEvent
  | NewConsensusEvent
  | GuardEvent;

/** What Tor answers when it is asked for everything. */
export interface Snapshot {
  /** `circuit-status`. */
  readonly circuits: string;
  /** `stream-status`. */
  readonly streams: string;
  /** `address-mappings/all`. */
  readonly addresses: string;
  /** `ns/all`. */
  readonly relays: string;
  /** `entry-guards`. */
  readonly entryGuards: string;
  /** `process/pid`; `undefined` where Tor, or a filter, does not tell. */
  readonly pid: number | undefined;
}

/** Whom a {@linkcode LiveState} keeps. */
export interface LiveStateHandler {
  /** Takes in a snapshot. The events behind it wait until it is in. */
  resync(snapshot: Snapshot): Promise<void>;
  /** Takes in an event. */
  apply(event: StateEvent): void;
  /** A snapshot is in, and what came since. */
  synced(): void;
  /** The connection is lost, and being restored. */
  disconnected(error: TorError): void;
  /** Nothing will be heard any more. */
  ended(error: TorError): unknown;
}

/**
 * Hears all that Tor tells and asks it for the rest: it subscribes first, takes a snapshot second and
 * replays third what came behind the snapshot. What came before it is older, and dropped. After a lost
 * connection it does so again.
 */
export class LiveState {
  readonly #control: ControlConnection;
  #handler: LiveStateHandler;
  readonly #stop = new AbortController();
  /** The events that wait for a snapshot; `undefined` where none is awaited. */
  #held: StateEvent[] | undefined = [];
  #round = 0;

  /** Hears nothing yet. */
  constructor(control: ControlConnection, handler: LiveStateHandler) {
    this.#control = control;
    this.#handler = handler;
  }

  /** Subscribes and takes the first snapshot. */
  async start({ signal }: AbortOptions): Promise<void> {
    const control = this.#control;
    const stop = { signal: this.#stop.signal };
    try {
      const subscribed = Promise.all([
        ...EVENTS.map((type) => control.addEventListener(type, this.#hear)),
        control.addEventListener("disconnected", ({ error }) => this.#disconnected(error), stop),
        control.addEventListener("reconnected", () => this.#resync(), stop),
      ]);
      await abortable(subscribed, signal);
      await this.#sync(signal);
    } catch (error) {
      this.stop();
      throw error;
    }
    control.closed.then(() => this.#ended(undefined), (error) => this.#ended(error));
  }

  /** Unsubscribes. Nothing is heard from now on; Tor's answer is not waited for, since it may never come. */
  stop(): void {
    this.#round++;
    // The connection may live on, and with it what waits for its end: that must not hold the state,
    // as it would by the handler, or by the call stack that an error keeps.
    this.#stop.abort(STOPPED);
    this.#handler = HANDLER_OF_NONE;
    for (const type of EVENTS) {
      this.#control.removeEventListener(type, this.#hear).catch(reportUnhandled);
    }
  }

  readonly #hear = (event: StateEvent): void => {
    if (this.#held === undefined) this.#handler.apply(event);
    else this.#held.push(event);
  };

  #disconnected(error: TorError): void {
    this.#round++;
    this.#held = [];
    this.#handler.disconnected(error);
  }

  async #resync(): Promise<void> {
    const round = this.#round;
    try {
      await this.#sync(this.#stop.signal);
    } catch (error) {
      // A connection that is lost once more is restored once more.
      if (this.#round === round && !(error instanceof DisconnectedError)) this.#ended(error);
    }
  }

  async #sync(signal: AbortSignal | undefined): Promise<void> {
    const round = this.#round;
    const snapshot = await this.#ask(signal);
    if (this.#round !== round) {
      throw new DisconnectedError("Cannot read the state: the connection was lost meanwhile");
    }
    await this.#handler.resync(snapshot);
    if (this.#round !== round) return;
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const event of held) this.#handler.apply(event);
    this.#handler.synced();
  }

  async #ask(signal: AbortSignal | undefined): Promise<Snapshot> {
    const control = this.#control;
    const [status, addresses, relays, entryGuards, pid] = await Promise.all([
      control.getInfo(["circuit-status", "stream-status"], {
        signal,
        onReply: () => this.#drop("CIRC", "CIRC_MINOR", "STREAM"),
      }),
      control.getInfo("address-mappings/all", { signal, onReply: () => this.#drop("ADDRMAP") }),
      control.getInfo("ns/all", { signal, onReply: () => this.#drop("NEWCONSENSUS") }),
      control.getInfo("entry-guards", { signal, onReply: () => this.#drop("GUARD") }),
      control.getInfo("process/pid", { signal }).catch(undefinedIfRefused),
    ]);
    return {
      circuits: status.get("circuit-status")!,
      streams: status.get("stream-status")!,
      addresses,
      relays,
      entryGuards,
      pid: /^\d+$/.test(pid ?? "") ? Number(pid) : undefined,
    };
  }

  /** An answer has come: the events of these types that came before it are older. */
  #drop(...types: StateEvent["type"][]): void {
    this.#held = this.#held?.filter(({ type }) => !types.includes(type));
  }

  #ended(cause: unknown): void {
    if (this.#stop.signal.aborted) return;
    const handler = this.#handler;
    this.stop();
    const message = "Cannot follow Tor any more: the control connection has ended";
    handler.ended(new DisconnectedError(message, { cause }));
  }
}

/** Nobody is told of it. */
const STOPPED = "stopped";

const HANDLER_OF_NONE: LiveStateHandler = {
  resync: () => Promise.resolve(),
  apply() {},
  synced() {},
  disconnected() {},
  ended() {},
};

function undefinedIfRefused(error: unknown): undefined {
  if (!(error instanceof ControlReplyError)) throw error;
}
