import type { CircEvent, StreamEvent } from "../../../mod.ts";

/**
 * Reads every field of an event, since torcon parses fields when they are read, and adds up what
 * LoadPortInfo's `blockChecksum` names: the circuit id, the path's length and how many fields with a
 * keyword there are.
 */
export function weighFields(event: CircEvent | StreamEvent): number {
  return event.type === "CIRC" ? weighCircuit(event) : weighStream(event);
}

function weighCircuit(event: CircEvent): number {
  return event.circuitId + event.path.length +
    present(event.buildFlags) +
    present(event.purpose) +
    present(event.hsState) +
    present(event.rendQuery) +
    present(event.timeCreated) +
    present(event.reason) +
    present(event.remoteReason) +
    present(event.socksUsername) +
    present(event.socksPassword) +
    present(event.hsPow) +
    present(event.confluxId) +
    present(event.confluxRtt);
}

function weighStream(event: StreamEvent): number {
  return event.circuitId +
    present(event.reason) +
    present(event.remoteReason) +
    present(event.source) +
    present(event.sourceAddress) +
    present(event.purpose) +
    present(event.socksUsername) +
    present(event.socksPassword) +
    present(event.clientProtocol) +
    present(event.nymEpoch) +
    present(event.sessionGroup) +
    present(event.isoFields);
}

function present(field: unknown): number {
  return field === undefined ? 0 : 1;
}
