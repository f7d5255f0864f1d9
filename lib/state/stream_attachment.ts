import type { StreamEvent } from "../codec/events/mod.ts";
import type { ControlConnection } from "../control/connection.ts";
import {
  ControlReplyError,
  DisconnectedError,
  TorError,
  UnmanagedEntityError,
} from "../errors/mod.ts";
import type { AbortOptions, Conn } from "../runtime/types.ts";
import { abortable, withDeadline } from "../util/abort.ts";
import type { ErrorHandler } from "../util/report_error.ts";
import { type AttachDecision, type Attacher, DO_NOT_ATTACH } from "./attacher.ts";
import { BoundStreams, isBoundElsewhere } from "./bound_streams.ts";
import { Circuit } from "./circuit.ts";
import type { Stream } from "./stream.ts";
import { UnattachedOption } from "./unattached_option.ts";

/** What a {@linkcode StreamAttachment} needs of its state. */
export interface StreamAttachmentContext {
  /** The control connection. */
  readonly control: ControlConnection;
  /** The circuits by number. */
  readonly circuits: ReadonlyMap<number, Circuit>;
  /** The streams by number. */
  readonly streams: ReadonlyMap<number, Stream>;
  /** Gets what an attacher throws. */
  readonly onError: ErrorHandler;
  /** Opens another connection to the same Tor, where this one is lost. */
  readonly reopen: ((options: AbortOptions) => Promise<ControlConnection>) | undefined;
}

/** For how long Tor is waited for at the end, in milliseconds. */
const LAST_WAIT = 5000;

/**
 * Puts streams on circuits: those of an attacher where it says, those that are bound to a circuit on
 * that, and all others where Tor says. Tor leaves streams to the controller only as long as there is an
 * attacher, or a bound stream under way.
 */
export class StreamAttachment {
  readonly #context: StreamAttachmentContext;
  readonly #option: UnattachedOption;
  readonly #bound: BoundStreams;
  /** The streams that wait for the controller, each with a token of the time that it was offered. */
  readonly #waiting = new Map<Stream, symbol>();
  #attacher: Attacher | undefined;
  #isUsed = false;
  #isOver = false;

  /** Nothing is attached yet. */
  constructor(context: StreamAttachmentContext) {
    this.#context = context;
    const { control } = context;
    this.#option = new UnattachedOption(control, () => this.#isWanted);
    this.#bound = new BoundStreams({ control, updateOption: () => this.#option.update() });
  }

  /** Sets the attacher, or none, and resolves when Tor has been told. */
  async setAttacher(attacher: Attacher | undefined, { signal }: AbortOptions = {}): Promise<void> {
    signal?.throwIfAborted();
    if (this.#isOver) throw new DisconnectedError("Cannot set an attacher: the state has ended");
    const old = this.#attacher;
    this.#attacher = attacher;
    this.#isUsed = true;
    try {
      await abortable(this.#option.update(), signal);
    } catch (error) {
      this.#attacher = old;
      this.#option.update().catch(() => {});
      throw error;
    }
    if (attacher === undefined) await this.#giveBack();
  }

  /** Opens a stream that goes by a circuit or not at all; see {@linkcode BoundStreams.open}. */
  async open(
    circuit: Circuit,
    ask: (password: string, signal: AbortSignal) => Promise<Conn>,
    options: AbortOptions = {},
  ): Promise<Conn> {
    if (this.#isOver) {
      throw new DisconnectedError(`Cannot connect by circuit ${circuit.id}: the state has ended`);
    }
    this.#isUsed = true;
    return await this.#bound.open(circuit, ask, options);
  }

  /** Takes in an event that the stream has taken in. */
  hear(stream: Stream, event: StreamEvent): void {
    if (!this.#isUsed) return; // what is not read of an event is not parsed
    if (this.#bound.owns(stream)) return this.#bound.hear(stream, event);
    switch (event.status) {
      case "NEW":
      case "NEWRESOLVE":
      case "DETACHED":
        return this.#offer(stream);
      case "CONTROLLER_WAIT":
        // It comes behind one of those, which may have been told before the option was set.
        if (!this.#waiting.has(stream)) this.#offer(stream);
        return;
      default:
        this.#waiting.delete(stream);
    }
  }

  /** The connection is lost. */
  disconnected(error: TorError): void {
    this.#option.forget();
    this.#bound.abandon(error);
  }

  /** The state is what Tor's is: the streams that wait since before that are offered. */
  synced(): void {
    if (!this.#option.mayBeOn) return;
    this.#waiting.clear();
    this.#option.update().then(() => {
      for (const stream of this.#context.streams.values()) {
        if (/^NEW(?:RESOLVE)?$/.test(stream.state) && !this.#waiting.has(stream)) {
          this.#offer(stream);
        }
      }
    }).catch((error) => this.#report(error));
  }

  /** Gives all streams back to Tor, for good. */
  async dispose(error: TorError): Promise<void> {
    this.#end(error);
    try {
      await withDeadline(async () => {
        await this.#option.update();
        await this.#giveBack();
        await this.#option.stop();
      }, { timeout: LAST_WAIT, message: () => "Tor did not take its streams back" });
    } catch (error) {
      if (error instanceof DisconnectedError) await this.#giveBackAnew();
      else this.#report(error);
    }
  }

  /** Gives all streams back to Tor after its connection was lost for good. */
  async lost(error: TorError): Promise<void> {
    this.#option.forget();
    this.#end(error);
    await this.#giveBackAnew();
  }

  #end(error: TorError): void {
    this.#isOver = true;
    this.#attacher = undefined;
    this.#bound.abandon(error);
  }

  /** By a connection of its own: left as it is, Tor would let every stream wait that is asked for. */
  async #giveBackAnew(): Promise<void> {
    const { reopen } = this.#context;
    if (reopen === undefined || !this.#option.mayBeOn) return;
    const waiting = [...this.#waiting.keys()];
    try {
      await withDeadline(async (signal) => {
        const control = await reopen({ signal });
        try {
          await this.#option.release(control, { signal });
          const left = waiting.map((stream) => control.attachStream(stream.id, 0, { signal }));
          await Promise.allSettled(left);
        } finally {
          await control.close();
        }
      }, { timeout: LAST_WAIT, message: () => "Tor did not take its streams back" });
    } catch {
      // It is gone, most likely, and its streams with it.
    }
  }

  get #isWanted(): boolean {
    return !this.#isOver && (this.#attacher !== undefined || this.#bound.size > 0);
  }

  #offer(stream: Stream): void {
    if (!this.#option.mayBeOn || isInternal(stream) || isBoundElsewhere(stream)) return;
    const token = Symbol();
    this.#waiting.set(stream, token);
    const isWaiting = () => this.#waiting.get(stream) === token;
    const attacher = this.#attacher;
    if (attacher === undefined) void this.#attach(stream, null);
    else void this.#ask(stream, { attacher, isWaiting });
  }

  async #ask(
    stream: Stream,
    { attacher, isWaiting }: { attacher: Attacher; isWaiting: () => boolean },
  ): Promise<void> {
    let decision: AttachDecision;
    try {
      decision = await attacher.attachStream(stream, this.#context.circuits);
      if (decision === DO_NOT_ATTACH) return;
      if (decision !== null && !(decision instanceof Circuit)) {
        throw new TypeError(`Cannot attach ${stream}: the attacher gave ${typeof decision}`);
      }
    } catch (error) {
      this.#report(error);
      decision = null;
    }
    try {
      await decision?.whenBuilt();
    } catch (error) {
      if (isWaiting()) await this.#refuse(stream, { circuit: decision!, cause: error });
      return;
    }
    // It may be closed by now, or was given back to Tor.
    if (isWaiting()) await this.#attach(stream, decision);
  }

  /** Puts a stream on a circuit, or on one that Tor chooses; never on another than was chosen. */
  async #attach(stream: Stream, circuit: Circuit | null): Promise<void> {
    const token = this.#waiting.get(stream);
    try {
      await this.#context.control.attachStream(stream.id, circuit?.id ?? 0);
      if (this.#waiting.get(stream) === token) this.#waiting.delete(stream);
    } catch (cause) {
      const isGone = stream.isClosed || cause instanceof DisconnectedError;
      // Of what it attaches by itself Tor says that it is not managed.
      if (isGone || cause instanceof UnmanagedEntityError) return;
      if (circuit !== null) await this.#refuse(stream, { circuit, cause });
      // Else the stream is gone, though that was not told yet.
      else if (!(cause instanceof ControlReplyError)) this.#report(cause);
    }
  }

  /** Closes a stream that cannot go by the circuit that was chosen. */
  async #refuse(
    stream: Stream,
    { circuit, cause }: { circuit: Circuit; cause: unknown },
  ): Promise<void> {
    this.#waiting.delete(stream);
    try {
      await this.#context.control.closeStream(stream.id, "DESTROY");
    } catch {
      return; // it was gone before
    }
    const message = `Cannot attach ${stream} to circuit ${circuit.id}: it was closed`;
    this.#report(new TorError(message, { cause }));
  }

  /** Leaves what waits to Tor. */
  async #giveBack(): Promise<void> {
    const waiting = [...this.#waiting.keys()];
    this.#waiting.clear();
    await Promise.all(waiting.map((stream) => this.#attach(stream, null)));
  }

  #report(error: unknown): void {
    const { onError } = this.#context;
    onError(error);
  }
}

/** The session group of Tor's own streams to directories. */
const DIRECTORY_GROUP = -2;

/** Whether Tor makes the stream for itself, and attaches it whatever the controller says. */
function isInternal({ purpose, sessionGroup, targetHost, targetExit }: Stream): boolean {
  return purpose?.startsWith("DIR") === true || sessionGroup === DIRECTORY_GROUP ||
    targetHost === "(Tor_internal)" || (purpose === undefined && targetExit !== undefined);
}
