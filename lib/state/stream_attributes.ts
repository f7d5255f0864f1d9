import {
  type ClientProtocol,
  type IsoField,
  parseServerSpec,
  type ServerSpec,
  type StreamEvent,
  type StreamId,
  type StreamPurpose,
  type StreamReason,
  type StreamSource,
} from "../codec/events/mod.ts";
import { detachEvent } from "../codec/events/lazy_event.ts";
import { parseIpAddress } from "../util/ip_address.ts";

/** What Tor tells of a stream. It is read of the events when it is first asked for: most of it never is. */
export abstract class StreamAttributes {
  readonly #id: StreamId;
  /** The first that Tor told, which alone has the purpose and the source. */
  #first: StreamEvent | undefined;
  #last: StreamEvent | undefined;

  /** Only the number is known yet. */
  constructor(id: StreamId) {
    this.#id = id;
  }

  /** The number that Tor gave it. */
  get id(): StreamId {
    return this.#id;
  }

  /** What it connects to or resolves, as the client asked for it: a name or an IP address, without `.exit`. */
  get targetHost(): string {
    const [host] = splitExit(this.#first?.targetAddress ?? "");
    return host;
  }

  /** The relay that the target names as the last one (`host.relay.exit`), where it names one. */
  get targetExit(): ServerSpec | undefined {
    return splitExit(this.#first?.targetAddress ?? "")[1];
  }

  /** The IP address that it goes to, an IPv6 address without brackets; `undefined` as long as only a name is known. */
  get targetAddress(): string | undefined {
    const [host] = splitExit(this.#last?.targetAddress ?? "");
    return parseIpAddress(host) === undefined ? undefined : host;
  }

  /** The port that it goes to; 0 for what is resolved only. */
  get targetPort(): number | undefined {
    return this.#last?.targetPort;
  }

  /** Where the client is: an IP address, an IPv6 address without brackets, or the path of the SOCKS port. */
  get sourceAddress(): string | undefined {
    return this.#first?.sourceAddress ?? this.#first?.extra["SOURCE_ADDR"];
  }

  /** The port that the client has. */
  get sourcePort(): number | undefined {
    return this.#first?.sourcePort;
  }

  /** What it is for; `undefined` of one that was there before this state was. */
  get purpose(): StreamPurpose | undefined {
    return this.#first?.purpose;
  }

  /** The user name of the SOCKS client. */
  get socksUsername(): string | undefined {
    return this.#last?.socksUsername ?? this.#first?.socksUsername;
  }

  /** The password of the SOCKS client. */
  get socksPassword(): string | undefined {
    return this.#last?.socksPassword ?? this.#first?.socksPassword;
  }

  /** How the client asked for it. */
  get clientProtocol(): ClientProtocol | undefined {
    return this.#last?.clientProtocol ?? this.#first?.clientProtocol;
  }

  /** How often Tor had been told `NEWNYM` when the client asked. */
  get nymEpoch(): number | undefined {
    return this.#last?.nymEpoch ?? this.#first?.nymEpoch;
  }

  /** The session group of the client's port; negative unless it was configured. */
  get sessionGroup(): number | undefined {
    return this.#last?.sessionGroup ?? this.#first?.sessionGroup;
  }

  /** What keeps it apart from others. */
  get isoFields(): readonly IsoField[] | undefined {
    return this.#last?.isoFields ?? this.#first?.isoFields;
  }

  /** Where its address came from, where it was mapped to another last. */
  get source(): StreamSource | undefined {
    return this.#last?.source;
  }

  /** Why it failed, was closed or detached. */
  get reason(): StreamReason | undefined {
    return this.#last?.reason;
  }

  /** Why the other end closed it, where `reason` is `END`. */
  get remoteReason(): StreamReason | undefined {
    return this.#last?.remoteReason;
  }

  /** What Tor told last by keywords that this library does not know. */
  get flags(): Readonly<Record<string, string>> {
    return this.#last?.extra ?? NO_FLAGS;
  }

  /** The target as Tor wrote it last. */
  protected get target(): string {
    return this.#last?.target ?? "";
  }

  /** Takes in an event, and tells whether it is the first. */
  protected take(event: StreamEvent): boolean {
    const isFirst = this.#first === undefined;
    this.#first ??= event;
    this.#last = event;
    return isFirst;
  }

  /** Frees the input that what is unread came in: it may be long before Tor tells more. */
  protected settle(): void {
    if (this.#first !== undefined) detachEvent(this.#first);
    if (this.#last !== undefined) detachEvent(this.#last);
  }
}

const NO_FLAGS: Readonly<Record<string, string>> = Object.freeze({});

/** Parts `host.relay.exit` (control-spec, section 2.4); other names, such as `x.exitgames.com`, are whole. */
function splitExit(address: string): [host: string, exit: ServerSpec | undefined] {
  const match = /^(.*)\.([^.]+)\.exit$/i.exec(address);
  const exit = match === null ? undefined : parseServerSpec(match[2]!);
  return exit === undefined ? [address, undefined] : [match![1]!, exit];
}
