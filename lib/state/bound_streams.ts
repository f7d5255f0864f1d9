import type { StreamEvent } from "../codec/events/mod.ts";
import { STREAM_END_REASONS, type StreamEndReason } from "../control/commands/stream_commands.ts";
import type { ControlConnection } from "../control/connection.ts";
import { CircuitFailedError, TorError } from "../errors/mod.ts";
import type { AbortOptions, Conn } from "../runtime/types.ts";
import { abortable } from "../util/abort.ts";
import { type Deferred, deferred } from "../util/deferred.ts";
import { encodeHex } from "../util/hex.ts";
import { onAbort } from "../util/on_abort.ts";
import type { Circuit } from "./circuit.ts";
import type { Stream } from "./stream.ts";

/** One stream that is to go by one circuit. */
interface BoundStream {
  readonly circuit: Circuit;
  /** Ends the wait for the SOCKS port with what is wrong. */
  readonly scope: AbortController;
  /** Resolves when Tor has told that the stream went by the circuit. */
  readonly succeeded: Deferred<void>;
}

/** What {@linkcode BoundStreams} need. */
export interface BoundStreamsContext {
  /** The control connection. */
  readonly control: ControlConnection;
  /** Makes Tor leave streams to the controller, or not, as {@linkcode BoundStreams.size} asks for. */
  updateOption(): Promise<void>;
}

/**
 * Streams of this program's own that go by a circuit of its choice or not at all. Each is known by its
 * SOCKS password. Tor leaves new streams to the controller meanwhile, and no stream whose password is
 * one of these is ever left to Tor's choice, not even one that nobody waits for any more.
 */
export class BoundStreams {
  readonly #context: BoundStreamsContext;
  readonly #session: string = PREFIX + encodeHex(crypto.getRandomValues(new Uint8Array(16)));
  readonly #bound = new Map<string, BoundStream>();
  #count = 0;

  /** There is none yet. */
  constructor(context: BoundStreamsContext) {
    this.#context = context;
  }

  /** How many are under way. */
  get size(): number {
    return this.#bound.size;
  }

  /** Whether a stream is one of these. */
  owns(stream: Stream): boolean {
    return stream.socksPassword?.startsWith(this.#session) ?? false;
  }

  /**
   * Asks for a stream, and has it go by a circuit.
   *
   * @param ask Asks the SOCKS port, with the password that it is given.
   * @returns What `ask` gave, when Tor has told that the stream went by the circuit.
   * @throws {CircuitFailedError} Where the circuit is gone, or goes before that.
   */
  async open(
    circuit: Circuit,
    ask: (password: string, signal: AbortSignal) => Promise<Conn>,
    { signal }: AbortOptions = {},
  ): Promise<Conn> {
    await circuit.whenBuilt({ signal });
    const password = `${this.#session} ${++this.#count}`;
    const scope = new AbortController();
    const bound: BoundStream = { circuit, scope, succeeded: deferred() };
    const gone = () => scope.abort(circuitGone(circuit));
    const stop = circuit.listen({ circuitClosed: gone, circuitFailed: gone });
    const unfollow = onAbort(signal, () => scope.abort(signal?.reason));
    this.#bound.set(password, bound);
    try {
      await abortable(this.#context.updateOption(), scope.signal);
      const conn = await ask(password, scope.signal);
      try {
        await abortable(bound.succeeded.promise, scope.signal);
      } catch (error) {
        await conn.close();
        throw error;
      }
      return conn;
    } catch (error) {
      throw scope.signal.aborted ? scope.signal.reason : error;
    } finally {
      this.#bound.delete(password);
      unfollow();
      stop();
      this.#context.updateOption().catch(() => {}); // the connection is lost, which is told elsewhere
    }
  }

  /** Takes in an event of a stream that is one of these. */
  hear(stream: Stream, { status, circuitId, reason, remoteReason }: StreamEvent): void {
    if (stream.isClosed) return;
    const bound = this.#bound.get(stream.socksPassword ?? "");
    if (bound === undefined) {
      // Nobody waits for it any more; one that has succeeded belongs to whoever asked for it.
      if (!stream.hasSucceeded) this.#close(stream, "DESTROY");
      return;
    }
    switch (status) {
      case "NEW":
        void this.#attach(stream, bound);
        return;
      case "DETACHED":
        // Another circuit may do, but was not asked for; the SOCKS port tells the reason.
        this.#close(stream, endReason(reason === "END" ? remoteReason : reason));
        return;
      case "CONTROLLER_WAIT":
        return;
    }
    if (circuitId !== 0 && !isSameWay(stream.circuit, bound.circuit)) {
      this.#close(stream, "DESTROY");
      const other = `by circuit ${circuitId} and not by circuit ${bound.circuit.id}`;
      bound.scope.abort(new TorError(`Cannot connect: Tor has sent the stream ${other}`));
    } else if (status === "SUCCEEDED") {
      bound.succeeded.resolve();
    }
  }

  /** Ends all that are under way: where they went was not seen. */
  abandon(error: TorError): void {
    for (const { scope } of this.#bound.values()) scope.abort(error);
  }

  async #attach(stream: Stream, { circuit, scope }: BoundStream): Promise<void> {
    try {
      if (circuit.isClosed) throw circuitGone(circuit);
      await this.#context.control.attachStream(stream.id, circuit.id);
    } catch (cause) {
      if (stream.isClosed) return;
      const message = `Cannot connect by circuit ${circuit.id}: the stream cannot be put on it`;
      scope.abort(cause instanceof CircuitFailedError ? cause : new TorError(message, { cause }));
      this.#close(stream, "DESTROY");
    }
  }

  #close(stream: Stream, reason: StreamEndReason): void {
    // It may be closed by now, or Tor out of reach.
    this.#context.control.closeStream(stream.id, reason).catch(() => {});
  }
}

/** What the SOCKS passwords of all bound streams begin with, so that others like this one know them. */
const PREFIX = "torcon circuit ";

/** Whether a stream is bound to a circuit by somebody, though it may not be known by whom. */
export function isBoundElsewhere(stream: Stream): boolean {
  return stream.socksPassword?.startsWith(PREFIX) ?? false;
}

function circuitGone(circuit: Circuit): CircuitFailedError {
  const { id: circuitId, reason, remoteReason } = circuit;
  const message = `Cannot connect by circuit ${circuitId}: it is closed`;
  return new CircuitFailedError(message, { circuitId, reason, remoteReason });
}

/** Whether they are one circuit, or legs of one set of joined circuits. */
function isSameWay(a: Circuit | undefined, b: Circuit): boolean {
  return a === b || (a?.confluxId !== undefined && a.confluxId === b.confluxId);
}

function endReason(reason: string | undefined): StreamEndReason {
  return reason !== undefined && reason in STREAM_END_REASONS
    ? reason as StreamEndReason
    : "DESTROY";
}
