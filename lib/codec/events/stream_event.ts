import type { MessageLine } from "../message.ts";
import { parseStatus } from "./event_status.ts";
import type { CircuitId, StreamId } from "./identifiers.ts";
import { LazyEvent, type UnreadLine } from "./lazy_event.ts";
import { parseCount } from "./numbers.ts";
import { parseStreamFields, type StreamFields } from "./stream_fields.ts";
import type {
  ClientProtocol,
  IsoField,
  StreamPurpose,
  StreamReason,
  StreamSource,
  StreamStatus,
} from "./stream_words.ts";

/**
 * A stream was asked for, attached, opened or closed (control-spec, section 4.1.2). What follows the
 * circuit is parsed when it is first read, by getters, which `{ ...event }` does not copy.
 */
export interface StreamEvent extends StreamFields {
  /** The event's name. */
  readonly type: "STREAM";
  /** The stream. */
  readonly streamId: StreamId;
  /** What became of the stream. */
  readonly status: StreamStatus;
  /** The circuit that the stream is attached to; 0 for none. */
  readonly circuitId: CircuitId;
}

/** Parses `STREAM ...`; `undefined` where it has no numbers, no status or no target. */
export function parseStreamEvent(
  text: string,
  data: string | undefined,
  rest: readonly MessageLine[],
): StreamEvent | undefined {
  return parseStream({ text, start: 7, data, rest });
}

/**
 * Parses one line of `GETINFO stream-status` (control-spec, section 3.9).
 *
 * @param text The line, such as `27 SENTRESOLVE 17 example.com:0`.
 * @returns What the line tells, as the event that would have told it; `undefined` where it has no
 * numbers, no status or no target.
 *
 * @example Read the status of a stream
 * ```ts
 * import { parseStreamStatusLine } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const stream = parseStreamStatusLine("27 SUCCEEDED 17 example.com:80");
 * assert.equal(stream?.circuitId, 17);
 * assert.equal(stream?.targetAddress, "example.com");
 * ```
 */
export function parseStreamStatusLine(text: string): StreamEvent | undefined {
  return parseStream({ text, start: 0, data: undefined, rest: [] });
}

function parseStream({ text, start, data, rest }: UnreadLine): StreamEvent | undefined {
  const idEnd = text.indexOf(" ", start);
  const streamId = parseCount(text, start, idEnd);
  const statusEnd = text.indexOf(" ", idEnd + 1);
  const circuitEnd = text.indexOf(" ", statusEnd + 1);
  const circuitId = parseCount(text, statusEnd + 1, circuitEnd);
  if (streamId === undefined || circuitId === undefined || statusEnd <= idEnd + 1) return undefined;
  const target = circuitEnd + 1;
  if (target === text.length || text.charCodeAt(target) === 0x20) return undefined;
  const status = parseStatus(text, idEnd + 1, statusEnd);
  return new LazyStreamEvent(streamId, status, circuitId, { text, start: target, data, rest });
}

class LazyStreamEvent extends LazyEvent implements StreamEvent {
  readonly type = "STREAM";
  readonly streamId: StreamId;
  readonly status: string;
  readonly circuitId: CircuitId;
  #fields: StreamFields | undefined;

  constructor(streamId: StreamId, status: string, circuitId: CircuitId, line: UnreadLine) {
    super(line);
    this.streamId = streamId;
    this.status = status;
    this.circuitId = circuitId;
  }

  #read(): StreamFields {
    if (this.#fields !== undefined) return this.#fields;
    return this.#fields = parseStreamFields(this.takeUnread()!);
  }

  get target(): string {
    return this.#read().target;
  }

  get targetAddress(): string {
    return this.#read().targetAddress;
  }

  get targetPort(): number | undefined {
    return this.#read().targetPort;
  }

  get reason(): StreamReason | undefined {
    return this.#read().reason;
  }

  get remoteReason(): StreamReason | undefined {
    return this.#read().remoteReason;
  }

  get source(): StreamSource | undefined {
    return this.#read().source;
  }

  get sourceAddress(): string | undefined {
    return this.#read().sourceAddress;
  }

  get sourcePort(): number | undefined {
    return this.#read().sourcePort;
  }

  get purpose(): StreamPurpose | undefined {
    return this.#read().purpose;
  }

  get socksUsername(): string | undefined {
    return this.#read().socksUsername;
  }

  get socksPassword(): string | undefined {
    return this.#read().socksPassword;
  }

  get clientProtocol(): ClientProtocol | undefined {
    return this.#read().clientProtocol;
  }

  get nymEpoch(): number | undefined {
    return this.#read().nymEpoch;
  }

  get sessionGroup(): number | undefined {
    return this.#read().sessionGroup;
  }

  get isoFields(): readonly IsoField[] | undefined {
    return this.#read().isoFields;
  }

  get extra(): Readonly<Record<string, string>> {
    return this.#read().extra;
  }

  get extraArguments(): readonly string[] {
    return this.#read().extraArguments;
  }

  override toJSON(): object {
    const { type, streamId, status, circuitId } = this;
    return { type, streamId, status, circuitId, ...this.#read() };
  }
}
