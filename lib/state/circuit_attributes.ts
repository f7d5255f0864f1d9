import type {
  BuildFlag,
  CircEvent,
  CircMinorEvent,
  CircPurpose,
  CircReason,
  CircuitFields,
  HsPow,
  HsState,
  LongName,
} from "../codec/events/mod.ts";
import { detachEvent } from "../codec/events/lazy_event.ts";
import type { Router } from "./router.ts";

/** What Tor tells of a circuit. It is read of the events when it is first asked for: most of it never is. */
export abstract class CircuitAttributes {
  readonly #router: (name: LongName) => Router;
  #unread: (CircEvent | CircMinorEvent)[] = [];
  #fields: CircuitFields | undefined;
  #names: readonly LongName[] = NO_PATH;

  /** Nothing is known yet; `router` gives the relay of a name. */
  constructor(router: (name: LongName) => Router) {
    this.#router = router;
  }

  /** The relays so far, the nearest first: those of the state, or such as are made of what Tor told. */
  get path(): readonly Router[] {
    return this.names.map((name) => this.#router(name));
  }

  /** What it is for. */
  get purpose(): CircPurpose | undefined {
    return this.#read()?.purpose;
  }

  /** How far an onion service's circuit is. */
  get hsState(): HsState | undefined {
    return this.#read()?.hsState;
  }

  /** The address of the onion service, without `.onion`. */
  get rendQuery(): string | undefined {
    return this.#read()?.rendQuery;
  }

  /** The proof of work of an onion service's client. */
  get hsPow(): HsPow | undefined {
    return this.#read()?.hsPow;
  }

  /** How it is built; empty where Tor did not tell. */
  get buildFlags(): readonly BuildFlag[] {
    return this.#read()?.buildFlags ?? NO_FLAGS;
  }

  /** When it was made, or put to the use that it has; `undefined` where Tor did not tell. */
  get timeCreated(): Date | undefined {
    return this.#read()?.timeCreated;
  }

  /**
   * How long ago that was.
   *
   * @param now The time to reckon from; default the present.
   * @returns Milliseconds, by this machine's clock; `undefined` where Tor did not tell the time.
   */
  age(now: Date = new Date()): number | undefined {
    const { timeCreated } = this;
    return timeCreated === undefined ? undefined : now.getTime() - timeCreated.getTime();
  }

  /** Why it is gone. */
  get reason(): CircReason | undefined {
    return this.#read()?.reason;
  }

  /** Why the relay at the other end closed it. */
  get remoteReason(): CircReason | undefined {
    return this.#read()?.remoteReason;
  }

  /** The user name of the SOCKS client that it is for. Where that changes without an event, Tor does not tell. */
  get socksUsername(): string | undefined {
    return this.#read()?.socksUsername;
  }

  /** The password of the SOCKS client that it is for. Where that changes without an event, Tor does not tell. */
  get socksPassword(): string | undefined {
    return this.#read()?.socksPassword;
  }

  /** The set of joined circuits that it is one of: 32 hex digits. */
  get confluxId(): string | undefined {
    return this.#read()?.confluxId;
  }

  /** Its round-trip time where it is joined with others, in microseconds. */
  get confluxRtt(): number | undefined {
    return this.#read()?.confluxRtt;
  }

  /** What Tor told by keywords that this library does not know. */
  get extra(): Readonly<Record<string, string>> {
    return this.#read()?.extra ?? NO_EXTRA;
  }

  /** The relays so far, as Tor names them. */
  protected get names(): readonly LongName[] {
    this.#read();
    return this.#names;
  }

  /** Takes in an event. */
  protected take(event: CircEvent | CircMinorEvent): void {
    this.#unread.push(event);
    if (this.#unread.length > MANY_UNREAD) this.#read();
  }

  /** Frees the input that what is unread came in: it may be long before Tor tells more. */
  protected settle(): void {
    for (const event of this.#unread) detachEvent(event);
  }

  #read(): CircuitFields | undefined {
    const unread = this.#unread;
    if (unread.length === 0) return this.#fields;
    this.#unread = [];
    // Tor tells all that holds each time; whoever tells no purpose, tells but what is new.
    const last = unread.findLastIndex(({ purpose }) => purpose !== undefined);
    let fields = last < 0 ? this.#fields : unread[last];
    for (const event of unread.slice(last + 1)) {
      fields = fields === undefined ? event : withNews(fields, event);
    }
    const path = unread.findLast((event) => event.path.length > 0)?.path;
    if (path !== undefined) this.#names = path;
    return this.#fields = fields;
  }
}

const MANY_UNREAD = 16;
const NO_PATH: readonly LongName[] = Object.freeze([]);
const NO_FLAGS: readonly BuildFlag[] = Object.freeze([]);
const NO_EXTRA: Readonly<Record<string, string>> = Object.freeze({});

function withNews(old: CircuitFields, news: CircuitFields): CircuitFields {
  return {
    path: news.path,
    buildFlags: news.buildFlags ?? old.buildFlags,
    purpose: old.purpose,
    hsState: news.hsState ?? old.hsState,
    rendQuery: news.rendQuery ?? old.rendQuery,
    timeCreated: news.timeCreated ?? old.timeCreated,
    reason: news.reason,
    remoteReason: news.remoteReason,
    socksUsername: news.socksUsername ?? old.socksUsername,
    socksPassword: news.socksPassword ?? old.socksPassword,
    hsPow: news.hsPow ?? old.hsPow,
    confluxId: news.confluxId ?? old.confluxId,
    confluxRtt: news.confluxRtt ?? old.confluxRtt,
    extra: news.extra,
    extraArguments: news.extraArguments,
  };
}
