import type { MessageLine } from "../message.ts";
import { parseCountMap } from "./count_map.ts";
import type { EventBase } from "./event.ts";
import { EventArguments } from "./event_arguments.ts";
import type { CircuitId, ConnId, QueueId } from "./identifiers.ts";

/**
 * How many cells a circuit moved in about a second (control-spec, section 4.1.23); only in test
 * networks. Inbound is towards the circuit's origin.
 */
export interface CellStatsEvent extends EventBase {
  /** The event's name. */
  readonly type: "CELL_STATS";
  /** The circuit, where it begins at this Tor. */
  readonly circuitId: CircuitId | undefined;
  /** The inbound queue. */
  readonly inboundQueue: QueueId | undefined;
  /** The inbound connection. */
  readonly inboundConn: ConnId | undefined;
  /** Cells added to the inbound queue, by type. */
  readonly inboundAdded: ReadonlyMap<string, number> | undefined;
  /** Cells removed from the inbound queue, by type. */
  readonly inboundRemoved: ReadonlyMap<string, number> | undefined;
  /** How long the removed cells had waited, in milliseconds, by type. */
  readonly inboundTime: ReadonlyMap<string, number> | undefined;
  /** The outbound queue. */
  readonly outboundQueue: QueueId | undefined;
  /** The outbound connection. */
  readonly outboundConn: ConnId | undefined;
  /** Cells added to the outbound queue, by type. */
  readonly outboundAdded: ReadonlyMap<string, number> | undefined;
  /** Cells removed from the outbound queue, by type. */
  readonly outboundRemoved: ReadonlyMap<string, number> | undefined;
  /** How long the removed cells had waited, in milliseconds, by type. */
  readonly outboundTime: ReadonlyMap<string, number> | undefined;
}

/** Parses `CELL_STATS ...`. */
export function parseCellStatsEvent(
  text: string,
  data: string | undefined,
  rest: readonly MessageLine[],
): CellStatsEvent {
  const args = new EventArguments(text, 11);
  return {
    type: "CELL_STATS",
    circuitId: args.count("ID"),
    inboundQueue: args.count("InboundQueue"),
    inboundConn: args.count("InboundConn"),
    inboundAdded: args.parsed("InboundAdded", parseByType),
    inboundRemoved: args.parsed("InboundRemoved", parseByType),
    inboundTime: args.parsed("InboundTime", parseByType),
    outboundQueue: args.count("OutboundQueue"),
    outboundConn: args.count("OutboundConn"),
    outboundAdded: args.parsed("OutboundAdded", parseByType),
    outboundRemoved: args.parsed("OutboundRemoved", parseByType),
    outboundTime: args.parsed("OutboundTime", parseByType),
    ...args.left(data, rest),
  };
}

function parseByType(value: string): ReadonlyMap<string, number> | undefined {
  return parseCountMap(value, ":");
}
