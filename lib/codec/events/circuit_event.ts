import type { MessageLine } from "../message.ts";
import {
  type CircuitFields,
  type HsPow,
  type OldCircuitFields,
  parseCircuitFields,
} from "./circuit_fields.ts";
import type {
  BuildFlag,
  CircMinorStatus,
  CircPurpose,
  CircReason,
  CircStatus,
  HsState,
} from "./circuit_words.ts";
import type { CircuitId } from "./identifiers.ts";
import { LazyEvent, type UnreadLine } from "./lazy_event.ts";
import type { LongName } from "./long_name.ts";
import { parseCount } from "./numbers.ts";
import { parseStatus } from "./event_status.ts";

/**
 * A circuit was launched, extended, built, or closed (control-spec, section 4.1.1). What follows the
 * status is parsed when it is first read, by getters, which `{ ...event }` does not copy.
 */
export interface CircEvent extends CircuitFields {
  /** The event's name. */
  readonly type: "CIRC";
  /** The circuit. */
  readonly circuitId: CircuitId;
  /** What became of the circuit. */
  readonly status: CircStatus;
}

/**
 * A circuit's purpose changed, or it was put to another use (control-spec, section 4.1.19). What
 * follows the status is parsed when it is first read, by getters, which `{ ...event }` does not copy.
 */
export interface CircMinorEvent extends CircuitFields, Readonly<OldCircuitFields> {
  /** The event's name. */
  readonly type: "CIRC_MINOR";
  /** The circuit. */
  readonly circuitId: CircuitId;
  /** What changed. */
  readonly status: CircMinorStatus;
}

/** Parses `CIRC ...`; `undefined` where it has no number or no status. */
export function parseCircEvent(
  text: string,
  data: string | undefined,
  rest: readonly MessageLine[],
): CircEvent | undefined {
  return parseCircuit(LazyCircEvent, { text, start: 5, data, rest });
}

/** Parses `CIRC_MINOR ...`; `undefined` where it has no number or no status. */
export function parseCircMinorEvent(
  text: string,
  data: string | undefined,
  rest: readonly MessageLine[],
): CircMinorEvent | undefined {
  return parseCircuit(LazyCircMinorEvent, { text, start: 11, data, rest });
}

/**
 * Parses one line of `GETINFO circuit-status` (control-spec, section 3.9).
 *
 * @param text The line, such as `7 BUILT $9695DFC35FFEB861329B9F1AB04C46397020CE31~moria1`.
 * @returns What the line tells, as the event that would have told it; `undefined` where it has no
 * number or no status.
 *
 * @example Read the status of a circuit
 * ```ts
 * import { parseCircuitStatusLine } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const circuit = parseCircuitStatusLine("7 LAUNCHED PURPOSE=TESTING");
 * assert.equal(circuit?.circuitId, 7);
 * assert.equal(circuit?.purpose, "TESTING");
 * ```
 */
export function parseCircuitStatusLine(text: string): CircEvent | undefined {
  return parseCircuit(LazyCircEvent, { text, start: 0, data: undefined, rest: [] });
}

function parseCircuit<E>(
  Type: new (circuitId: CircuitId, status: string, line: UnreadLine) => E,
  { text, start, data, rest }: UnreadLine,
): E | undefined {
  const idEnd = text.indexOf(" ", start);
  const circuitId = parseCount(text, start, idEnd);
  let statusEnd = text.indexOf(" ", idEnd + 1);
  if (statusEnd < 0) statusEnd = text.length;
  if (circuitId === undefined || statusEnd === idEnd + 1) return undefined;
  const status = parseStatus(text, idEnd + 1, statusEnd);
  return new Type(circuitId, status, { text, start: statusEnd, data, rest });
}

abstract class LazyCircuitEvent<T extends string, F extends CircuitFields> extends LazyEvent
  implements CircuitFields {
  abstract readonly type: T;
  readonly circuitId: CircuitId;
  readonly status: string;
  #fields: F | undefined;

  constructor(circuitId: CircuitId, status: string, line: UnreadLine) {
    super(line);
    this.circuitId = circuitId;
    this.status = status;
  }

  protected abstract parse(line: UnreadLine): F;

  protected get fields(): F {
    if (this.#fields !== undefined) return this.#fields;
    return this.#fields = this.parse(this.takeUnread()!);
  }

  get path(): readonly LongName[] {
    return this.fields.path;
  }

  get buildFlags(): readonly BuildFlag[] | undefined {
    return this.fields.buildFlags;
  }

  get purpose(): CircPurpose | undefined {
    return this.fields.purpose;
  }

  get hsState(): HsState | undefined {
    return this.fields.hsState;
  }

  get rendQuery(): string | undefined {
    return this.fields.rendQuery;
  }

  get timeCreated(): Date | undefined {
    return this.fields.timeCreated;
  }

  get reason(): CircReason | undefined {
    return this.fields.reason;
  }

  get remoteReason(): CircReason | undefined {
    return this.fields.remoteReason;
  }

  get socksUsername(): string | undefined {
    return this.fields.socksUsername;
  }

  get socksPassword(): string | undefined {
    return this.fields.socksPassword;
  }

  get hsPow(): HsPow | undefined {
    return this.fields.hsPow;
  }

  get confluxId(): string | undefined {
    return this.fields.confluxId;
  }

  get confluxRtt(): number | undefined {
    return this.fields.confluxRtt;
  }

  get extra(): Readonly<Record<string, string>> {
    return this.fields.extra;
  }

  get extraArguments(): readonly string[] {
    return this.fields.extraArguments;
  }

  override toJSON(): object {
    return { type: this.type, circuitId: this.circuitId, status: this.status, ...this.fields };
  }
}

class LazyCircEvent extends LazyCircuitEvent<"CIRC", CircuitFields> implements CircEvent {
  readonly type = "CIRC";

  protected override parse(line: UnreadLine): CircuitFields {
    return parseCircuitFields(line);
  }
}

class LazyCircMinorEvent extends LazyCircuitEvent<"CIRC_MINOR", CircuitFields & OldCircuitFields>
  implements CircMinorEvent {
  readonly type = "CIRC_MINOR";

  protected override parse(line: UnreadLine): CircuitFields & OldCircuitFields {
    const old: OldCircuitFields = {
      oldPurpose: undefined,
      oldHsState: undefined,
      oldTimeCreated: undefined,
    };
    return { ...parseCircuitFields(line, old), ...old };
  }

  get oldPurpose(): CircPurpose | undefined {
    return this.fields.oldPurpose;
  }

  get oldHsState(): HsState | undefined {
    return this.fields.oldHsState;
  }

  get oldTimeCreated(): Date | undefined {
    return this.fields.oldTimeCreated;
  }
}
