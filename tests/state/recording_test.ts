import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { parseCircuitStatusLine } from "../../lib/codec/events/mod.ts";
import { ScriptedState } from "./_scripted_state.ts";

const RECORDING = readFileSync(
  new URL("../data/tor-0.4.9.11-event-capture.txt", import.meta.url),
  "utf8",
).split("\n");

const QUESTION = "#> GETINFO circuit-status";

/** The data block of the reply that stands behind a line. */
function replyAfter(line: number): string[] {
  const start = RECORDING.findIndex((text, i) => i > line && text.startsWith("#< 250+")) + 1;
  const end = RECORDING.indexOf("#< .", start);
  return RECORDING.slice(start, end).map((text) => text.slice("#< ".length));
}

describe("the state of a recorded tor 0.4.9.11", () => {
  it("is, after a snapshot and 1,600 lines of events, what the next snapshot tells", async () => {
    const first = RECORDING.indexOf(QUESTION);
    const second = RECORDING.indexOf(QUESTION, first + 1);
    await using scripted = await ScriptedState.open({
      answers: { "circuit-status": replyAfter(first) },
    });
    const { state, port } = scripted;
    const ends = { circuits: 0, streams: 0, streamsNew: 0 };
    state.addCircuitListener({
      circuitClosed: () => ends.circuits++,
      circuitFailed: () => ends.circuits++,
    });
    state.addStreamListener({
      streamNew: () => ends.streamsNew++,
      streamClosed: () => ends.streams++,
      streamFailed: () => ends.streams++,
    });
    const events = RECORDING.slice(first, second).filter((line) => !line.startsWith("#"));
    await port.send(events.map((line) => `${line}\r\n`).join(""));
    await scripted.send();
    const theirs = replyAfter(second).map((line) => parseCircuitStatusLine(line)!);
    assert.ok(theirs.length > 10 && ends.circuits > 10 && ends.streams > 5);
    assert.deepEqual(
      [...state.circuits.values()].map(({ id, path, purpose, hsState, rendQuery, confluxId }) => ({
        id,
        path: path.map(({ idHex }) => idHex),
        ...{ purpose, hsState, rendQuery, confluxId },
      })).sort((a, b) => a.id - b.id),
      theirs.map(({ circuitId: id, path, purpose, hsState, rendQuery, confluxId }) => ({
        id,
        path: path.map(({ fingerprint }) => fingerprint),
        ...{ purpose, hsState, rendQuery, confluxId },
      })).sort((a, b) => a.id - b.id),
    );
    assert.equal(state.streams.size, ends.streamsNew - ends.streams);
    for (const stream of state.streams.values()) assert.equal(stream.isClosed, false);
  });
});
