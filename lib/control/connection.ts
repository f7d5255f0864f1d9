import type { CommandArgument } from "../codec/command.ts";
import { isEventName } from "../codec/events/event_names.ts";
import { parseEvent } from "../codec/events/parse_event.ts";
import type { UnknownEvent } from "../codec/events/unknown_event.ts";
import { DEFAULT_REPLY_LIMIT } from "../codec/message_decoder.ts";
import type { MessageLine, Reply } from "../codec/message.ts";
import { ControlReplyError, DisconnectedError, type TorError } from "../errors/mod.ts";
import type { AbortOptions, SocketAddress } from "../runtime/types.ts";
import { abortable } from "../util/abort.ts";
import { type Deferred, deferred } from "../util/deferred.ts";
import { onAbort } from "../util/on_abort.ts";
import { reportUnhandled } from "../util/report_error.ts";
import { backOff, type ReconnectOptions } from "./back_off.ts";
import { checkRequest } from "./check_request.ts";
import type { Channel, ChannelRequestOptions } from "./channel.ts";
import { OnionCommands } from "./commands/onion_commands.ts";
import type { RequestOptions } from "./commands/command_base.ts";
import type { ControlEvent, ControlEventMap } from "./connection_events.ts";
import {
  checkConnectionOptions,
  type ControlConnectionOptions,
  DEFAULT_EVENT_QUEUE_LIMIT,
  type EventsOptions,
} from "./connection_options.ts";
import { dial, type DialledControl } from "./dial.ts";
import { type EventIterator, EventIterators } from "./event_iterators.ts";
import { EventListeners, type Listener } from "./event_listeners.ts";
import { infoLines } from "./info_lines.ts";
import { learn } from "./learn.ts";
import { Subscriptions } from "./subscriptions.ts";

/** A type of event that can be listened to. */
export type ControlEventType = keyof ControlEventMap;

/**
 * One authenticated connection to a Tor's control port: every command of control-spec as a method,
 * and every event as a typed object.
 *
 * Commands are sent at once and answered in order, so that many can be under way; one that Tor
 * refuses rejects alone, with a {@linkcode ControlReplyError}. Events are subscribed by listening.
 *
 * @example Ask for Tor's version, and hear of a new identity
 * ```ts
 * import { ControlConnection, detectRuntime } from "@torcon/torcon";
 * import { ScriptedControlPort } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using port = await ScriptedControlPort.start();
 * const runtime = await detectRuntime();
 * await using control = await ControlConnection.connect({ control: port.address, runtime });
 *
 * port.expect("GETINFO version").reply("250-version=0.4.9.11", "250 OK");
 * assert.equal(await control.getInfo("version"), "0.4.9.11");
 * ```
 */
export class ControlConnection extends OnionCommands implements AsyncDisposable {
  readonly #options: ControlConnectionOptions;
  readonly #listeners: EventListeners<ControlEvent>;
  readonly #subscriptions: Subscriptions;
  readonly #iterators: EventIterators<ControlEvent>;
  readonly #closed: Deferred<void> = deferred();
  readonly #stop = new AbortController();
  #channel!: Channel;
  #address!: SocketAddress;
  #torVersion: string | undefined;
  #restored: Deferred<void> | undefined;
  #isLeaving = false;
  #end: { readonly error: TorError | undefined } | undefined;

  private constructor(options: ControlConnectionOptions) {
    super();
    this.#options = options;
    this.#listeners = new EventListeners(options.onError ?? reportUnhandled);
    this.#subscriptions = new Subscriptions(async (names) => {
      await this.#send("SETEVENTS", { args: names });
    });
    this.#iterators = new EventIterators({
      add: (type, listener) => this.#add(type, listener),
      remove: (type, listener) => this.#remove(type, listener),
    });
    this.#closed.promise.catch(() => {});
  }

  /**
   * Connects to a control port and authenticates. It is ready after at most four round trips.
   *
   * @throws {ConnectError} Where none of several addresses can be used; it tells each and why.
   * @throws {ConnectionRefusedError | PathNotFoundError} Where nothing listens at a single address.
   * @throws {ProtocolError} Where something else than a control port answers there.
   * @throws {AuthenticationError} Where Tor does not let us in; it tells each method and why.
   * @throws {TimeoutError} Where the server does not answer in time.
   * @throws {RangeError} Where a time or a limit makes no sense.
   */
  static async connect(options: ControlConnectionOptions): Promise<ControlConnection> {
    checkConnectionOptions(options);
    const dialled = await dial(options);
    const connection = new ControlConnection(options);
    await connection.#adopt(dialled, options.signal);
    return connection;
  }

  /** Where the connection leads to. */
  get address(): SocketAddress {
    return this.#address;
  }

  /** Tor's version, such as `"0.4.9.11"`; `undefined` where a filter hides it. */
  get torVersion(): string | undefined {
    return this.#torVersion;
  }

  /** Whether commands can be sent now: not while a lost connection is being restored, nor after its end. */
  get connected(): boolean {
    return this.#end === undefined && this.#restored === undefined;
  }

  /**
   * Resolves when the connection was closed here, or by Tor after {@linkcode quit}; rejects when it was
   * lost for good. Never needs handling.
   */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /**
   * Resolves when commands can be sent: at once, or when a lost connection is restored.
   *
   * @throws {DisconnectedError} Where the connection has ended for good.
   */
  async whenConnected({ signal }: AbortOptions = {}): Promise<void> {
    if (this.#end !== undefined) throw this.#ended("wait for the connection");
    await abortable(this.#restored?.promise ?? Promise.resolve(), signal);
  }

  /**
   * Sends any command, safely encoded, and resolves with Tor's reply. Every command of control-spec
   * has a method of its own; this is for those that are yet to come.
   *
   * @param keyword The command's keyword, such as `"GETINFO"`.
   * @throws {TypeError} Where an argument could break out of the command; for SETEVENTS, which
   * belongs to {@linkcode addEventListener}; and for the few commands that Tor 0.4.9 crashes on
   * (SETCIRCUITPURPOSE without arguments, a MetricsPortPolicy that is no policy), never answers (HSPOST
   * without HSADDRESS) or answers twice (ONION_CLIENT_AUTH_ADD with a ClientName of more than 16
   * bytes).
   * @throws {ControlReplyError} Where Tor refuses the command.
   * @throws {DisconnectedError} Where there is no connection, or it is lost before the reply.
   */
  override async request(keyword: string, options: RequestOptions = {}): Promise<Reply> {
    checkRequest({ ...options, keyword });
    return await this.#send(keyword, options);
  }

  /**
   * The lines of one GETINFO value as they come, so that megabytes such as those of `ns/all` need
   * not sit in memory (control-spec, section 3.9). An empty value has no lines.
   *
   * @throws {ControlReplyError} Where Tor does not know the key, or has no value for it now.
   * @throws {LimitExceededError} Where the reader stalls and more waits than `replyLimit` allows.
   */
  getInfoLines(key: string, { signal }: AbortOptions = {}): AsyncIterableIterator<string> {
    return infoLines(key, {
      request: (onData) => this.#send("GETINFO", { args: [key], signal, onData }),
      pause: (until) => this.#channel.pause(until),
      limit: this.#options.replyLimit ?? DEFAULT_REPLY_LIMIT,
    });
  }

  /**
   * Calls `listener` with every event of a type, and resolves when Tor has agreed to send it. The
   * subscription (SETEVENTS, control-spec, section 3.4) is made with the first listener of a type
   * and dropped with the last. The types `disconnected`, `reconnected` and `stray` tell of the
   * connection itself, and `unknown` gets what no parser knows.
   *
   * @param type An event's name, such as `"CIRC"`, or any name that a future Tor may have.
   * @param listener May be asynchronous; what it throws goes to the option `onError`.
   * @throws {UnrecognizedEntityError} Where this Tor does not know the event.
   */
  addEventListener<K extends ControlEventType>(
    type: K,
    listener: (event: ControlEventMap[K]) => unknown,
    options?: AbortOptions,
  ): Promise<void>;
  /** Calls `listener` with every event of a name that this library does not know yet. */
  addEventListener(
    type: string,
    listener: (event: UnknownEvent) => unknown,
    options?: AbortOptions,
  ): Promise<void>;
  async addEventListener(
    type: string,
    listener: (event: never) => unknown,
    { signal }: AbortOptions = {},
  ): Promise<void> {
    signal?.throwIfAborted();
    await this.#add(type, listener as Listener<ControlEvent>);
    const remove = () => this.#remove(type, listener as Listener<ControlEvent>);
    if (signal?.aborted) await remove();
    else onAbort(signal, remove);
  }

  /** Stops to call `listener`, and resolves when Tor has stopped to send what nobody listens to. */
  async removeEventListener<K extends ControlEventType>(
    type: K | (string & Record<never, never>),
    listener: ((event: ControlEventMap[K]) => unknown) | ((event: UnknownEvent) => unknown),
  ): Promise<void> {
    await this.#remove(type, listener as Listener<ControlEvent>);
  }

  /**
   * The events of the given types from now on, in the order in which Tor sent them. The iteration
   * ends when the connection is closed here, and rejects when it is lost for good, when Tor refuses
   * a type, or when more events wait unread than the limit allows. Leave the loop, or abort the
   * signal, to unsubscribe. Commands that are sent after this call come after the subscription; for
   * anything else, such as a connection through Tor, wait for `ready` first.
   *
   * @example Wait for a circuit
   * ```ts
   * import { ControlConnection, detectRuntime } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * const runtime = await detectRuntime();
   * await using control = await ControlConnection.connect({ control: port.address, runtime });
   *
   * port.always(/^SETEVENTS/).reply("250 OK");
   * port.expect("SETEVENTS CIRC").reply("250 OK", "650 CIRC 7 BUILT PURPOSE=GENERAL");
   * for await (const event of control.events("CIRC")) {
   *   assert.equal(event.circuitId, 7);
   *   break;
   * }
   * ```
   */
  events<K extends ControlEventType>(
    ...types: readonly K[]
  ): EventIterator<ControlEventMap[K]>;
  /** The same, with options after the types. */
  events<K extends ControlEventType>(
    ...typesAndOptions: readonly [...K[], EventsOptions]
  ): EventIterator<ControlEventMap[K]>;
  events<K extends ControlEventType>(
    ...typesAndOptions: readonly (K | EventsOptions)[]
  ): EventIterator<ControlEventMap[K]> {
    const last = typesAndOptions.at(-1);
    const options: EventsOptions = typeof last === "object" ? last : {};
    const types = new Set(typesAndOptions.filter((type) => typeof type === "string") as K[]);
    const { limit = this.#options.eventQueueLimit ?? DEFAULT_EVENT_QUEUE_LIMIT, signal } = options;
    return this.#iterators.open({ types, limit, signal }) as EventIterator<ControlEventMap[K]>;
  }

  /** Takes leave of Tor (QUIT, control-spec, section 3.18) and closes the connection. */
  override async quit(options: AbortOptions = {}): Promise<void> {
    // Tor closes the connection behind its answer, which may be seen before the answer is.
    this.#isLeaving = true;
    try {
      await super.quit(options);
    } finally {
      await this.close();
    }
  }

  /** Closes the connection at once. Commands in flight are rejected, and event iterators end. */
  async close(): Promise<void> {
    this.#finish(undefined);
    await this.#channel.close();
  }

  /** Closes the connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #send(
    keyword: string,
    { args, data, ...options }: ChannelRequestOptions & {
      args?: readonly CommandArgument[] | undefined;
      data?: string | undefined;
    },
  ): Promise<Reply> {
    if (this.#end !== undefined) throw this.#ended(`send ${keyword}`);
    if (this.#restored !== undefined) {
      throw new DisconnectedError(
        `Cannot send ${keyword}: the connection to Tor is lost and being restored`,
      );
    }
    return await this.#channel.request({ keyword, args, data }, options);
  }

  async #add(type: string, listener: Listener<ControlEvent>): Promise<void> {
    if (this.#end !== undefined) throw this.#ended(`listen to ${type}`);
    if (!this.#listeners.add(type, listener) || !isTorEvent(type)) return;
    try {
      await this.#subscriptions.add(type);
    } catch (error) {
      this.#listeners.remove(type, listener);
      throw error;
    }
  }

  async #remove(type: string, listener: Listener<ControlEvent>): Promise<void> {
    if (!this.#listeners.remove(type, listener) || !isTorEvent(type)) return;
    try {
      await this.#subscriptions.drop(type);
    } catch (error) {
      // Nobody listens any more: that Tor could not be told, or would not, changes nothing.
      if (!(error instanceof ControlReplyError || error instanceof DisconnectedError)) throw error;
    }
  }

  /** Takes over a connection: learns what there is to know, and subscribes what is listened to. */
  async #adopt(
    { channel, address, protocolInfo }: DialledControl,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    this.#channel = channel;
    this.#address = address;
    channel.handler = {
      event: (text, data, rest) => this.#event(text, data, rest),
      stray: (line) => this.#listeners.dispatch("stray", { type: "stray", line }),
      isCongested: () => this.#iterators.isCongested,
      closed: (error) => this.#lost(error),
    };
    const args = this.#subscriptions.active;
    try {
      const [facts] = await Promise.all([
        learn(channel, protocolInfo?.torVersion, signal),
        args.length > 0 && channel.request({ keyword: "SETEVENTS", args }, { signal }),
      ]);
      this.#torVersion = facts.torVersion;
      this.#subscriptions.knownNames = facts.eventNames;
    } catch (error) {
      await channel.close();
      throw error;
    }
  }

  #event(text: string, data: string | undefined, rest: readonly MessageLine[]): void {
    const space = text.indexOf(" ");
    const keyword = space < 0 ? text : text.slice(0, space);
    if (!this.#listeners.has(keyword) && !this.#listeners.has("unknown")) return;
    const event = parseEvent(text, data, rest);
    this.#listeners.dispatch(event.type, event);
    // Listeners of a name that no parser knows get what it has; those of a known one do not get
    // what is malformed.
    if (event.type === "unknown" && !isEventName(keyword)) this.#listeners.dispatch(keyword, event);
  }

  #lost(error: TorError | undefined): void {
    if (this.#end !== undefined || this.#restored !== undefined) return;
    if (this.#isLeaving) return this.#finish(undefined);
    const cause = error ?? new DisconnectedError("The control connection was closed");
    const { reconnect = false } = this.#options;
    if (reconnect === false) return this.#finish(cause);
    this.#restored = deferred();
    this.#restored.promise.catch(() => {});
    this.#listeners.dispatch("disconnected", { type: "disconnected", error: cause });
    this.#restore(cause, reconnect === true ? {} : reconnect);
  }

  async #restore(cause: TorError, options: ReconnectOptions): Promise<void> {
    const { signal } = this.#stop;
    try {
      const { attempts } = await backOff(async () => {
        await this.#adopt(await dial({ ...this.#options, signal }), signal);
      }, { ...options, signal });
      if (this.#end !== undefined) return await this.#channel.close();
      this.#restored?.resolve();
      this.#restored = undefined;
      const { address, torVersion } = this;
      const event = { type: "reconnected", attempts, address, torVersion } as const;
      this.#listeners.dispatch("reconnected", event);
      if (this.#channel.isClosed) this.#lost(cause);
    } catch (error) {
      const message = `Cannot restore the connection to Tor after: ${cause.message}`;
      this.#finish(new DisconnectedError(message, { cause: error }));
    }
  }

  #ended(action: string): DisconnectedError {
    const cause = this.#end?.error;
    const why = cause?.message ?? "the control connection was closed";
    return new DisconnectedError(`Cannot ${action}: ${why}`, { cause });
  }

  #finish(error: TorError | undefined): void {
    if (this.#end !== undefined) return;
    this.#end = { error };
    this.#stop.abort(error ?? new DisconnectedError("The control connection was closed"));
    this.#iterators.end(error);
    this.#restored?.reject(this.#ended("restore the connection"));
    if (error === undefined) this.#closed.resolve();
    else this.#closed.reject(error);
  }
}

/** Tor's own events are in upper case; those of the connection itself, and `unknown`, are not. */
function isTorEvent(type: string): boolean {
  return type === type.toUpperCase();
}
