import type { StreamFacts } from "../../commands/streams.ts";
import type { MonitorSnapshot } from "../snapshot.ts";
import { fit, type Line, narrow, span } from "./line.ts";
import type { Row } from "./row.ts";
import { stateStyle } from "./state_style.ts";

/** The head of the list of streams. */
export const STREAM_HEAD = "   ID STATE       CIRCUIT PURPOSE      SOURCE                TARGET";

/** The streams. */
export function streamRows({ streams }: Pick<MonitorSnapshot, "streams">): Row[] {
  return streams.map((stream) => ({
    item: { kind: "stream", id: stream.id },
    line: () => streamLine(stream),
  }));
}

function streamLine(stream: StreamFacts): Line {
  const { id, state, circuit = "-", purpose = "-", source = "-" } = stream;
  return [
    span(`${String(id).padStart(5)} `),
    span(`${fit(narrow(state), 11)} `, stateStyle(state)),
    span(`${String(circuit).padStart(7)} ${fit(narrow(purpose), 12)} `),
    span(`${fit(narrow(source), 21)} `, "faint"),
    span(streamTarget(stream)),
  ];
}

/** Where a stream goes. */
export function streamTarget({ target, port }: StreamFacts): string {
  return narrow(`${target}:${port ?? 0}`);
}
