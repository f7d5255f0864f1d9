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
import { flat } from "./flat.ts";
import type { CircuitId } from "./identifiers.ts";
import { LazyEvent } from "./lazy_event.ts";
import { type MoreLines, moreLines } from "./leftovers.ts";
import type { LongName } from "./long_name.ts";
import { parseCount } from "./numbers.ts";

/**
 * A circuit was launched, extended, built, or closed (control-spec, section 4.1.1). What follows the
 * status is parsed when it is first read.
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
 * follows the status is parsed when it is first read.
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
  return parseCircuit(LazyCircEvent, text, 5, moreLines(data, rest));
}

/** Parses `CIRC_MINOR ...`; `undefined` where it has no number or no status. */
export function parseCircMinorEvent(
  text: string,
  data: string | undefined,
  rest: readonly MessageLine[],
): CircMinorEvent | undefined {
  return parseCircuit(LazyCircMinorEvent, text, 11, moreLines(data, rest));
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
  return parseCircuit(LazyCircEvent, text, 0, undefined);
}

function parseCircuit<E>(
  Type: new (
    circuitId: CircuitId,
    status: string,
    text: string,
    start: number,
    more: MoreLines | undefined,
  ) => E,
  text: string,
  start: number,
  more: MoreLines | undefined,
): E | undefined {
  const idEnd = text.indexOf(" ", start);
  const circuitId = parseCount(text, start, idEnd);
  let statusEnd = text.indexOf(" ", idEnd + 1);
  if (statusEnd < 0) statusEnd = text.length;
  if (circuitId === undefined || statusEnd === idEnd + 1) return undefined;
  return new Type(circuitId, flat(text.slice(idEnd + 1, statusEnd)), text, statusEnd, more);
}

abstract class LazyCircuitEvent<T extends string, F extends CircuitFields> extends LazyEvent
  implements CircuitFields {
  abstract readonly type: T;
  readonly circuitId: CircuitId;
  readonly status: string;
  #text: string;
  readonly #start: number;
  readonly #more: MoreLines | undefined;
  #fields: F | undefined;

  constructor(
    circuitId: CircuitId,
    status: string,
    text: string,
    start: number,
    more: MoreLines | undefined,
  ) {
    super();
    this.circuitId = circuitId;
    this.status = status;
    this.#text = text;
    this.#start = start;
    this.#more = more;
  }

  protected abstract parse(text: string, start: number, more: MoreLines | undefined): F;

  protected get fields(): F {
    if (this.#fields === undefined) {
      this.#fields = this.parse(flat(this.#text), this.#start, this.#more);
      this.#text = "";
    }
    return this.#fields;
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

  protected override parse(
    text: string,
    start: number,
    more: MoreLines | undefined,
  ): CircuitFields {
    return parseCircuitFields(text, start, more);
  }
}

class LazyCircMinorEvent extends LazyCircuitEvent<"CIRC_MINOR", CircuitFields & OldCircuitFields>
  implements CircMinorEvent {
  readonly type = "CIRC_MINOR";

  protected override parse(
    text: string,
    start: number,
    more: MoreLines | undefined,
  ): CircuitFields & OldCircuitFields {
    const old: OldCircuitFields = {
      oldPurpose: undefined,
      oldHsState: undefined,
      oldTimeCreated: undefined,
    };
    return { ...parseCircuitFields(text, start, more, old), ...old };
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
